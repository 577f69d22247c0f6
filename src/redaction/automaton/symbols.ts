import { SYMBOLS_MAX } from './layout.ts'
import type { GateInput } from './literals.ts'

/** Symbols that all units beyond ASCII share. */
const SHARED_SYMBOLS = 12

/**
 * Gives the units of all literals their symbols; `small` gives the symbol of a symbol's small letter. Throws `RangeError` when they
 * are too many.
 */
export function alphabet(
  input: Pick<GateInput, 'prefixes' | 'words' | 'marks'>,
  classes: Uint8Array,
): {
  unitOf: readonly number[]
  small: Uint8Array
} {
  const units = new Set(LETTERS_AND_DIGITS)
  for (const unit of input.marks) units.add(unit)
  for (const { text } of input.prefixes) for (const unit of text) units.add(unit)
  for (const { text } of input.words)
    for (const unit of text) units.add(unit).add(unit.toUpperCase())
  const ascii = [...units].filter((unit) => unit.charCodeAt(0) < 128).sort(byFrequency)
  if (1 + ascii.length + SHARED_SYMBOLS > SYMBOLS_MAX)
    throw new RangeError('too many different units')
  // Units beyond ASCII share a few symbols, so that rows stay short: whoever hears such a word compares its text.
  const unitOf = [0]
  for (const [index, unit] of ascii.entries()) {
    classes[unit.charCodeAt(0)] = index + 1
    unitOf.push(unit.charCodeAt(0))
  }
  for (const unit of units)
    for (const form of [unit, unit.toLowerCase()]) {
      const code = form.charCodeAt(0)
      if (code > 127)
        classes[code] = 1 + ascii.length + (unit.toLowerCase().charCodeAt(0) % SHARED_SYMBOLS)
    }
  const small = new Uint8Array(SYMBOLS_MAX)
  for (let symbol = 0; symbol < SYMBOLS_MAX; symbol++) small[symbol] = symbol
  for (const [symbol, unit] of unitOf.entries())
    if (unit >= 0x41 && unit <= 0x5a) small[symbol] = classes[unit + 32] ?? 0
  return { unitOf, small }
}

/** What texts are mostly made of comes first: that part of a row is one line of the cache. */
const FREQUENT = 'abcdefghijklmnopqrstuvwxyz \n"_-'

function byFrequency(a: string, b: string): number {
  const [first, second] = [FREQUENT.indexOf(a) >>> 0, FREQUENT.indexOf(b) >>> 0]
  return first - second || (a < b ? -1 : 1)
}

const LETTERS_AND_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
