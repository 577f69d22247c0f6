import { isIn, type UnitClass } from './classes.ts'
import { AHEAD_BYTES, AHEAD_UNITS_MAX } from './layout.ts'

/**
 * What must stand behind the beginning of a literal before a verdict could fall: the engine looks before it tells of one. Without
 * it, a text full of literals with next to nothing behind them costs a verdict at each.
 */
export interface Ahead {
  /** Fewest units from the literal's beginning to the verdict. */
  readonly unitsMin: number
  /** True for units that may be among them. */
  mayHold(unit: number): boolean
  /** True when the value may go on over a join, from `JOIN_UNITS_MIN` units on. */
  readonly joins: boolean
}

/** Units of a literal and body that must be seen before a join (a line wrap, bold marks, `" + "`) is believed. */
export const JOIN_UNITS_MIN = 6
/** Units with which a join begins. */
export const JOIN_STARTS = '*"\'\n'

const JOINS_FROM = 17
const NEVER = 255

/** An {@link Ahead} whose units are those of `members` and of `literal`. */
export function aheadOf(
  unitsMin: number,
  members: UnitClass,
  literal: string,
  joins: boolean,
): Ahead {
  return { unitsMin, joins, mayHold: (unit) => isIn(members, unit) || hasUnit(literal, unit) }
}

function hasUnit(literal: string, unit: number): boolean {
  return literal.includes(String.fromCharCode(unit))
}

/**
 * Writes what the engine looks for behind a state at which literals of `units` end: 128 flags of units that may come, how many must
 * come, and from the how manieth on a join may begin. What one of several may hold, all may.
 */
export function writeAhead(
  bytes: Uint8Array,
  place: number,
  ended: readonly { readonly units: number; readonly aheads: readonly Ahead[] }[],
): void {
  const at = place * AHEAD_BYTES
  bytes.fill(0, at, at + AHEAD_BYTES)
  let least = AHEAD_UNITS_MAX
  let joinsFrom = NEVER
  for (const { units, aheads } of ended)
    for (const ahead of aheads) {
      least = Math.min(least, Math.max(0, ahead.unitsMin - units))
      if (ahead.joins) joinsFrom = Math.min(joinsFrom, Math.max(0, JOIN_UNITS_MIN - units))
      for (let unit = 0; unit < 128; unit++)
        if (ahead.mayHold(unit))
          bytes[at + (unit >> 3)] = (bytes[at + (unit >> 3)] ?? 0) | (1 << (unit & 7))
    }
  // What begins a join to one of them ends the look.
  for (const unit of JOIN_STARTS) {
    const code = unit.charCodeAt(0)
    const isJoin = ended.some(({ aheads }) => aheads.some((a) => a.joins && !a.mayHold(code)))
    if (isJoin) bytes[at + (code >> 3)] = (bytes[at + (code >> 3)] ?? 0) & ~(1 << (code & 7))
  }
  bytes[at + 16] = least
  bytes[at + JOINS_FROM] = joinsFrom
}
