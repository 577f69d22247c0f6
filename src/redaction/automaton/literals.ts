import type { Ahead } from './ahead.ts'

/** A literal and where it may begin. */
export interface Literal {
  readonly text: string
  /**
   * True when it counts only where no letter or digit stands in front; a word also where a capital begins a hump of an
   * identifier (`homePhone`).
   */
  readonly alone: boolean
}

export interface GateInput {
  /** Group literals: no member is a beginning of another. */
  readonly prefixes: readonly (Literal & {
    /** What must stand behind it for each of its group; undefined when it must always be heard. */
    readonly aheads: (() => readonly Ahead[]) | undefined
  })[]
  /** Lower-case words, and how the engine looks behind them: `WORD_…` flags. */
  readonly words: readonly (Literal & { readonly look: number })[]
  /** Units that are marks by themselves. */
  readonly marks: string
  /** Whether digits after non-digits are marks: none, all, or those with fewer than three letters or digits right in front. */
  readonly digits: 'none' | 'all' | 'outside words'
}

/** The roots of the four kinds of literals. */
export const PREFIX = 1
export const LONE_PREFIX = 2
export const WORD = 3
export const LONE_WORD = 4

/** All literals as trees in one numbering. */
export interface Tree {
  readonly depth: readonly number[]
  /** Numbers of the literals that end in a node: several where units beyond ASCII share a symbol. */
  readonly ends: readonly (readonly number[])[]
  isWord(node: number): boolean
  /** True when the literals that lead to a node must stand by themselves. */
  isLone(node: number): boolean
  /** The node behind `symbol`, or 0. */
  child(node: number, symbol: number): number
}

/** The trees of all literals, over the symbols of `classes`. */
export function treeOf({ prefixes, words }: GateInput, classes: Uint8Array): Tree {
  const depth = [0, 0, 0, 0, 0]
  const ends: number[][] = [[], [], [], [], []]
  const roots = [0, PREFIX, LONE_PREFIX, WORD, LONE_WORD]
  const first = [0, 0, 0, 0, 0]
  const next = [0, 0, 0, 0, 0]
  const symbols = [0, 0, 0, 0, 0]
  const child = (node: number, symbol: number): number => {
    let at = first[node] ?? 0
    while (at !== 0 && symbols[at] !== symbol) at = next[at] ?? 0
    return at
  }
  const plant = (root: number, text: string, number: number): void => {
    let node = root
    for (let at = 0; at < text.length; at++) {
      const symbol = classes[text.charCodeAt(at)] ?? 0
      let below = child(node, symbol)
      if (below === 0) {
        below = depth.push(at + 1) - 1
        ends.push([])
        roots.push(root)
        first.push(0)
        next.push(first[node] ?? 0)
        symbols.push(symbol)
        first[node] = below
      }
      node = below
    }
    ends[node]?.push(number)
  }
  for (const [number, { text, alone }] of prefixes.entries())
    plant(alone ? LONE_PREFIX : PREFIX, text, number)
  for (const [number, { text, alone }] of words.entries())
    plant(alone ? LONE_WORD : WORD, text, number)
  return {
    depth,
    ends,
    isWord: (node) => (roots[node] ?? 0) >= WORD,
    isLone: (node) => roots[node] === LONE_WORD || roots[node] === LONE_PREFIX,
    child,
  }
}
