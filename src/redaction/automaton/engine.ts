import { ALNUM, DIGIT, HEX, TOKEN, unitClass } from './classes.ts'
import { writeKnownWords } from './known-words.ts'
import {
  AHEAD_BYTES,
  AHEADS,
  BODIES,
  BODIES_BYTES,
  CELLS,
  CLASSES,
  FLAGS,
  FOLDED,
  FRONT,
  KIND_ALNUM,
  KIND_DIGIT,
  KIND_HEX,
  KIND_LABEL,
  KIND_MARK,
  KIND_TOKEN,
  KINDS,
  KNOWN,
  KNOWN_CELLS,
  LOOKS,
  OFFSETS,
  PAGES,
  PAIRS,
  RAW,
  RAW_UNITS,
  ROOM_UNITS,
  ROW_BYTES,
  ROW_SYMBOLS,
  RUN_DIGITS_MAX,
  RUNS,
  SAYS,
  SAYS_PREFIX,
  STATES_MAX,
  TABLE,
  UNITS,
  WORDS,
} from './layout.ts'
import { program } from './program.ts'
import { writeUnitKinds } from './unit-kinds.ts'

/**
 * What is done for every single unit, in WebAssembly: it needs no warming up, and its speed does not depend on what else the
 * process has run. The program is assembled here when the process starts; everything it knows stands in its memory.
 */
export interface Engine {
  /** Logical units; positions are indexes into it. */
  readonly units: Uint16Array
  readonly offsets: Int32Array
  /** Symbol of every unit, below 128. */
  readonly classes: Uint8Array
  /** Rows of 128 next states; see `Gate`. */
  readonly table: Int32Array
  /** By state: what it says, as `SAYS_…` flags. */
  readonly says: Uint8Array
  /** By state: how its words are looked behind, as `WORD_…` flags. */
  readonly words: Uint8Array
  /** By state: where the automaton of what must stand behind its prefixes stands, and how many units of literals are under way. */
  readonly aheads: Uint32Array
  /** These automata; see `compileAhead`. */
  readonly bodies: Uint16Array
  /** See `possiblePairs`. */
  readonly pairs: Uint8Array
  /** See `possibleRuns`. */
  readonly runs: Uint8Array
  /** By unit: how a mark is looked at, as `LOOK_…`. */
  readonly looks: Uint8Array
  /** Raw text is written here, behind one unit that stood in front of it. */
  readonly raw: Buffer
  /**
   * Follows the automaton from `state` and `position` on. Gives the position where it stopped: at `limit`, behind something
   * worth hearing (then `state` speaks), or in front of a transition that is not worked out.
   */
  run(state: number, position: number, limit: number, low: number, end: number): number
  /**
   * False when what stands behind the literals that end at `position` in `state` can come to nothing, provided that holding began
   * at `base`, or, when it is left out, with the run in front of them.
   */
  mayFollow(state: number, position: number, end: number, base?: number): boolean
  /** State where the last run stopped. */
  state(): number
  /** Why the last run stopped: `AT_LIMIT`, `HEARD` or `UNKNOWN_AHEAD`. */
  reason(): number
  /** Copies raw units that mean themselves, fold to one or are a short escape, from the `from`th; gives how many of `count` did. */
  copy(from: number, count: number, position: number, offset: number): number
  /** Units that the last copy wrote. */
  copied(): number
  /** Makes the `CONTEXT_UNITS` units from `by` on the first ones, with `moved` less in their offsets. */
  shift(by: number, moved: number): void
}

/** A fresh engine with memory of its own. `folded` gives by unit what it means alone, or `NEEDS_…`. */
export function openEngine(folded: Uint16Array): Engine {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES })
  const { buffer } = memory
  const { exports } = new WebAssembly.Instance(program, { host: { memory } })
  const native = exports as unknown as {
    run(state: number, at: number, limit: number, low: number, end: number): number
    ahead(last: number, place: number, end: number, base: number): number
    copy(from: number, count: number, to: number, offsets: number, offset: number): number
    shift(by: number, moved: number): void
  }
  const says = new Uint8Array(buffer, SAYS, STATES_MAX)
  const cells = new Int32Array(buffer, CELLS, 3)
  new Uint8Array(buffer, KINDS, 128).set(KINDS_OF_UNITS)
  new Uint16Array(buffer, FOLDED, 65_536).set(folded)
  writeUnitKinds(new Uint32Array(buffer, FLAGS, 65_536))
  writeKnownWords(new Uint16Array(buffer, KNOWN, KNOWN_CELLS))
  return {
    units: new Uint16Array(buffer, UNITS, ROOM_UNITS),
    offsets: new Int32Array(buffer, OFFSETS, ROOM_UNITS + 1),
    classes: new Uint8Array(buffer, CLASSES, 65_536),
    table: new Int32Array(buffer, TABLE, STATES_MAX * ROW_SYMBOLS),
    says,
    words: new Uint8Array(buffer, WORDS, STATES_MAX),
    aheads: new Uint32Array(buffer, AHEADS, (STATES_MAX * AHEAD_BYTES) / 4),
    bodies: new Uint16Array(buffer, BODIES, BODIES_BYTES / 2),
    pairs: new Uint8Array(buffer, PAIRS, RUNS - PAIRS),
    runs: new Uint8Array(buffer, RUNS, RUN_DIGITS_MAX + 1),
    looks: new Uint8Array(buffer, LOOKS, 65_536),
    raw: Buffer.from(buffer, RAW, (RAW_UNITS + 1) * 2),
    run: (state, position, limit, low, last) =>
      (native.run(
        state * ROW_BYTES,
        FRONT + position * 2,
        FRONT + limit * 2,
        FRONT + low * 2,
        FRONT + last * 2,
      ) -
        FRONT) >>
      1,
    mayFollow: (state, position, last, base) =>
      ((says[state] ?? 0) & SAYS_PREFIX) === 0 ||
      native.ahead(
        FRONT + position * 2,
        state * AHEAD_BYTES,
        FRONT + last * 2,
        base === undefined ? 0 : FRONT + base * 2,
      ) !== 0,
    state: () => (cells[0] ?? 0) / ROW_BYTES,
    reason: () => cells[1] ?? 0,
    copied: () => cells[2] ?? 0,
    shift: native.shift,
    copy: (from, count, position, offset) =>
      native.copy(
        RAW + (from + 1) * 2,
        count,
        UNITS + position * 2,
        OFFSETS + position * 4,
        offset,
      ),
  }
}

const KINDS_OF_UNITS = kinds()

function kinds(): Uint8Array {
  const found = new Uint8Array(128)
  const classes = [
    [DIGIT, KIND_DIGIT],
    [ALNUM, KIND_ALNUM],
    [TOKEN, KIND_TOKEN],
    [unitClass(' .\\-()/'), KIND_MARK],
    [HEX, KIND_HEX],
    [unitClass('A-Za-z0-9\\-'), KIND_LABEL],
  ] as const
  for (const [members, flag] of classes)
    for (let unit = 0; unit < 128; unit++)
      if (members[unit] === 1) found[unit] = (found[unit] ?? 0) | flag
  return found
}
