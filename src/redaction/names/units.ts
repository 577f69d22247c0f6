/** Kinds of units: what a word is made of, and what ends it. */
export const OTHER = 0
export const LOWER = 1
export const UPPER = 2
/** Digits and `_`: inside a word they make it an identifier. */
export const DIGIT = 3
/** Letters of scripts that have no case but put spaces between words. */
export const CASELESS = 4
/** Letters of scripts that put no spaces between words. */
export const IDEOGRAPH = 5
/** Where most of them stand, the last excluded. */
export const IDEOGRAPHS = [
  [0x3041, 0x3100],
  [0x3400, 0xa000],
  [0xac00, 0xd7a4],
] as const
export const SPACE = 6

/** Units from here on have no case. */
export const CASED_END = 0x2000

const ODD: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  ß: 's',
  æ: 'a',
  œ: 'o',
  ð: 'd',
}

/** Kind of each unit. Built once, 64 KiB. */
export const KIND: Uint8Array = kinds()
/** Lower case without accents, for units below 0x2000; others are themselves. */
export const FOLD: Uint16Array = folds()

function kinds(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let unit = 0x30; unit < CASED_END; unit++) {
    const letter = String.fromCharCode(unit)
    if (/\p{Lu}|\p{Lt}/u.test(letter)) table[unit] = UPPER
    else if (/\p{Ll}/u.test(letter)) table[unit] = LOWER
    else if (/\p{L}|\p{M}/u.test(letter)) table[unit] = CASELESS
    else if (/\p{Nd}/u.test(letter)) table[unit] = DIGIT
  }
  table[0x5f] = DIGIT
  // Combining accents belong to the word that they stand in.
  table.fill(LOWER, 0x300, 0x370)
  for (const [from, to] of IDEOGRAPHS) table.fill(IDEOGRAPH, from, to)
  table[0x3005] = IDEOGRAPH
  for (const unit of [0x20, 0x09, 0x0a, 0x0d, 0xa0, 0x202f, 0x3000]) table[unit] = SPACE
  return table
}

function folds(): Uint16Array {
  const table = new Uint16Array(CASED_END)
  for (let unit = 0; unit < CASED_END; unit++) {
    table[unit] = unit
    if (unit < 0x41 || (unit > 0x52f && unit < 0x1e00)) continue
    const lower = String.fromCharCode(unit).toLowerCase()
    const plain = unit < 0x400 || unit >= 0x1e00 ? lower.normalize('NFD') : lower
    const folded = ODD[plain.charAt(0)] ?? plain
    table[unit] = folded.charCodeAt(0)
  }
  return table
}

/** First state of a word's hash. */
export const HASH_START = 0x811c9dc5 | 0
export const HASH_FACTOR = 0x01000193
/** See {@link hashJoin}. */
export const JOIN_FACTOR = 0x9e3779b1 | 0

/** The hash of a word goes on with one more unit (FNV-1a over folded units). */
export function hashUnit(hash: number, unit: number): number {
  const folded = unit < CASED_END ? (FOLD[unit] ?? unit) : unit
  // Combining accents say nothing: composed and decomposed spellings are one word.
  if (folded >= 0x300 && folded < 0x370) return hash
  return Math.imul(hash ^ folded, HASH_FACTOR)
}

/** The hash of a whole word. */
export function hashWord(word: string): number {
  let hash = HASH_START
  for (let index = 0; index < word.length; index++) hash = hashUnit(hash, word.charCodeAt(index))
  return hash
}

/** The hash of words in a row, from the hash of all before and the next word's. */
export function hashJoin(before: number, word: number): number {
  return Math.imul(before ^ word, JOIN_FACTOR) ^ (before >>> 15)
}
