/** A set of ASCII units as a table of 128 flags; units from 128 on are in no class. */
export type UnitClass = Uint8Array

const cache = new Map<string, UnitClass>()

/**
 * A class from the inside of a bracket expression: `A-Za-z0-9_`, with `\\` before a unit that should lose its
 * meaning (`-`, `]`, `\\`, `^`), `\n`, `\t`, `\r`, and a leading `^` for the complement.
 */
export function unitClass(text: string): UnitClass {
  const known = cache.get(text)
  if (known) return known
  const table = new Uint8Array(128)
  let index = 0
  const negated = text[0] === '^'
  if (negated) index++
  const next = (): number => {
    let unit = text.charCodeAt(index++)
    if (unit !== 0x5c || index >= text.length) return unit
    unit = text.charCodeAt(index++)
    if (unit === 0x6e) return 0x0a
    if (unit === 0x74) return 0x09
    return unit === 0x72 ? 0x0d : unit
  }
  while (index < text.length) {
    const first = next()
    let last = first
    if (text[index] === '-' && index + 1 < text.length) {
      index++
      last = next()
    }
    for (let unit = first; unit <= last && unit < 128; unit++) table[unit] = 1
  }
  if (negated) for (let unit = 0; unit < 128; unit++) table[unit] = table[unit] === 1 ? 0 : 1
  if (cache.size < CLASSES_KEPT_MAX) cache.set(text, table)
  return table
}

/** Classes of the built-in shelf number below a hundred; user patterns may not grow the cache for ever. */
const CLASSES_KEPT_MAX = 1024

/** True when `unit` is in `members`; `END` and non-ASCII units are in no class. */
export function isIn(members: UnitClass, unit: number): boolean {
  return unit >= 0 && unit < 128 && members[unit] === 1
}

/** Letters and digits of ASCII. */
export const ALNUM = unitClass('A-Za-z0-9')
/** Letters, digits, `_`, `-`: the alphabet of most tokens. */
export const TOKEN = unitClass('A-Za-z0-9_\\-')
/** Decimal digits. */
export const DIGIT = unitClass('0-9')
/** Hexadecimal digits of either case. */
export const HEX = unitClass('0-9a-fA-F')
/** The base64 alphabets, padding included. */
export const BASE64 = unitClass('A-Za-z0-9+/=_\\-')
