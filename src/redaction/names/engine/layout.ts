import { BUCKETS } from '../likeness.ts'

/** What stands where in the memory of the engine for names, and the numbers both sides of it know. */

/** Why a walk stopped: all is read, a word is not whole yet, or something is to be judged. */
export const AT_END = 0
export const WAITING = 1
export const AT_IDEOGRAPH = 2
export const AT_NUMBER = 3
export const AT_CANDIDATE = 4

/** How a walk begins, as flags: nothing comes behind the end; what stands first was judged and is none. */
export const FINAL = 1
export const JUDGED = 2

/** Columns that are told apart in one table. */
export const COLUMNS_MAX = 24
/** Cells of the set of hashes that may be known from earlier in the text, 32 each. */
export const KNOWN_CELLS = 8

/**
 * What was read of a text so far, as far as decisions depend on it; all numbers, 0 and 1 for truth. `gap` is what lies between the
 * last word and here, a set of `GAP`, and `gapUnits` its length. `first` … `fourth` are the hashes of the last words, newest
 * first, 0 where none; `flags` are those of the last. `walled` tells that the last thing was a finding or a wall, `listCue` what
 * announced it, `origin` that the last word was "from" right behind it. `before` is the last unit. `long` tells that a word longer
 * than any name is passing, `credits` that the line credits the makers of software. Of the line of a table: the number of
 * the `cell`, whether the line is `pure` words and the cell `empty` so far, the hash of the cell's `phrase`.
 */
export const CELL = {
  gap: 0,
  gapUnits: 1,
  first: 2,
  second: 3,
  third: 4,
  fourth: 5,
  /** Written when the words move on; never read. */
  spare: 6,
  flags: 7,
  walled: 8,
  listCue: 9,
  origin: 10,
  before: 11,
  long: 12,
  credits: 13,
  cell: 14,
  pure: 15,
  empty: 16,
  phrase: 17,
  /** Columns of the table, and what each announces; the cells of the line that is passing. */
  columns: 18,
  known: 19,
  heads: 19 + KNOWN_CELLS,
  cues: 19 + KNOWN_CELLS + COLUMNS_MAX,
} as const
/** Cells that belong to one text. */
export const STATE_CELLS = CELL.cues + COLUMNS_MAX

/** What a walk or a word leaves behind; of no text. */
export const ANSWER = { reason: 0, cue: 1, columnCue: 2, hash: 3, flags: 4, shape: 5, starved: 6 }
export const ANSWER_CELLS = 7

/** Slots of the tables of words, phrases and beginnings of places: two cells each, a hash and its flags. */
export const WORD_SLOTS = 1 << 16
export const PHRASE_SLOTS = 1 << 12
export const PLACE_SLOTS = 1 << 10

/** Units left of the first that is walked: what decisions look at in front of theirs. */
export const LEFT_UNITS = 16
/** Units walked at a time. */
export const ROOM_UNITS = 8192

/** Addresses: what belongs to a text, answers, the letters of a word with an edge on both sides, and tables. */
export const STATE = 64
export const ANSWERS = STATE + STATE_CELLS * 4 + 32
export const LETTERS = ANSWERS + ANSWER_CELLS * 4 + 32
export const TRAITS = 2048
export const WORD_TABLE = TRAITS + 0x10000 * 4
export const PHRASE_TABLE = WORD_TABLE + WORD_SLOTS * 8
export const PLACE_TABLE = PHRASE_TABLE + PHRASE_SLOTS * 8
export const WEIGHTS = PLACE_TABLE + PLACE_SLOTS * 8
export const UNITS = WEIGHTS + BUCKETS
export const PAGES = Math.ceil((UNITS + (LEFT_UNITS + ROOM_UNITS) * 2 + 64) / 65_536)
