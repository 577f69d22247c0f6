import { compileAhead } from './ahead.ts'
import type { Engine } from './engine.ts'
import {
  BODIES,
  ROW_BYTES,
  ROW_SYMBOLS,
  SAYS_ALWAYS,
  SAYS_MARK,
  SAYS_PREFIX,
  SAYS_WORD,
  STATES_MAX,
  SYMBOLS_MAX,
  WORD_WHOLE,
} from './layout.ts'
import {
  type GateInput,
  LONE_PREFIX,
  LONE_WORD,
  PREFIX,
  type Tree,
  treeOf,
  WORD,
} from './literals.ts'
import { alphabet } from './symbols.ts'

/**
 * One automaton over every literal of every detector: token prefixes (case kept) and words (case folded) at once, so that
 * clean text costs one look-up a unit however many detectors there are. It is deterministic, but its states are only
 * made when a text first leads to them: making it costs nothing, and the table holds what texts really say. The table
 * stands in the engine's memory: `table[state * ROW_SYMBOLS + symbol]` is the next state, negative when that state speaks, and 0
 * when no text came this way yet.
 */
export interface Gate {
  /** Counts up whenever all states are forgotten: a state of an earlier epoch means nothing any more. */
  readonly epoch: number
  /** What is known of a state. */
  said(state: number): Saying
  /** The state behind `unit`. */
  next(state: number, unit: number): number
  /** Forgets all states, as happens when no more fit. */
  forget(): void
  /** States known so far. */
  size(): number
}

/** The state in which nothing was read. */
export const START = 1

/** What is known when a state is reached. */
export interface Saying {
  /** Prefix groups that end here, longest first: a prefix that begins with a shorter one belongs to its group. */
  readonly prefixes: readonly { readonly units: number; readonly group: number }[]
  /** Words that end here, longest first. */
  readonly words: readonly number[]
  /** True when every word that ends here must stand by itself. */
  readonly whole: boolean
  /** True when the last unit is a mark or a digit after a non-digit. */
  readonly mark: boolean
  /** Units of the prefixes (case-kept) that may be under way, longest first: they cannot leave yet. */
  readonly pending: readonly number[]
}

/** What stood in front, as far as it decides what may begin. */
const APART = 0
const SMALL = 1
const CAPITAL = 2
const NUMERAL = 3

/** Letters and digits in a row, from which on a digit stands inside a word. */
const WORD_UNITS_MIN = 3

interface State {
  readonly nodes: readonly number[]
  readonly before: number
  /** Letters and digits right in front, as far as it matters. */
  readonly run: number
  readonly saying: Saying
}

/** Prepares the automaton in the memory of `engine`. Throws `RangeError` when the literals hold too many different units. */
export function buildGate(input: GateInput, engine: Engine): Gate {
  const { unitOf, small } = alphabet(input, engine.classes)
  const { classes, table, says } = engine
  const tree = treeOf(input, classes)
  const countsRuns = input.digits === 'outside words'
  const marks = new Uint8Array(SYMBOLS_MAX)
  for (const mark of input.marks) marks[classes[mark.charCodeAt(0)] ?? 0] = 1
  /** The first row stays empty: 0 stands for a transition that is not worked out. */
  let states: State[] = []
  let places = new Map<string, number>()
  let epoch = 0
  /** Addresses of what must stand behind prefixes, and where the next one goes. */
  const bodies = new Map<string, number>()
  let bodiesEnd = 0

  function enter(nodes: readonly number[], before: number, run: number, mark: boolean): number {
    const name = `${nodes.join()};${before}${mark ? '!' : ''}${run}`
    const known = places.get(name)
    if (known !== undefined) return known
    const saying = sayingOf(tree, nodes, mark)
    const place = states.push({ nodes, before, run, saying })
    places.set(name, place)
    const looked = canLook(place, saying)
    engine.words[place] = saying.words.reduce(
      (flags, word) => flags | (input.words[word]?.look ?? 0),
      saying.whole ? WORD_WHOLE : 0,
    )
    says[place] =
      (saying.prefixes.length > 0 && !looked ? SAYS_ALWAYS : 0) |
      (looked ? SAYS_PREFIX : 0) |
      (saying.words.length > 0 ? SAYS_WORD : 0) |
      (saying.mark ? SAYS_MARK : 0)
    return place
  }

  /** Lets the engine look behind the prefixes of a state, when it can. */
  function canLook(place: number, { prefixes, pending }: Saying): boolean {
    if (prefixes.length === 0) return false
    const name = prefixes.map(({ units, group }) => `${group}:${units}`).join()
    const body = bodies.get(name) ?? addBody(prefixes)
    bodies.set(name, body)
    engine.aheads.set([body, pending[0] ?? 0], place * 2)
    return body !== 0
  }

  /** Address of the automaton of what must stand behind `prefixes`; 0 when there is none, or no more room. */
  function addBody(prefixes: Saying['prefixes']): number {
    const ended = prefixes.map(({ units, group }) => ({
      units,
      aheads: input.prefixes[group]?.aheads?.() ?? [],
    }))
    if (ended.some(({ aheads }) => aheads.length === 0)) return 0
    const body = compileAhead(ended)
    if (body === undefined || bodiesEnd + body.length > engine.bodies.length) return 0
    engine.bodies.set(body, bodiesEnd)
    const address = BODIES + bodiesEnd * 2
    bodiesEnd += body.length
    return address
  }

  function forget(): void {
    states = []
    places = new Map()
    table.fill(0)
    epoch++
    enter([], APART, 0, false)
  }

  function grow(state: number, symbol: number): number {
    const from = states[state - 1] ?? NOTHING
    const folded = small[symbol] ?? symbol
    const nodes: number[] = []
    for (const node of from.nodes) add(nodes, tree.child(node, tree.isWord(node) ? folded : symbol))
    add(nodes, tree.child(PREFIX, symbol))
    add(nodes, tree.child(WORD, folded))
    const unit = unitOf[symbol] ?? 0
    if (from.before === APART) add(nodes, tree.child(LONE_PREFIX, symbol))
    if (from.before === APART || (from.before === SMALL && isCapital(unit)))
      add(nodes, tree.child(LONE_WORD, folded))
    nodes.sort((a, b) => a - b)
    const before = kindOf(unit)
    const run = before === APART || !countsRuns ? 0 : Math.min(from.run + 1, WORD_UNITS_MIN)
    const startsNumber = before === NUMERAL && from.before !== NUMERAL && from.run < WORD_UNITS_MIN
    const mark = marks[symbol] === 1 || (startsNumber && input.digits !== 'none')
    const full = states.length + 1 >= STATES_MAX
    if (full) forget()
    const place = enter(nodes, before, run, mark)
    if (!full)
      table[state * ROW_SYMBOLS + symbol] = (says[place] === 0 ? place : -place) * ROW_BYTES
    return place
  }

  enter([], APART, 0, false)
  return {
    get epoch() {
      return epoch
    },
    said: (state) => states[state - 1]?.saying ?? SILENT,
    next(state, unit) {
      const symbol = classes[unit] ?? 0
      const known = table[state * ROW_SYMBOLS + symbol] ?? 0
      return known === 0 ? grow(state, symbol) : Math.abs(known) / ROW_BYTES
    },
    forget,
    size: () => states.length,
  }
}

const SILENT: Saying = { prefixes: [], words: [], whole: false, mark: false, pending: [] }
const NOTHING: State = { nodes: [], before: 0, run: 0, saying: SILENT }

function add(nodes: number[], node: number): void {
  if (node > 0) nodes.push(node)
}

function isCapital(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a
}

function kindOf(unit: number): number {
  if (unit >= 0x61 && unit <= 0x7a) return SMALL
  if (isCapital(unit)) return CAPITAL
  return unit >= 0x30 && unit <= 0x39 ? NUMERAL : APART
}

function sayingOf(tree: Tree, nodes: readonly number[], mark: boolean): Saying {
  const prefixes: { units: number; group: number }[] = []
  const words: { units: number; word: number; whole: boolean }[] = []
  const pending = new Set<number>()
  for (const node of nodes) {
    const units = tree.depth[node] ?? 0
    const isWord = tree.isWord(node)
    if (!isWord) pending.add(units)
    for (const end of tree.ends[node] ?? [])
      if (isWord) words.push({ units, word: end, whole: tree.isLone(node) })
      else prefixes.push({ units, group: end })
  }
  prefixes.sort((a, b) => b.units - a.units)
  words.sort((a, b) => b.units - a.units)
  return {
    prefixes,
    words: words.map(({ word }) => word),
    whole: words.every(({ whole }) => whole),
    mark,
    pending: [...pending].sort((a, b) => b - a),
  }
}
