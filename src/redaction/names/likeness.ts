import type { Ahead, Word } from './ahead.ts'
import { LIKENESS_SCALE, LIKENESS_WEIGHTS } from './likeness.data.ts'
import { FOLD } from './units.ts'

/** Buckets of the model; n-grams are hashed into them. */
export const BUCKETS = 1 << 13
/** Stands for the word's beginning and end in n-grams. */
const EDGE = 0x5e
const GRAM_UNITS_MAX = 4
const LETTERS_MAX = 24

/** The buckets of a word's n-grams of two to four letters; `letters` are folded units. */
export function gramsOf(letters: readonly number[]): number[] {
  const edged = [EDGE, ...letters.slice(0, LETTERS_MAX), EDGE]
  const grams: number[] = []
  for (let start = 0; start < edged.length; start++) {
    let hash = 0x811c9dc5
    for (let length = 1; length <= GRAM_UNITS_MAX && start + length <= edged.length; length++) {
      hash = Math.imul(hash ^ (edged[start + length - 1] ?? 0), 0x01000193)
      if (length > 1) grams.push(((hash ^ (hash >>> 15)) >>> 0) % BUCKETS)
    }
  }
  return grams
}

let weights: Int8Array | undefined

/** The model's answer for letters: positive for what is spelt like a name. */
export function spelling(letters: readonly number[]): number {
  weights ??= Int8Array.from(atob(LIKENESS_WEIGHTS), (byte) => byte.charCodeAt(0))
  const grams = gramsOf(letters)
  let sum = 0
  for (const gram of grams) sum += weights[gram] ?? 0
  return (sum * LIKENESS_SCALE) / Math.sqrt(grams.length)
}

/** How much a capitalised word looks like a person's name, from its spelling alone: -1.5 … 1. */
export function likeness(text: Ahead, word: Word): number {
  const letters: number[] = []
  for (let position = word.start; position < word.end; position++) {
    const unit = text.at(position)
    letters.push(unit >= 0 && unit < FOLD.length ? (FOLD[unit] ?? unit) : unit)
  }
  return Math.max(-1.5, Math.min(1, spelling(letters)))
}
