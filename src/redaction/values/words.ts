import type { Reader } from '../detector.ts'

/** Words as a tree over letters and digits, so that looking one up in a text builds nothing. */
interface WordTree {
  /** `rows[node * 36 + symbol]`: the next node, 0 when there is none. */
  readonly rows: Uint16Array
  readonly ends: Uint8Array
}

const SYMBOLS = 36
const trees = new WeakMap<ReadonlySet<string>, WordTree>()

/** True when `words` has the text of `[from, to)`, whatever its case. Words are lower-case letters and digits. */
export function hasWord(
  words: ReadonlySet<string>,
  text: Reader,
  from: number,
  to: number,
): boolean {
  const tree = treeFor(words)
  let node = 0
  for (let at = from; at < to; at++) {
    const symbol = symbolOf(text.at(at))
    if (symbol < 0) return false
    node = tree.rows[node * SYMBOLS + symbol] ?? 0
    if (node === 0) return false
  }
  return tree.ends[node] === 1
}

/** Length of the word of `words` that the letters from `from` on make, looking at `most` of them; 0 when they make none. */
export function lengthOfWord(
  words: ReadonlySet<string>,
  text: Reader,
  from: number,
  most: number,
): number {
  const tree = treeFor(words)
  let node = 0
  let length = 0
  for (; length < most; length++) {
    const small = text.at(from + length) | 0x20
    if (small < 0x61 || small > 0x7a) break
    node = tree.rows[node * SYMBOLS + small - 0x61] ?? 0
    if (node === 0) return 0
  }
  return tree.ends[node] === 1 ? length : 0
}

function treeFor(words: ReadonlySet<string>): WordTree {
  const known = trees.get(words)
  if (known !== undefined) return known
  const tree = treeOf(words)
  trees.set(words, tree)
  return tree
}

function symbolOf(unit: number): number {
  const small = unit | 0x20
  if (small >= 0x61 && small <= 0x7a && unit > 0) return small - 0x61
  return unit >= 0x30 && unit <= 0x39 ? unit - 0x30 + 26 : -1
}

function treeOf(words: ReadonlySet<string>): WordTree {
  let units = 1
  for (const word of words) units += word.length
  const rows = new Uint16Array(units * SYMBOLS)
  const ends = new Uint8Array(units)
  let nodes = 1
  for (const word of words) {
    let node = 0
    for (let at = 0; at < word.length; at++) {
      const place = node * SYMBOLS + symbolOf(word.charCodeAt(at))
      if (rows[place] === 0) rows[place] = nodes++
      node = rows[place] ?? 0
    }
    ends[node] = 1
  }
  return { rows, ends }
}
