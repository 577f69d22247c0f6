import { ALNUM, isIn } from './automaton/classes.ts'
import { PatternError } from './automaton/pattern.ts'
import { compileShape, type Shape } from './automaton/shape.ts'
import { MACHINE_HOLD_UNITS_MAX } from './automaton/window.ts'
import { END, type FindingKind, NO_CASES, type SpotDetector } from './detector.ts'

/** What a user writes to have something of their own found. */
export interface CustomSpec {
  /** Lower-case kebab; shown in findings as `custom-<id>`. */
  readonly id: string
  /** The category in placeholders: `[A-Z0-9_]`, at most 40 units. */
  readonly entity: string
  readonly kind: FindingKind
  /** A pattern of the linear syntax of `compileShape`. Exactly one of `pattern` and `words`. */
  readonly pattern?: string
  /** Words or phrases, found without regard to case. */
  readonly words?: readonly string[]
  /** Exact values that are left alone. */
  readonly allow?: readonly string[]
}

/** Words in one dictionary; more belong into a pattern or a list of policies. */
const WORDS_MAX = 500

/**
 * Makes a detector of a user's spec. Throws `PatternError` with the reason when it does not compile, can match nothing, or can
 * match more than may be held back.
 */
export function customDetector(spec: CustomSpec): SpotDetector {
  if (!/^[a-z0-9-]{1,40}$/.test(spec.id))
    throw new PatternError('an id is a-z, 0-9 and hyphens, at most 40')
  if (!/^[A-Z0-9_]{1,40}$/.test(spec.entity))
    throw new PatternError('an entity is A-Z, 0-9 and underscores, at most 40')
  const shape = shapeOf(spec)
  const allowed = new Set(spec.allow ?? [])
  const marks = [...shape.begins.keys()].filter((unit) => shape.begins[unit] === 1)
  return {
    type: 'spot',
    id: `custom-${spec.id}`,
    kind: spec.kind,
    entity: spec.entity,
    marks: marks.map((unit) => String.fromCharCode(unit)),
    glance: (units, position, _, low) =>
      position <= low ||
      !isIn(ALNUM, units[position] ?? END) ||
      !isIn(ALNUM, units[position - 1] ?? END),
    fromMark: true,
    judge(text, position) {
      if (isIn(ALNUM, text.at(position)) && isIn(ALNUM, text.at(position - 1))) return undefined
      const length = shape.longest((index) => text.at(position + index))
      if (length <= 0) return undefined
      const end = position + length
      if (isIn(ALNUM, text.at(end - 1)) && isIn(ALNUM, text.at(end))) return undefined
      if (allowed.size > 0) {
        let value = ''
        for (let at = position; at < end; at++) value += String.fromCharCode(text.at(at))
        if (allowed.has(value)) return undefined
      }
      return { start: position, end }
    },
    cases: NO_CASES,
  }
}

function shapeOf({ pattern, words }: CustomSpec): Shape {
  if ((pattern === undefined) === (words === undefined))
    throw new PatternError('give either a pattern or words')
  if (words && (words.length === 0 || words.length > WORDS_MAX))
    throw new PatternError(`a dictionary holds 1 to ${WORDS_MAX} words`)
  const written = pattern ?? words?.map(quoted).join('|') ?? ''
  const shape = compileShape(written, { foldCase: words !== undefined })
  if (shape.unitsMin === 0) throw new PatternError('the pattern matches the empty text')
  if (shape.unitsMax >= MACHINE_HOLD_UNITS_MAX)
    throw new PatternError(
      `the pattern can match ${shape.unitsMax === Infinity ? 'without end' : `${shape.unitsMax} units`}; ` +
        `at most ${MACHINE_HOLD_UNITS_MAX - 1} can be held back`,
    )
  return shape
}

function quoted(word: string): string {
  if (word.trim() !== word || word === '') throw new PatternError('a word has no space around it')
  return word.replace(/[^A-Za-z0-9 ]/g, (unit) => `\\${unit}`)
}
