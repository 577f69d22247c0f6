import { isIn, type UnitClass } from './classes.ts'
import { followed } from './followed.ts'
import { lengths } from './measure.ts'
import type { Node } from './pattern.ts'
import { join, layOut, NOTHING, type Part, type Positions } from './positions.ts'
import { MACHINE_HOLD_UNITS_MAX } from './window.ts'

/**
 * What must stand behind the beginning of a literal before a verdict could fall, followed by the engine before it tells of one. All
 * that is asked at one state becomes one deterministic automaton of its own: a text full of tokens one unit short costs a
 * look-up a unit and no verdict.
 */
export interface Ahead {
  /** The whole literal; the gate has seen a beginning of it. */
  readonly literal: string
  /** What stands behind the literal, at least. */
  readonly body: Node
  /** When the value may go on over a join: the units of the body, of which none begins a join. */
  readonly joins?: UnitClass | undefined
}

/** Units of a literal and body that must be seen before a join (a line wrap, bold marks, `" + "`) is believed. */
export const JOIN_UNITS_MIN = 6
/** Units with which a join begins. */
export const JOIN_STARTS = '*"\'\n'

/** Units 0 to 127 give a symbol each. */
export const SYMBOL_BYTES = 128
/** Behind the symbols: how many units must come at least, and 128 flags of units that may be the last of them. */
export const FAR_UNITS = SYMBOL_BYTES
export const FAR_FLAGS = FAR_UNITS + 2
/** Behind that: the rows of next states. */
export const ROWS = FAR_FLAGS + 16
/** Next states that are none: nothing can come of it, and a verdict may fall. */
export const DEAD = 0
export const HEARD_AHEAD = 1

/** Cells of one automaton; a row is found by a 16-bit number. No shelf of formats needs a tenth. */
const CELLS_MAX = 32_000
/** Positions laid out for all bodies of one state; only a user's own patterns could have more. */
const POSITIONS_MAX = 8192

/**
 * The automaton behind a state at which literals of `units` end, as the engine reads it: 128 symbols, what must stand far away, rows of
 * next states, each as the place of its row in bytes. Undefined when it would be too large, or says nothing.
 */
export function compileAhead(
  ended: readonly { readonly units: number; readonly aheads: readonly Ahead[] }[],
): Uint16Array | undefined {
  const built: Positions = { sets: [], follow: [] }
  /** By position: whose body it ends or stands in, or undefined within a literal. */
  const owners: (Owner | undefined)[] = []
  const first: number[] = []
  const lasts = new Set<number>()
  const begun: Owner[] = []
  let farUnits = MACHINE_HOLD_UNITS_MAX
  for (const { units, aheads } of ended)
    for (const ahead of aheads) {
      const owner = { joins: ahead.joins, units }
      const rest = [...ahead.literal.slice(units)].reduce<Part>((left, unit) => {
        const part = join(left, layOut(one(unit), built), built)
        owners.push(undefined)
        return part
      }, NOTHING)
      if (rest.empty) begun.push(owner)
      else owners[owners.length - 1] = owner
      const body = followed(ahead.body)
      farUnits = Math.min(farUnits, ahead.literal.length - units + lengths(body).from)
      const whole = join(rest, layOut(body, built), built)
      while (owners.length < built.sets.length) owners.push(owner)
      if (whole.empty || built.sets.length > POSITIONS_MAX) return undefined
      first.push(...whole.first)
      for (const last of whole.last) lasts.add(last)
    }

  const { symbols, members } = symbolsOf(built)
  const cells: number[] = []
  const places = new Map<string, number>()
  const waiting: { readonly positions: readonly number[]; depth: number; place: number }[] = []
  const enter = (positions: readonly number[], depth: number): number => {
    // Deeper than the bound nothing is read; how many units stand in front of a join matters for its first few.
    if (depth >= MACHINE_HOLD_UNITS_MAX) return HEARD_AHEAD
    const name = `${positions.join()};${Math.min(depth, JOIN_UNITS_MIN)}`
    const known = places.get(name)
    if (known !== undefined) return known
    const place = ROWS + cells.length * 2
    for (let symbol = 0; symbol < members.length; symbol++) cells.push(DEAD)
    places.set(name, place)
    waiting.push({ positions, depth, place })
    return place
  }
  enter([], 0)
  for (let state = waiting.shift(); state; state = waiting.shift()) {
    if (cells.length > CELLS_MAX) return undefined
    const { positions, depth, place } = state
    const owned = depth === 0 ? begun : positions.map((position) => owners[position])
    const behind = depth === 0 ? first : positions.flatMap((at) => built.follow[at] ?? [])
    for (const [symbol, unit] of members.entries())
      cells[(place - ROWS) / 2 + symbol] = nextOf(behind, owned, depth, unit)
  }
  const program = new Uint16Array(ROWS / 2 + cells.length)
  const bytes = new Uint8Array(program.buffer)
  bytes.set(symbols)
  bytes[FAR_UNITS] = farUnits
  program.set(cells, ROWS / 2)
  for (const symbol of symbolsAt(farUnits))
    for (let unit = 0; unit < SYMBOL_BYTES; unit++)
      if (symbols[unit] === symbol) setFlag(bytes, FAR_FLAGS, unit)
  return program

  /** Symbols that may be the `units`th, on any way that is still open. */
  function symbolsAt(units: number): Set<number> {
    const found = new Set<number>()
    let level = new Set([ROWS])
    for (let depth = 1; depth <= units; depth++) {
      const next = new Set<number>()
      for (const place of level)
        for (let symbol = 0; symbol < members.length; symbol++) {
          const to = cells[(place - ROWS) / 2 + symbol] ?? DEAD
          if (to !== DEAD && depth === units) found.add(symbol)
          if (to > HEARD_AHEAD) next.add(to)
        }
      level = next
    }
    return found
  }

  function nextOf(
    behind: readonly number[],
    owned: readonly (Owner | undefined)[],
    depth: number,
    unit: number,
  ): number {
    // A placeholder needs no such care: nothing that runs over one is ever found.
    if (JOIN_STARTS.includes(String.fromCharCode(unit)))
      for (const owner of owned)
        if (owner?.joins && owner.units + depth >= JOIN_UNITS_MIN && !isIn(owner.joins, unit))
          return HEARD_AHEAD
    const reached = behind.filter((position) => built.sets[position]?.[unit] === 1)
    if (reached.length === 0) return DEAD
    if (reached.some((position) => lasts.has(position))) return HEARD_AHEAD
    const isOne = reached.length === 1
    return enter(isOne ? reached : [...new Set(reached)].sort((a, b) => a - b), depth + 1)
  }
}

interface Owner {
  readonly joins: UnitClass | undefined
  /** Units of its literal in front of the state. */
  readonly units: number
}

/** Units that no set tells apart share a symbol: gives it by unit, and one unit of each. */
function symbolsOf(built: Positions): { symbols: Uint8Array; members: number[] } {
  // Counted units share their set.
  const sets = [...new Map([...new Set(built.sets)].map((set) => [set.join(''), set])).values()]
  const symbols = new Uint8Array(SYMBOL_BYTES)
  const members: number[] = []
  const known = new Map<string, number>()
  for (let unit = 0; unit < SYMBOL_BYTES; unit++) {
    const sign = String.fromCharCode(unit)
    const own = JOIN_STARTS.includes(sign) ? sign : ''
    const name = own + sets.map((set) => set[unit]).join('')
    const symbol = known.get(name) ?? members.push(unit) - 1
    known.set(name, symbol)
    symbols[unit] = symbol
  }
  return { symbols, members }
}

function setFlag(bytes: Uint8Array, from: number, flag: number): void {
  const at = from + (flag >> 3)
  bytes[at] = (bytes[at] ?? 0) | (1 << (flag & 7))
}

/** The pattern of one unit. */
export function one(unit: string): Node {
  const set = new Uint8Array(SYMBOL_BYTES)
  set[unit.charCodeAt(0)] = 1
  return { is: 'set', set }
}
