import { isIn, type UnitClass } from './classes.ts'
import { AHEAD_BYTES, AHEAD_UNITS_MAX } from './layout.ts'

/**
 * What must stand behind the beginning of a literal before a verdict could fall: the engine looks before it tells of one. Without
 * it, a text full of literals with next to nothing behind them costs a verdict at each.
 */
export interface Ahead {
  /** Fewest units from the literal's beginning to the verdict. */
  readonly unitsMin: number
  /** Units that may be among them. */
  readonly members: UnitClass
  /** True when the value may go on over a join, from `JOIN_UNITS_MIN` units on. */
  readonly joins: boolean
}

/** Units of a literal and body that must be seen before a join (a line wrap, bold marks, `" + "`) is believed. */
export const JOIN_UNITS_MIN = 6
/** Units with which a join begins. */
export const JOIN_STARTS = '*"\'\n'

const LEAST = 16
const JOINS_FROM = 17
const PENDING = 18
const ALL = 19
const NEVER = 255
/** No verdict reads further. */
const ALL_UNITS_MAX = 64

/** An {@link Ahead} whose units are those of `body` and of `literal`. */
export function aheadOf(unitsMin: number, body: UnitClass, literal: string, joins: boolean): Ahead {
  const members = body.slice()
  for (let at = 0; at < literal.length; at++) members[literal.charCodeAt(at)] = 1
  return { unitsMin, members, joins }
}

/**
 * Writes what the engine looks for behind a state at which literals of `units` end: 128 flags of units that may come, how many must
 * come at least and in all, from the how manieth on a join may begin, and how many units of literals are under way. What one of several may hold, all may.
 */
export function writeAhead(
  bytes: Uint8Array,
  place: number,
  ended: readonly { readonly units: number; readonly aheads: readonly Ahead[] }[],
  pending: number,
): void {
  const at = place * AHEAD_BYTES
  bytes.fill(0, at, at + AHEAD_BYTES)
  let all = ALL_UNITS_MAX
  let joinsFrom = NEVER
  for (const { units, aheads } of ended)
    for (const ahead of aheads) {
      all = Math.min(all, Math.max(0, ahead.unitsMin - units))
      if (ahead.joins) joinsFrom = Math.min(joinsFrom, Math.max(0, JOIN_UNITS_MIN - units))
      for (let unit = 0; unit < 128; unit++)
        if (ahead.members[unit] === 1)
          bytes[at + (unit >> 3)] = (bytes[at + (unit >> 3)] ?? 0) | (1 << (unit & 7))
    }
  // What begins a join to one of them and belongs to the value of another ends the look wherever it stands.
  for (const unit of JOIN_STARTS) {
    const code = unit.charCodeAt(0)
    const flags = bytes[at + (code >> 3)] ?? 0
    const isJoin = ended.some(({ aheads }) => aheads.some((a) => a.joins && !isIn(a.members, code)))
    if (!isJoin || (flags & (1 << (code & 7))) === 0) continue
    bytes[at + (code >> 3)] = flags & ~(1 << (code & 7))
    joinsFrom = 0
  }
  bytes[at + LEAST] = Math.min(all, AHEAD_UNITS_MAX)
  bytes[at + ALL] = all
  bytes[at + PENDING] = pending
  bytes[at + JOINS_FROM] = joinsFrom
}
