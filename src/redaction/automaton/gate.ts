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

/** A literal automaton with every transition written out: `rows[node * width + symbol]`. */
interface Trie {
  readonly rows: Uint16Array
  readonly depth: readonly number[]
  readonly ends: readonly (readonly number[])[]
}

/** States fit 16 bits; the built-in shelf needs about a quarter. */
const STATES_MAX = 65_535

/** Builds the product of both literal automata. Throws `RangeError` when there are too many literals. */
export function buildGate(input: GateInput): Gate {
  const { classes, symbols, folded } = alphabet(input)
  const width = symbols.length
  const prefixes = trie(input.prefixes, classes, width)
  const words = trie(input.words, classes, width)
  const digit = symbols.map((unit) => unit >= '0' && unit <= '9')
  const mark = symbols.map((unit) => unit !== '' && input.marks.includes(unit))
  // Nearly all transitions lead to a state in which one of the two automata rests: those are found without a map.
  const restingPrefix = new Int32Array((words.depth.length + 1) * 4).fill(-1)
  const restingWord = new Int32Array((prefixes.depth.length + 1) * 4).fill(-1)
  const names = new Map<number, Map<number, number>>()
  const pairs: Pair[] = []
  const intern = (prefix: number, word: number, isDigit: boolean, isMark: boolean): number => {
    const flags = (isDigit ? 2 : 0) + (isMark ? 1 : 0)
    if (prefix === 0 || word === 0) {
      const resting = prefix === 0 ? restingPrefix : restingWord
      const at = (prefix === 0 ? word : prefix) * 4 + flags
      const found = resting[at] ?? -1
      if (found >= 0) return found
      if (pairs.length >= STATES_MAX) throw new RangeError('too many literals for one automaton')
      resting[at] = pairs.push([prefix, word, isDigit, isMark]) - 1
      return pairs.length - 1
    }
    let named = names.get(prefix)
    if (named === undefined) {
      named = new Map()
      names.set(prefix, named)
    }
    const name = word * 4 + flags
    const known = named.get(name)
    if (known !== undefined) return known
    if (pairs.length >= STATES_MAX) throw new RangeError('too many literals for one automaton')
    pairs.push([prefix, word, isDigit, isMark])
    named.set(name, pairs.length - 1)
    return pairs.length - 1
  }
  intern(0, 0, false, false)
  const rows: Uint16Array[] = []
  for (let state = 0; state < pairs.length; state++) {
    const [prefix, word, afterDigit] = pairs[state] ?? NO_PAIR
    const row = new Uint16Array(width)
    for (let symbol = 1; symbol < width; symbol++) {
      const isDigit = digit[symbol] === true
      row[symbol] = intern(
        prefixes.rows[prefix * width + symbol] ?? 0,
        words.rows[word * width + (folded[symbol] ?? symbol)] ?? 0,
        isDigit,
        mark[symbol] === true || (isDigit && input.digits && !afterDigit),
      )
    }
    rows.push(row)
  }
  const sayings = pairs.map(([prefix, word, , isMark]) =>
    say(prefixes, prefix, words, word, isMark, input.prefixes),
  )
  return number(pairs, rows, sayings, prefixes, { classes, width })
}

type Pair = readonly [prefix: number, word: number, digit: boolean, mark: boolean]
const NO_PAIR: Pair = [0, 0, false, false]

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

function trie(literals: readonly string[], classes: Uint8Array, width: number): Trie {
  const children: Map<number, number>[] = [new Map()]
  const depth = [0]
  const ends: number[][] = [[]]
  for (const [index, literal] of literals.entries()) {
    let node = 0
    for (let at = 0; at < literal.length; at++) {
      const symbol = classes[literal.charCodeAt(at)] ?? 0
      const known = children[node]?.get(symbol)
      if (known !== undefined) {
        node = known
        continue
      }
      const fresh = children.push(new Map()) - 1
      depth.push((depth[node] ?? 0) + 1)
      ends.push([])
      children[node]?.set(symbol, fresh)
      node = fresh
    }
    ends[node]?.push(index)
  }
  if (children.length > STATES_MAX) throw new RangeError('too many literals for one automaton')
  const rows = new Uint16Array(children.length * width)
  const fail = new Uint16Array(children.length)
  const queue = [0]
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0
    const back = (fail[node] ?? 0) * width
    // Nodes come in order of depth, so the row of the shorter suffix is complete.
    if (node !== 0) {
      rows.copyWithin(node * width, back, back + width)
      ends[node]?.push(...(ends[fail[node] ?? 0] ?? []))
    }
    for (const [symbol, child] of children[node] ?? []) {
      fail[child] = node === 0 ? 0 : (rows[back + symbol] ?? 0)
      queue.push(child)
    }
    for (const [symbol, child] of children[node] ?? []) rows[node * width + symbol] = child
  }
  return { rows, depth, ends }
}

/** Symbols that all units beyond ASCII share. */
const SHARED_SYMBOLS = 12

/** Symbols of all literals; `folded` gives the symbol of a symbol's small letter. */
function alphabet(input: GateInput): {
  classes: Uint8Array
  symbols: string[]
  folded: Uint8Array
} {
  const units = new Set<string>(input.digits ? '0123456789' : '')
  for (const unit of input.marks) units.add(unit)
  for (const literal of input.prefixes) for (const unit of literal) units.add(unit)
  for (const word of input.words) for (const unit of word) units.add(unit).add(unit.toUpperCase())
  const ascii = [...units].filter((unit) => unit.charCodeAt(0) < 128)
  // Units beyond ASCII share a few symbols, so that rows stay short: whoever hears such a word compares its text.
  const symbols = ['', ...ascii, ...Array.from({ length: SHARED_SYMBOLS }, () => '')]
  const classes = new Uint8Array(65_536)
  for (const [symbol, unit] of ascii.entries()) classes[unit.charCodeAt(0)] = symbol + 1
  for (const unit of units)
    for (const form of [unit, unit.toLowerCase()]) {
      const code = form.charCodeAt(0)
      if (code > 127)
        classes[code] = 1 + ascii.length + (unit.toLowerCase().charCodeAt(0) % SHARED_SYMBOLS)
    }
  const folded = new Uint8Array(symbols.length)
  for (const [symbol, unit] of symbols.entries())
    folded[symbol] = unit === '' ? symbol : (classes[unit.toLowerCase().charCodeAt(0)] ?? 0)
  return { classes, symbols, folded }
}
