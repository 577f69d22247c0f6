import type { Glance } from './automaton/glance.ts'

/** What a finding is about: credentials, or facts about a person. */
export type FindingKind = 'secret' | 'pii'

/** One match in a text: UTF-16 offsets `[start, end)` from the beginning of the slot. Never holds the value. */
export interface Finding {
  readonly kind: FindingKind
  /** What was found, e.g. `GITHUB_PAT`; also the category in placeholders: `[A-Z0-9_]`, at most 40 units. */
  readonly entity: string
  /** Id of the detector that decided. */
  readonly detector: string
  readonly start: number
  readonly end: number
}

/** Test material that lives beside the rule; values are built at run time, so that no file holds a whole token. */
export interface Cases {
  /** Text → the values that must be covered. */
  readonly hits: () => readonly (readonly [text: string, values: readonly string[]])[]
  /** Text → why it is none. */
  readonly misses: () => readonly (readonly [text: string, why: string])[]
}

interface Named {
  /** Lower-case kebab, unique over all detectors, e.g. `github-pat`. */
  readonly id: string
  readonly kind: FindingKind
  readonly entity: string
  readonly cases: Cases
}

/** Reading past what has arrived makes a verdict wait; past the text's end, a wall or the bound it reads this. */
export const END = -1

/**
 * The text a verdict may look at, as logical units (escapes decoded, invisible characters dropped).
 * A verdict is a function of the units it has read, and nothing else: that is why cutting cannot change it.
 */
export interface Reader {
  /** The unit at `position`, or `END`. Positions left of the candidate are readable for 64 units at least. */
  at(position: number): number
  /** Counts up whenever positions get another meaning: until then, what was read may be remembered. */
  readonly turn: number
  /** True when something was read that has not arrived: what comes of it says nothing. */
  readonly starved: boolean
  /** Said by a label's `locate`: the value does not begin left of `position`, so what lies there may leave. */
  pass(position: number): void
}

/** Where a verdict fell: the finding is `[start, end)` and goes on while units are in `tail`. */
export interface Match {
  readonly start: number
  readonly end: number
  /** How the value goes on behind the verdict; such units are swallowed without delay. */
  readonly tail?: Tail | undefined
}

/** What still belongs to a value after its verdict. */
export interface Tail {
  /** Units that go on (see `automaton/classes.ts`). */
  readonly units: Uint8Array
  /** Goes on to this literal and five more dashes: private key blocks. */
  readonly until?: string
  /** One space between any two units. */
  readonly spaced?: boolean
  /** Goes on over a string concatenation, and over a line break behind which a long random run begins. */
  readonly joins?: boolean
}

/** A token with a literal beginning: `literals` × `body`, where `body` is a pattern of `automaton/shape.ts`. */
export interface FormatDetector extends Named {
  readonly type: 'format'
  readonly literals: readonly string[]
  /** What follows the literal; the verdict falls at its first complete match. */
  readonly body: string
  /** Units that still belong to the token after the verdict, as a class; default: letters, digits, `_` and `-`. */
  readonly tail?: string
  /** The value goes on to this literal (private key blocks). */
  readonly until?: string
  /** Units that must not stand in front; default: letters and digits. */
  readonly left?: string
  /** True when a unit of `tail` after the match makes it no match (numbers of a fixed length). */
  readonly exact?: boolean
  /** A last word on the text from literal to verdict (checksums, decoys). */
  check?(value: string): boolean
  /** Also look for it in base64, in hex and spaced out. Only for literals of three units or more. */
  readonly disguises?: boolean
}

/** A value that only its name gives away: `words` are matched without regard to case. */
export interface LabelDetector extends Named {
  readonly type: 'label'
  readonly words: readonly string[]
  /** True when a word counts only by itself or as a hump of an identifier (`homePhone`), not inside other letters. */
  readonly whole: boolean
  /**
   * From the end of the word at `position`: where the value begins, or undefined when there is none. Everything it
   * passes is released meanwhile, so it may pass at most 64 units.
   */
  locate(text: Reader, position: number, word: string): number | undefined
  /**
   * A cheap look at a value that was located: false only when `judge` could say nothing but no, whatever stands around it. Reads
   * the units directly, at most 24 of them, and takes the end of what has arrived for "perhaps".
   */
  mayBegin?(units: Uint16Array, position: number, end: number): boolean
  /**
   * How the engine looks behind a word before it tells of it (see `automaton/word-looks.ts`): `assigned` knows how values of secrets
   * are found and which are too little, `assigned-password` that shorter ones are taken, `assigned-vendor` also ids of services and
   * that theirs are longer, `labelled` that nothing without a digit is taken, `address` that a user, a colon and an `@` must come. Without a look every word is told.
   */
  readonly look?: 'assigned' | 'assigned-password' | 'assigned-vendor' | 'labelled' | 'address'
  /** The verdict on the value at `position`. */
  judge(text: Reader, position: number, word: string): Match | undefined
}

/** A mark at which a spot is asked: one ASCII unit, or `digit` (any digit after something else). */
export type Mark = string

/**
 * A value that its own shape gives away, asked at a mark. It may begin left of the mark, but only inside the run
 * of units that `runStart` gives (which is what the engine holds).
 */
export interface SpotDetector extends Named {
  readonly type: 'spot'
  readonly marks: readonly Mark[]
  /** A cheap look before `judge`; see `automaton/glance.ts`. Detectors that share one share its cost. */
  readonly glance: Glance
  /** True when it never begins left of its mark: its bound counts from there, which may hold more in front. */
  readonly fromMark?: boolean
  /** `position` is that of the mark; `runStart` the leftmost position a finding may begin at. */
  judge(text: Reader, position: number, runStart: number): Match | undefined
}

/** What a {@link StreamScanner} sees: logical units of text in which the other detectors found nothing. */
export interface CleanView {
  /** First readable position; at least 64 units of left context stay readable. */
  readonly start: number
  /** First position that has not arrived. */
  readonly end: number
  /** True when nothing comes after `end`. */
  readonly final: boolean
  /** The unit at a position in `[start, end)`; `WALL` where a finding or a placeholder stands. */
  at(position: number): number
  /** Copies the units of `[from, to)` into `target`, from its `at`th on. */
  copy(from: number, to: number, target: Uint16Array, at: number): void
}

/** Stands in a {@link CleanView} for one finding or placeholder: a boundary that is no character (U+FFFF). */
export const WALL = 0xffff

/** Tells the engine of a match; `start` must not lie left of what was settled before. */
export type Report = (start: number, end: number, entity: string) => void

/** One text's state of a {@link StreamDetector}. */
export interface StreamScanner {
  /**
   * Called after every piece. Reports matches in order and gives the settled position: everything left of it is
   * decided and leaves. Must be a function of the text alone: what is reported must not depend on where pieces
   * end, and `view.end - settled` may not exceed the declared bound. With `view.final` it settles at `view.end`.
   */
  scan(view: CleanView, report: Report): number
}

/**
 * A detector with its own incremental state, such as one for names. It runs behind the machine: it sees only text
 * that the machine let pass, so it can never widen or cut the machine's findings.
 */
export interface StreamDetector extends Named {
  readonly type: 'stream'
  /** Every entity it may report; `entity` is the first of them. */
  readonly entities: readonly string[]
  /** Most units it ever holds; at most 44, so that machine and scanner together stay within 128. */
  readonly holdUnitsMax: number
  open(): StreamScanner
}

export type Detector = FormatDetector | LabelDetector | SpotDetector | StreamDetector

/** Cases of a detector that has none of its own beside it (generated families test themselves). */
export const NO_CASES: Cases = { hits: () => [], misses: () => [] }
