import type { Ahead, Word } from './ahead.ts'

/** How much a capitalised word looks like a person's name, from its spelling alone: about -1.5 … 1.5. */
export function likeness(_text: Ahead, _word: Word): number {
  return 0
}
