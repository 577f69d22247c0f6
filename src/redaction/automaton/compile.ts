import { foldedUnits } from '../../stream/fold.ts'
import type {
  Detector,
  FindingKind,
  LabelDetector,
  SpotDetector,
  StreamDetector,
} from '../detector.ts'
import { type Candidate, candidatesOf } from './candidate.ts'
import { type Engine, openEngine } from './engine.ts'
import { buildGate, type Gate } from './gate.ts'
import { firstGlance, type Glance, nativeLook, possiblePairs, possibleRuns } from './glance.ts'
import {
  WORD_ADDRESS,
  WORD_ASSIGNED,
  WORD_HEARD,
  WORD_LABELLED,
  WORD_PASSWORD,
  WORD_VENDOR,
} from './layout.ts'
import type { GateInput } from './literals.ts'
import {
  CONTEXT_UNITS,
  MACHINE_HOLD_UNITS_MAX,
  openWindow,
  PLACEHOLDER_START,
  RUN_UNITS_MAX,
  type Window,
} from './window.ts'

/** A word of a label detector, as the gate numbers it. */
export interface WordEntry {
  readonly word: string
  readonly label: LabelDetector
  readonly detector: number
  /** True when the word has units beyond ASCII: the gate's word must be compared with the text. */
  readonly exotic: boolean
}

/** A spot detector with its place in the compiled set. */
export interface SpotEntry {
  readonly spot: SpotDetector
  readonly detector: number
  /** Index of its glance among those of the mark: a shared one is asked once. */
  readonly glance: number
}

/** Everything asked at one mark. */
export interface MarkEntries {
  /** What all entries have in common, when they do: asked before their own glances. */
  readonly first: Glance | undefined
  readonly glances: readonly Glance[]
  readonly entries: readonly SpotEntry[]
}

/** A set of detectors made ready: immutable, shared by all texts of a policy. */
export interface Compiled {
  /** Most raw UTF-16 units ever held back with this set. */
  readonly holdUnitsMax: number
  readonly detectors: readonly { id: string; kind: FindingKind; entity: string }[]
  readonly engine: Engine
  readonly window: Window
  readonly gate: Gate
  /** Candidates by the gate's prefix number, longest literal first. */
  readonly groups: readonly (readonly Candidate[])[]
  /** Entries by the gate's word number, secrets first. */
  readonly words: readonly (readonly WordEntry[])[]
  /** Spots by the unit of their mark. */
  readonly spots: readonly MarkEntries[]
  readonly streams: readonly { stream: StreamDetector; detector: number }[]
}

/** An unfinished escape or a run of invisible units at the end of a piece. */
const UNFINISHED_UNITS_MAX = 20

const FOLDED = foldedUnits()

/** Sets of detectors kept compiled; a workspace's policies rarely make more than a handful. */
const SETS_KEPT_MAX = 16

const cache = new Map<string, { readonly list: readonly Detector[]; readonly compiled: Compiled }>()

/**
 * Compiles detectors into one automaton. The same detectors compile once, in whatever list they come. Throws `RangeError` when two share an id or
 * there are too many literals, `PatternError` for a broken pattern.
 */
export function compileDetectors(detectors: readonly Detector[]): Compiled {
  const list = [...detectors].sort((a, b) => (a.id < b.id ? -1 : 1))
  const name = list.map((detector) => detector.id).join()
  const known = cache.get(name)
  if (known?.list.every((detector, index) => detector === list[index])) return known.compiled
  const compiled = compile(list)
  cache.delete(name)
  cache.set(name, { list, compiled })
  const oldest = cache.keys().next()
  if (cache.size > SETS_KEPT_MAX && !oldest.done) cache.delete(oldest.value)
  return compiled
}

function compile(list: readonly Detector[]): Compiled {
  // The overlap rule's last step is the detector id, so the order of the list must not matter.
  const detectors = [...list].sort(
    (a, b) => rank(a.kind) - rank(b.kind) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  )
  const ids = new Set(detectors.map((detector) => detector.id))
  if (ids.size < detectors.length) throw new RangeError('two detectors share an id')
  const candidates: Candidate[] = []
  const words = new Map<string, WordEntry[]>()
  const spots = Array.from({ length: 128 }, (_, unit) => noSpots(firstGlance(unit)))
  const streams: { stream: StreamDetector; detector: number }[] = []
  for (const [index, detector] of detectors.entries()) {
    if (detector.type === 'format') candidates.push(...candidatesOf(detector, index))
    else if (detector.type === 'stream') streams.push({ stream: detector, detector: index })
    else if (detector.type === 'spot')
      for (const mark of detector.marks)
        for (const unit of mark === 'digit' ? '0123456789' : mark)
          addSpot(spots[unit.charCodeAt(0)], detector, index)
    else
      for (const word of detector.words) {
        const entries = words.get(word) ?? []
        entries.push({
          word,
          label: detector,
          detector: index,
          exotic: [...word].some((unit) => unit.charCodeAt(0) > 127),
        })
        words.set(word, entries)
      }
  }
  const { prefixes, groups } = group(candidates)
  const marks = spots.flatMap(({ entries }, unit) =>
    entries.length > 0 && (unit < 0x30 || unit > 0x39) ? [String.fromCharCode(unit)] : [],
  )
  const input = {
    prefixes: [
      ...prefixes.map((text, index) => ({
        text,
        alone: groups[index]?.every((candidate) => candidate.alone) === true,
        aheads: once(() => groups[index]?.map((candidate) => candidate.ahead()) ?? []),
      })),
      { text: PLACEHOLDER_START, alone: false, aheads: undefined },
    ],
    words: [...words].map(([text, entries]) => ({
      text,
      alone: entries.every(({ label }) => label.whole),
      look: entries.reduce((flags, { label }) => flags | lookBehind(label.look), 0),
    })),
    marks: marks.join(''),
    digits: digitsHeard(spots.slice(0x30, 0x3a)),
  }
  const engine = openEngine(FOLDED)
  const gate = buildGate(input, engine)
  for (const [unit, { glances, entries }] of spots.entries())
    if (!entries.some(({ spot }) => spot.fromMark === true))
      engine.looks[unit] = nativeLook(unit, glances)
  engine.pairs.set(possiblePairs(spots[0x30]?.glances ?? []))
  engine.runs.set(possibleRuns(spots[0x30]?.glances ?? []))
  return {
    holdUnitsMax: holdUnitsMaxOf(detectors),
    detectors: detectors.map(({ id, kind, entity }) => ({ id, kind, entity })),
    engine,
    window: openWindow(engine),
    gate,
    groups,
    words: [...words.values()],
    spots,
    streams,
  }
}

/** What all glances at numbers have in common says no inside a word. */
function digitsHeard(spots: readonly MarkEntries[]): GateInput['digits'] {
  if (spots.every(({ entries }) => entries.length === 0)) return 'none'
  return spots.every(({ first }) => first !== undefined) ? 'outside words' : 'all'
}

/** Most raw UTF-16 units ever held back with these detectors; known without compiling them. */
export function holdUnitsMaxOf(detectors: readonly Detector[]): number {
  const isWide = detectors.some((each) => each.type === 'spot' && each.fromMark === true)
  const streams = detectors.map((each) => (each.type === 'stream' ? each.holdUnitsMax : 0))
  const machine = MACHINE_HOLD_UNITS_MAX + (isWide ? RUN_UNITS_MAX : 0)
  return machine + UNFINISHED_UNITS_MAX + Math.max(0, ...streams)
}

function noSpots(first: Glance | undefined): {
  first: Glance | undefined
  glances: Glance[]
  entries: SpotEntry[]
} {
  return { first, glances: [], entries: [] }
}

function addSpot(
  at: ReturnType<typeof noSpots> | undefined,
  spot: SpotDetector,
  detector: number,
): void {
  if (at === undefined) return
  // What users write shares nothing with the shelf.
  if (spot.fromMark === true) at.first = undefined
  let glance = at.glances.indexOf(spot.glance)
  if (glance < 0) glance = at.glances.push(spot.glance) - 1
  at.entries.push({ spot, detector, glance })
}

const LOOKS_BEHIND = {
  assigned: WORD_ASSIGNED,
  'assigned-password': WORD_ASSIGNED | WORD_PASSWORD,
  'assigned-vendor': WORD_VENDOR,
  labelled: WORD_LABELLED,
  address: WORD_ADDRESS,
} as const

function lookBehind(look: LabelDetector['look']): number {
  return look === undefined ? WORD_HEARD : LOOKS_BEHIND[look]
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function rank(kind: FindingKind): number {
  return kind === 'secret' ? 0 : 1
}

/** Candidates whose literal begins with a shorter one are asked together, so that the most specific speaks first. */
function group(candidates: readonly Candidate[]): {
  prefixes: string[]
  groups: Candidate[][]
} {
  const sorted = [...candidates].sort((a, b) => (a.literal < b.literal ? -1 : 1))
  const prefixes: string[] = []
  const groups: Candidate[][] = []
  for (const candidate of sorted) {
    const last = prefixes.at(-1)
    if (last !== undefined && candidate.literal.startsWith(last)) groups.at(-1)?.push(candidate)
    else {
      prefixes.push(candidate.literal)
      groups.push([candidate])
    }
  }
  for (const members of groups)
    members.sort((a, b) => b.literal.length - a.literal.length || a.detector - b.detector)
  return { prefixes, groups }
}

/** Left context a label may look back on; here so that the window and the detectors cannot disagree. */
export const LEFT_CONTEXT_UNITS = CONTEXT_UNITS
