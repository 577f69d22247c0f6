/**
 * One dense automaton over every literal of every detector: token prefixes (case kept) and words (case folded) in the
 * same table, so that clean text costs one look-up a unit however many detectors there are.
 */
export interface Gate {
  /** `table[state * width + classes[unit]]` is the next state. State 0 is the beginning. */
  readonly table: Uint16Array
  readonly classes: Uint8Array
  readonly width: number
  /** States from this one on have something to say. */
  readonly speaking: number
  /** Units of the longest prefix (case-kept) that may be under way in a state: they cannot leave yet. */
  readonly pending: Uint8Array
  /** What is said in state `speaking + i`. */
  readonly sayings: readonly Saying[]
}

/** What has just been read when a speaking state is reached. */
export interface Saying {
  /** Prefix groups that end here, longest first: a prefix that begins with a shorter one belongs to its group. */
  readonly prefixes: readonly { readonly units: number; readonly group: number }[]
  /** Words that end here, longest first. */
  readonly words: readonly number[]
  /** True when the last unit is a mark or a digit after a non-digit. */
  readonly mark: boolean
}

export interface GateInput {
  /** Group literals: no member is a beginning of another. */
  readonly prefixes: readonly string[]
  /** Lower-case words. */
  readonly words: readonly string[]
  /** Units that are marks by themselves. */
  readonly marks: string
  /** True when digits after non-digits are marks. */
  readonly digits: boolean
}

interface Trie {
  readonly next: Map<string, number>[]
  readonly fail: number[]
  readonly depth: number[]
  readonly ends: number[][]
}

/** States fit 16 bits; the built-in shelf needs about a quarter. */
const STATES_MAX = 65_535

/** Builds the product of both literal automata. Throws `RangeError` when there are too many literals. */
export function buildGate(input: GateInput): Gate {
  const prefixes = trie(input.prefixes)
  const words = trie(input.words)
  const { classes, symbols } = alphabet(input)
  const width = symbols.length
  const names = new Map<number, number>()
  const pairs: [prefix: number, word: number, digit: boolean, mark: boolean][] = []
  const rows: Uint16Array[] = []
  const intern = (prefix: number, word: number, digit: boolean, mark: boolean): number => {
    const name = ((prefix * 65_536 + word) * 2 + (digit ? 1 : 0)) * 2 + (mark ? 1 : 0)
    const known = names.get(name)
    if (known !== undefined) return known
    if (pairs.length >= STATES_MAX) throw new RangeError('too many literals for one automaton')
    pairs.push([prefix, word, digit, mark])
    names.set(name, pairs.length - 1)
    return pairs.length - 1
  }
  intern(0, 0, false, false)
  for (let state = 0; state < pairs.length; state++) {
    const [prefix, word, digit] = pairs[state] ?? [0, 0, false]
    const row = new Uint16Array(width)
    for (let symbol = 1; symbol < width; symbol++) {
      const unit = symbols[symbol] ?? ''
      const isDigit = unit >= '0' && unit <= '9'
      const mark = input.marks.includes(unit) || (isDigit && input.digits && !digit)
      const target = intern(
        step(prefixes, prefix, unit),
        step(words, word, unit.toLowerCase()),
        isDigit,
        mark,
      )
      row[symbol] = target
    }
    rows.push(row)
  }
  const sayings = pairs.map(([prefix, word, , mark]) =>
    say(prefixes, prefix, words, word, mark, input.prefixes),
  )
  return number(pairs, rows, sayings, prefixes, { classes, width })
}

/** Renumbers so that speaking states come last: one comparison tells them apart. */
function number(
  pairs: readonly (readonly [number, number, boolean, boolean])[],
  rows: readonly Uint16Array[],
  sayings: readonly (Saying | undefined)[],
  prefixes: Trie,
  { classes, width }: { classes: Uint8Array; width: number },
): Gate {
  const order = [
    ...pairs.keys().filter((state) => sayings[state] === undefined),
    ...pairs.keys().filter((state) => sayings[state] !== undefined),
  ]
  const place = new Uint16Array(pairs.length)
  for (const [index, state] of order.entries()) place[state] = index
  const table = new Uint16Array(pairs.length * width)
  const pending = new Uint8Array(pairs.length)
  for (const [index, state] of order.entries()) {
    const row = rows[state]
    if (row)
      for (let symbol = 0; symbol < width; symbol++)
        table[index * width + symbol] = place[row[symbol] ?? 0] ?? 0
    pending[index] = prefixes.depth[pairs[state]?.[0] ?? 0] ?? 0
  }
  const speaking = order.findIndex((state) => sayings[state] !== undefined)
  const spoken: Saying[] = []
  for (const state of order) {
    const saying = sayings[state]
    if (saying) spoken.push(saying)
  }
  return {
    table,
    classes,
    width,
    speaking: speaking < 0 ? order.length : speaking,
    pending,
    sayings: spoken,
  }
}

function say(
  prefixes: Trie,
  prefix: number,
  words: Trie,
  word: number,
  mark: boolean,
  literals: readonly string[],
): Saying | undefined {
  const groups = prefixes.ends[prefix] ?? []
  const ended = words.ends[word] ?? []
  if (groups.length === 0 && ended.length === 0 && !mark) return undefined
  return {
    prefixes: groups.map((group) => ({ group, units: literals[group]?.length ?? 0 })),
    words: ended,
    mark,
  }
}

function step(tree: Trie, from: number, unit: string): number {
  let node = from
  for (;;) {
    const next = tree.next[node]?.get(unit)
    if (next !== undefined) return next
    if (node === 0) return 0
    node = tree.fail[node] ?? 0
  }
}

function trie(literals: readonly string[]): Trie {
  const tree: Trie = { next: [new Map()], fail: [0], depth: [0], ends: [[]] }
  for (const [index, literal] of literals.entries()) {
    let node = 0
    for (const unit of literal) {
      const known = tree.next[node]?.get(unit)
      if (known !== undefined) {
        node = known
        continue
      }
      const fresh = tree.next.push(new Map()) - 1
      tree.fail.push(0)
      tree.depth.push((tree.depth[node] ?? 0) + 1)
      tree.ends.push([])
      tree.next[node]?.set(unit, fresh)
      node = fresh
    }
    tree.ends[node]?.push(index)
  }
  const queue = [...(tree.next[0]?.values() ?? [])]
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0
    for (const [unit, child] of tree.next[node] ?? []) {
      tree.fail[child] = node === 0 ? 0 : step(tree, tree.fail[node] ?? 0, unit)
      queue.push(child)
    }
    const failed = tree.ends[tree.fail[node] ?? 0] ?? []
    tree.ends[node]?.push(...failed)
  }
  return tree
}

function alphabet(input: GateInput): { classes: Uint8Array; symbols: string[] } {
  const units = new Set<string>(input.digits ? '0123456789' : '')
  for (const unit of input.marks) units.add(unit)
  for (const literal of input.prefixes) for (const unit of literal) units.add(unit)
  for (const word of input.words) for (const unit of word) units.add(unit).add(unit.toUpperCase())
  const symbols = ['', ...units]
  const classes = new Uint8Array(65_536)
  for (const [symbol, unit] of symbols.entries())
    if (symbol > 0) classes[unit.charCodeAt(0)] = symbol
  return { classes, symbols }
}
