import { assemble } from '../../automaton/assembler.ts'
import { PHRASES, PLACE_STARTS, WORDS } from '../lexicon.ts'
import { weightsOfGrams } from '../likeness.ts'
import { CUE_FUNCTIONS } from './cues.ts'
import {
  ANSWER_CELLS,
  ANSWERS,
  LEFT_UNITS,
  PAGES,
  PHRASE_SLOTS,
  PHRASE_TABLE,
  PLACE_SLOTS,
  PLACE_TABLE,
  ROOM_UNITS,
  STATE,
  STATE_CELLS,
  TRAITS,
  UNITS,
  WEIGHTS,
  WORD_SLOTS,
  WORD_TABLE,
} from './layout.ts'
import { PEEK_FUNCTIONS } from './peek.ts'
import { writeTraits } from './traits.ts'
import { walk } from './walk.ts'
import { WORD_FUNCTIONS } from './words.ts'

/**
 * What is done for every word of every text, in WebAssembly. Scanning never yields and all texts are read by the same lists,
 * so one engine with one memory serves all; a text keeps its cells while another is read.
 */
export interface NameEngine {
  /** The units being read; positions below are indexes into it. */
  readonly units: Uint16Array
  /** Of the text being read; see `CELL`. */
  readonly cells: Int32Array
  /** See `ANSWER`. */
  readonly answers: Int32Array
  /** Walks on from `position` to `end`; `mode` is a set of `FINAL` and `JUDGED`. Gives where it stopped; why is an answer. */
  walk(position: number, end: number, mode: number): number
  /** Reads the word at `position`; gives its end, or less than 0 when there is none that ends left of `bound`. */
  word(position: number, bound: number, end: number): number
  /** What the n-grams of a word weigh together. */
  spelling(start: number, end: number): number
}

/** Opens the engine. */
export function openNameEngine(): NameEngine {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES })
  const { buffer } = memory
  const module = new WebAssembly.Module(
    assemble([...WORD_FUNCTIONS, ...CUE_FUNCTIONS, ...PEEK_FUNCTIONS, walk], PAGES),
  )
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  const native = exports as unknown as Pick<NameEngine, 'walk' | 'word' | 'spelling'>
  writeTraits(new Uint32Array(buffer, TRAITS, 0x10000))
  fill(new Int32Array(buffer, WORD_TABLE, WORD_SLOTS * 2), WORDS)
  fill(new Int32Array(buffer, PHRASE_TABLE, PHRASE_SLOTS * 2), PHRASES)
  fill(new Int32Array(buffer, PLACE_TABLE, PLACE_SLOTS * 2), PLACE_STARTS)
  const weights = weightsOfGrams()
  new Int8Array(buffer, WEIGHTS, weights.length).set(weights)
  return {
    units: new Uint16Array(buffer, UNITS, LEFT_UNITS + ROOM_UNITS),
    cells: new Int32Array(buffer, STATE, STATE_CELLS),
    answers: new Int32Array(buffer, ANSWERS, ANSWER_CELLS),
    walk: (position, end, mode) =>
      (native.walk(UNITS + position * 2, UNITS + end * 2, mode) - UNITS) >> 1,
    word: (position, bound, end) =>
      (native.word(UNITS + position * 2, UNITS + bound * 2, UNITS + end * 2) - UNITS) >> 1,
    spelling: (start, end) => native.spelling(UNITS + start * 2, UNITS + end * 2),
  }
}

/** Writes an open table: a hash and its flags, or the next free slot behind. */
function fill(table: Int32Array, entries: ReadonlyMap<number, number>): void {
  const mask = table.length / 2 - 1
  for (const [hash, flags] of entries) {
    if (flags === 0) continue
    let slot = hash & mask
    while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & mask
    table[slot * 2] = hash
    table[slot * 2 + 1] = flags
  }
}
