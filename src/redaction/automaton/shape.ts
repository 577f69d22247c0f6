import type { UnitClass } from './classes.ts'
import { type Node, PatternError, parsePattern } from './pattern.ts'

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

interface Positions {
  readonly sets: UnitClass[]
  readonly follow: number[][]
}

interface Part {
  readonly empty: boolean
  readonly first: readonly number[]
  readonly last: readonly number[]
}

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

/** What is known of a pattern without compiling it. */
export interface Measured extends Pick<Shape, 'unitsMin' | 'alphabet'> {
  /** True when any so many units of the alphabet match: one class and a count. */
  readonly uniform: boolean
}

/** Fewest units of a match of `pattern`, and every unit that can stand in one, without compiling it. */
export function measureShape(pattern: string): Measured {
  const tree = parsePattern(pattern, false)
  const alphabet = new Uint8Array(128)
  const visit = (node: Node): void => {
    if (node.is === 'set') merge(alphabet, node.set)
    else if (node.is === 'repeat') visit(node.part)
    else node.parts.forEach(visit)
  }
  visit(tree)
  const uniform = tree.is === 'set' || (tree.is === 'repeat' && tree.part.is === 'set')
  return { unitsMin: lengths(tree).from, alphabet, uniform }
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

/** Numbers the positions of `node` and records which may follow which. */
function layOut(node: Node, built: Positions): Part {
  if (node.is === 'set') {
    const position = built.sets.push(node.set) - 1
    built.follow.push([])
    return { empty: false, first: [position], last: [position] }
  }
  if (node.is === 'either') {
    const parts = node.parts.map((part) => layOut(part, built))
    return {
      empty: parts.some((part) => part.empty),
      first: parts.flatMap((part) => part.first),
      last: parts.flatMap((part) => part.last),
    }
  }
  if (node.is === 'then')
    return node.parts.reduce<Part>((left, part) => join(left, layOut(part, built), built), NOTHING)
  return layOutRepeat(node, built)
}

const NOTHING: Part = { empty: true, first: [], last: [] }

function layOutRepeat(node: Node & { is: 'repeat' }, built: Positions): Part {
  let whole: Part = NOTHING
  for (let count = 0; count < node.from; count++)
    whole = join(whole, layOut(node.part, built), built)
  if (node.to === Infinity) {
    const again = layOut(node.part, built)
    for (const last of again.last) link(built, last, again.first)
    return join(whole, { ...again, empty: true }, built)
  }
  for (let count = node.from; count < node.to; count++)
    whole = join(whole, { ...layOut(node.part, built), empty: true }, built)
  return whole
}

function join(left: Part, right: Part, built: Positions): Part {
  for (const last of left.last) link(built, last, right.first)
  return {
    empty: left.empty && right.empty,
    first: left.empty ? [...left.first, ...right.first] : left.first,
    last: right.empty ? [...left.last, ...right.last] : right.last,
  }
}

function link(built: Positions, from: number, to: readonly number[]): void {
  const list = built.follow[from]
  if (list) for (const position of to) if (!list.includes(position)) list.push(position)
}

function lengths(node: Node): { from: number; to: number } {
  if (node.is === 'set') return { from: 1, to: 1 }
  if (node.is === 'repeat') {
    const part = lengths(node.part)
    return { from: part.from * node.from, to: part.to === 0 ? 0 : part.to * node.to }
  }
  const parts = node.parts.map(lengths)
  if (node.is === 'then')
    return parts.reduce((a, b) => ({ from: a.from + b.from, to: a.to + b.to }), { from: 0, to: 0 })
  return {
    from: Math.min(...parts.map((part) => part.from)),
    to: Math.max(...parts.map((part) => part.to)),
  }
}

function sizeOf(node: Node): number {
  if (node.is === 'set') return 1
  if (node.is === 'repeat')
    return sizeOf(node.part) * (node.to === Infinity ? node.from + 1 : node.to)
  return node.parts.reduce((sum, part) => sum + sizeOf(part), 0)
}

function merge(into: Uint8Array, set: UnitClass | undefined): void {
  if (set) for (let unit = 0; unit < 128; unit++) if (set[unit] === 1) into[unit] = 1
}
