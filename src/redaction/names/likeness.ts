import { LIKENESS_SCALE, LIKENESS_WEIGHTS } from './likeness.data.ts'

/** Buckets of the model; n-grams are hashed into them. */
export const BUCKETS = 1 << 13
/** Stands for the word's beginning and end in n-grams. */
export const EDGE = 0x5e
export const GRAM_UNITS_MAX = 4
export const LETTERS_MAX = 24

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

/** The weights of the buckets. */
export function weightsOfGrams(): Int8Array {
  return new Int8Array(Buffer.from(LIKENESS_WEIGHTS, 'base64'))
}

/**
 * How much a capitalised word looks like a person's name, from its spelling alone: -1.5 … 1. `sum` is what the grams of its
 * `letters` letters weigh together.
 */
export function likeness(sum: number, letters: number): number {
  const grams = 3 * Math.min(letters, LETTERS_MAX)
  return Math.max(-1.5, Math.min(1, (sum * LIKENESS_SCALE) / Math.sqrt(grams)))
}
