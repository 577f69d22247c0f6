import { CJK_STARTS, KOREAN_CUE_ENDS, KOREAN_STARTS } from '../cjk.ts'
import { COLUMN_ENDS, COLUMN_MARKS, GAP, GLUE, gapOf } from '../context.ts'
import {
  CASED_END,
  CASELESS,
  DIGIT,
  FOLD,
  IDEOGRAPH,
  IDEOGRAPHS,
  KIND,
  LOWER,
  OTHER,
  UPPER,
} from '../units.ts'

/**
 * What the engine knows of a unit, in one cell: in the low half the folded unit when words are made of it, else what gap it
 * makes; above that, these flags.
 */
export const LOW_HALF = 0xffff
/** Belongs to a word. */
export const IN_WORD = 1 << 16
/** A letter that words are made of. */
export const IS_LETTER = 1 << 17
export const IS_LOWER = 1 << 18
export const IS_UPPER = 1 << 19
/** Upper case in ASCII: only these tell identifiers apart. */
export const IS_ASCII_UPPER = 1 << 20
export const IS_DIGIT = 1 << 21
export const IS_CASELESS = 1 << 22
export const IS_IDEOGRAPH = 1 << 23
/** A combining accent: it says nothing. */
export const IS_SILENT = 1 << 24
export const IS_APOSTROPHE = 1 << 25
/** Glues the word behind it to what stands in front. */
export const IS_GLUE = 1 << 26
/** Ends a cell of a table. */
export const ENDS_COLUMN = 1 << 27
/** May stand around the words of a table's head. */
export const IN_COLUMN = 1 << 28

/** A judgement of scripts without spaces may begin here; with a Korean family name; behind a Korean cue. */
export const STARTS_CJK = 1 << 29
export const STARTS_KOREAN = 1 << 30
export const ENDS_KOREAN_CUE = 1 << 31

const FLAGS_OF_KIND: Readonly<Record<number, number>> = {
  [LOWER]: IN_WORD | IS_LETTER | IS_LOWER,
  [UPPER]: IN_WORD | IS_LETTER | IS_UPPER,
  [DIGIT]: IN_WORD | IS_DIGIT,
  [CASELESS]: IN_WORD | IS_LETTER | IS_CASELESS,
  [IDEOGRAPH]: IS_IDEOGRAPH,
}

/** Units from here on are letters of scripts without spaces, or code. */
const ODD_END = 0x3100

/** Writes the traits of every unit. */
export function writeTraits(cells: Uint32Array): void {
  for (let unit = 0; unit < ODD_END; unit++) {
    const kind = KIND[unit] ?? OTHER
    const flags = FLAGS_OF_KIND[kind] ?? 0
    const folded = unit < CASED_END ? (FOLD[unit] ?? unit) : unit
    cells[unit] = flags | (flags & IN_WORD ? folded : gapOf(unit))
    if (flags & IN_WORD && folded >= 0x300 && folded < 0x370) add(cells, unit, IS_SILENT)
    if (kind === UPPER && unit < 0x80) add(cells, unit, IS_ASCII_UPPER)
  }
  cells.fill(GAP.code, ODD_END)
  for (const [from, to] of IDEOGRAPHS)
    cells.fill(GAP.code | IS_IDEOGRAPH, Math.max(from, ODD_END), Math.max(to, ODD_END))
  for (const unit of [0x27, 0x2019]) add(cells, unit, IS_APOSTROPHE)
  for (const unit of GLUE) add(cells, unit, IS_GLUE)
  for (const unit of COLUMN_ENDS) add(cells, unit, ENDS_COLUMN)
  for (const unit of COLUMN_MARKS) add(cells, unit, IN_COLUMN)
  for (const unit of CJK_STARTS) add(cells, unit, STARTS_CJK)
  for (const unit of KOREAN_STARTS) add(cells, unit, STARTS_KOREAN)
  for (const unit of KOREAN_CUE_ENDS) add(cells, unit, ENDS_KOREAN_CUE)
  if (GAP.wall > LOW_HALF) throw new RangeError('gaps do not fit the low half')
}

function add(cells: Uint32Array, unit: number, flag: number): void {
  cells[unit] = (cells[unit] ?? 0) | flag
}
