import type { UnitClass } from './classes.ts'
import { lengths, merge, sizeOf } from './measure.ts'
import { PatternError, parsePattern } from './pattern.ts'
import { layOut, type Part, type Positions } from './positions.ts'

/**
 * A pattern compiled to positions (Glushkov) and run as a deterministic automaton built on demand: every unit is
 * looked at once, nothing is tried twice, and a run costs the same whatever the pattern is.
 */
export interface Shape {
  /** Reads units 0, 1, 2 … from `next` until the pattern first matches completely; gives the length, or -1. */
  first(next: (index: number) => number): number
  /** As `first`, but reads on and gives the longest complete match. */
  longest(next: (index: number) => number): number
  /** Fewest units a match has. */
  readonly unitsMin: number
  /** Most units a match has; Infinity with `*` or `+`. */
  readonly unitsMax: number
  /** Every unit that can stand in a match. */
  readonly alphabet: UnitClass
  /** Units a match can begin with. */
  readonly begins: UnitClass
}

/** Positions after expansion of counted repeats; more would make tables large for no known format. */
const POSITIONS_MAX = 2048
/** States built on demand; a pattern that needs more is thrown away and built again, never grown. */
const STATES_MAX = 1024

interface State {
  readonly members: readonly number[]
  readonly accepts: boolean
  /** Next state by unit, undefined while unknown, null when dead. */
  readonly next: (State | null | undefined)[]
}

/**
 * Compiles a pattern of this linear syntax: literal units, `[classes]`, `.`, `\d` `\w` `\s`, groups `(…)` and `(?:…)`,
 * `|`, `?`, `*`, `+`, `{m}`, `{m,n}`, `{m,}`. No anchors, look-around, back references or laziness.
 * Throws `PatternError` with the reason.
 */
export function compileShape(pattern: string, options: { foldCase?: boolean } = {}): Shape {
  const tree = parsePattern(pattern, options.foldCase === true)
  const { from, to } = lengths(tree)
  if (sizeOf(tree) > POSITIONS_MAX) throw new PatternError('the pattern is too large')
  const built: Positions = { sets: [], follow: [] }
  const whole = layOut(tree, built)
  const machine = onDemand(built, whole)
  const alphabet = new Uint8Array(128)
  for (const set of built.sets) merge(alphabet, set)
  const begins = new Uint8Array(128)
  for (const position of whole.first) merge(begins, built.sets[position])
  return { ...machine, unitsMin: from, unitsMax: to, alphabet, begins }
}

function onDemand(built: Positions, whole: Part): Pick<Shape, 'first' | 'longest'> {
  const ends = new Set(whole.last)
  let known = new Map<string, State>()
  const intern = (members: readonly number[], accepts: boolean): State => {
    const name = members.join(',')
    const old = known.get(name)
    if (old) return old
    if (known.size >= STATES_MAX) known = new Map()
    const state: State = { members, accepts, next: new Array(128) }
    known.set(name, state)
    return state
  }
  const start: State = { members: [], accepts: whole.empty, next: new Array(128) }
  const step = (state: State, unit: number): State | null => {
    const reach = new Set<number>()
    const targets =
      state === start ? [whole.first] : state.members.map((m) => built.follow[m] ?? [])
    for (const list of targets)
      for (const position of list) if (built.sets[position]?.[unit] === 1) reach.add(position)
    const members = [...reach].sort((a, b) => a - b)
    const found =
      members.length === 0
        ? null
        : intern(
            members,
            members.some((m) => ends.has(m)),
          )
    state.next[unit] = found
    return found
  }
  const run = (next: (index: number) => number, stopAtFirst: boolean): number => {
    let state: State = start
    let best = state.accepts ? 0 : -1
    if (best === 0 && stopAtFirst) return 0
    for (let index = 0; ; index++) {
      const unit = next(index)
      if (unit < 0 || unit > 127) return best
      const known = state.next[unit]
      const following = known === undefined ? step(state, unit) : known
      if (following === null) return best
      state = following
      if (!state.accepts) continue
      best = index + 1
      if (stopAtFirst) return best
    }
  }
  return { first: (next) => run(next, true), longest: (next) => run(next, false) }
}
