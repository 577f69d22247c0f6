/** What stands where in the memory of the engine, and the numbers both sides of it know. */

/** Why a run stopped: at its limit, behind something worth hearing, in front of a transition that is not worked out. */
export const AT_LIMIT = 0
export const HEARD = 1
export const UNKNOWN_AHEAD = 2

/** Prefixes that cannot be looked behind: always heard. */
export const SAYS_ALWAYS = 1
/** Words: heard when a look behind them says so. */
export const SAYS_WORD = 2
/** A mark: heard when it is worth a glance. */
export const SAYS_MARK = 4
/** Prefixes: heard when what stands behind may come to something. */
export const SAYS_PREFIX = 8

/** Bytes by state: address of the automaton of what must stand behind its prefixes, and how many units of literals are under way. */
export const AHEAD_BYTES = 8
/** Bytes of all these automata, see `ahead.ts`: the whole shelf takes 600 KB. */
export const BODIES_BYTES = 2 ** 20

/** What is looked at behind the words of a state, as flags: all must stand alone; one is always heard; one takes passwords; else see `word-looks.ts`. */
export const WORD_WHOLE = 1
export const WORD_HEARD = 2
export const WORD_ASSIGNED = 4
export const WORD_VENDOR = 8
export const WORD_LABELLED = 16
export const WORD_ADDRESS = 32
export const WORD_PASSWORD = 64

/** How a mark is looked at before it is heard; always heard, or by one of the looks in `looks.ts`. */
export const LOOK_ALWAYS = 0
export const LOOK_NUMBER = 1
export const LOOK_STOP = 2
export const LOOK_HYPHEN = 3
export const LOOK_COLON = 4
export const LOOK_AT = 5
export const LOOK_TILDE = 6

/** Marks between two groups of digits that `pairs` tells apart (two slashes as one), and the size from which on groups are all the same. */
export const PAIR_MARKS = ' -./'
export const PAIR_DIGITS_MAX = 9
/** Two groups may come to something: with a third group and a full stop behind that, and otherwise. */
export const PAIR_QUAD = 1
export const PAIR_OPEN = 2
/** Bits further on these stand again, for numbers that begin with a 1. */
export const PAIR_ONE = 2

/** Digits in a row from which on runs are all the same, and what may stand behind a run that may come to something. */
export const RUN_DIGITS_MAX = 20
export const RUN_HYPHEN = 1
export const RUN_BAR = 2
export const RUN_OTHER = 4

/** Units in memory: left context, a block, and room behind. */
export const ROOM_UNITS = 8448
/** Units of raw text copied at a time. */
export const RAW_UNITS = 8192
/** Cells of the words that looks know. */
export const KNOWN_CELLS = 65_536
/** States that fit the table. */
export const STATES_MAX = 16_384
/** Symbols of the automaton. */
export const SYMBOLS_MAX = 128
/**
 * Next states in a row of the table, and its bytes: a line of the cache more than symbols need, or the busy beginnings of all rows
 * would share a quarter of the cache.
 */
export const ROW_SYMBOLS = 144
export const ROW_BYTES = 576

/**
 * Addresses in the engine's memory. State and reason of the last run, units copied, where a value was refused; by unit: symbol, kind,
 * meaning, look, flags; words that looks know; by state: what it says, and how its words are looked at; possible pairs of groups of
 * digits, and runs; the window; raw text; the automaton's rows; by state: what must stand behind its prefixes; the automata of that.
 */
export const CELLS = 64
export const REFUSED = CELLS + 12
export const CLASSES = 1024
export const KINDS = CLASSES + 65_536
export const FOLDED = KINDS + 65_536
export const LOOKS = FOLDED + 131_072
export const FLAGS = LOOKS + 65_536
export const KNOWN = FLAGS + 262_144
export const SAYS = KNOWN + KNOWN_CELLS * 2
export const WORDS = SAYS + STATES_MAX
export const PAIRS = WORDS + STATES_MAX
export const RUNS = PAIRS + 400
export const UNITS = PAIRS + 512
/** So that what stands a little left of the first unit has an address above 0 too. */
export const FRONT = 256
export const OFFSETS = UNITS + ROOM_UNITS * 2 + 64
export const RAW = OFFSETS + ROOM_UNITS * 4 + 64
export const TABLE = (RAW + RAW_UNITS * 2 + 1024) & ~511
export const AHEADS = TABLE + STATES_MAX * ROW_BYTES
export const BODIES = AHEADS + STATES_MAX * AHEAD_BYTES
export const PAGES = Math.ceil((BODIES + BODIES_BYTES) / 65_536)

/** Kinds of units, as flags. */
export const KIND_DIGIT = 1
export const KIND_ALNUM = 2
export const KIND_TOKEN = 4
export const KIND_MARK = 8
export const KIND_HEX = 16
export const KIND_LABEL = 32
