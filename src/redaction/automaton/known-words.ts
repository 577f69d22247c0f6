import { ACCOUNTS } from '../values/account.ts'
import { FILLERS } from '../values/label.ts'
import { BETWEEN_WORDS, OTHER_NAMES } from '../values/names-between.ts'
import { KNOWN_CELLS } from './layout.ts'

/** What a word is known as, in its node's first cell. */
export const KNOWN_OTHER = 1
export const KNOWN_BETWEEN = 2
export const KNOWN_FILLER = 4
/** Cells of a node: what is known, then the node behind each letter. */
export const NODE_CELLS = 32

/** Where the lengths of account numbers stand, behind all nodes: by both letters of a country, five bits each. */
export const ACCOUNT_CELLS = KNOWN_CELLS - 1024

const LISTS = [
  [OTHER_NAMES, KNOWN_OTHER],
  [BETWEEN_WORDS, KNOWN_BETWEEN],
  [FILLERS, KNOWN_FILLER],
] as const

/**
 * Writes the words that stand between a name and its value as one tree over small letters (others are never compared), and
 * the lengths of account numbers.
 */
export function writeKnownWords(cells: Uint16Array): void {
  let nodes = 1
  for (const [words, known] of LISTS)
    for (const word of words) {
      if (!/^[a-z]+$/.test(word)) continue
      let node = 0
      for (let at = 0; at < word.length; at++) {
        const cell = node * NODE_CELLS + (word.charCodeAt(at) & 31)
        if (cells[cell] === 0) cells[cell] = nodes++
        node = cells[cell] ?? 0
      }
      cells[node * NODE_CELLS] = (cells[node * NODE_CELLS] ?? 0) | known
    }
  if (nodes * NODE_CELLS > ACCOUNT_CELLS) throw new RangeError('too many known words')
  for (const [country, units] of ACCOUNTS)
    cells[ACCOUNT_CELLS + (country.charCodeAt(0) & 31) * 32 + (country.charCodeAt(1) & 31)] = units
}
