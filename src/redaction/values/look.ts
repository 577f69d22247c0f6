import { isPronounceable, isRowOfWords, kindAt, LOWER, OTHER, UPPER } from './row-of-words.ts'

/** Facts about a value that tell random text from names, paths, placeholders and code. */
export interface Look {
  readonly length: number
  readonly lower: number
  readonly upper: number
  readonly digits: number
  readonly symbols: number
  /** How often the class of units changes; a capital in front of a small letter counts as one class. */
  readonly changes: number
  readonly distinct: number
}

/** Counts the facts of `value`. */
export function lookAt(value: string): Look {
  let lower = 0
  let upper = 0
  let digits = 0
  let changes = 0
  let previous = 0
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index)
    let kind = 4
    if (unit >= 0x61 && unit <= 0x7a) {
      lower++
      kind = 1
    } else if (unit >= 0x41 && unit <= 0x5a) {
      upper++
      kind = 2
    } else if (unit >= 0x30 && unit <= 0x39) {
      digits++
      kind = 3
    }
    if (index > 0 && kind !== previous && !(previous === 2 && kind === 1)) changes++
    previous = kind
  }
  const symbols = value.length - lower - upper - digits
  return {
    length: value.length,
    lower,
    upper,
    digits,
    symbols,
    changes,
    distinct: distinctOf(value),
  }
}

const seen = new Uint8Array(128)

/** Different units of a value; those beyond ASCII count as one. */
function distinctOf(value: string): number {
  seen.fill(0)
  let distinct = 0
  for (let index = 0; index < value.length; index++) {
    const unit = Math.min(127, value.charCodeAt(index))
    if (seen[unit] === 0) distinct++
    seen[unit] = 1
  }
  return distinct
}

const PLACEHOLDER =
  /^(?:x+|\*+|\.+|-+|_+)$|x{6,}|(?<![a-z0-9])x{4}|x{4}(?![a-z0-9])|\*\*\*|\.\.\.|change_?me|placeholder|redacted|example|your[_-]?|insert|replace[_-]?|<[^>]*>|dummy|todo|undefined|null|none$|true$|false$|lorem|foobar|my[_-](?:secret|token|key|password|pass)|hidden|masked|n\/a/i

/** True for values that only stand for a value. */
export function isStandIn(value: string): boolean {
  if (
    /^[$%{<[(@&]/.test(value) &&
    /^(?:\$[A-Z_a-z{(]|%[A-Za-z_]+%?$|\{\{|\{%|<[A-Za-z]|\[[A-Za-z]|\(|@[a-z]+$|&\w)/.test(value)
  )
    return true
  return PLACEHOLDER.test(value)
}

/** True for paths, URLs, file names, dotted names, dates and versions. */
export function isReference(value: string): boolean {
  // Without any of these it is none.
  if (!/[-./\\]/.test(value)) return false
  if (/^(?:\.{0,2}\/[\w.@-]+(?:\/|$)|~\/|[a-z][a-z0-9+.-]*:\/\/|[A-Za-z]:\\)/.test(value))
    return true
  if (
    /\.(?:js|ts|tsx|jsx|json|ya?ml|pem|crt|key|txt|md|py|go|rb|html?|css|png|jpe?g|svg|env|cfg|conf|parquet|csv|com|org|net|io)$/i.test(
      value,
    )
  )
    return true
  if (/^\d{4}-\d{2}-\d{2}/.test(value)) return true
  return /^v?\d+(?:\.\d+)+(?:-[a-z.0-9]+)?$/.test(value)
}

/**
 * True for words put together by case, `_`, `-`, `.`, `:` or `/`, with at most short numbers among them: names, not values.
 */
export function isName(value: string): boolean {
  // Small letters between digits belong to no word; seen before the value is taken apart.
  if (/\d[a-z]+\d/.test(value)) return false
  // Several rules ask the same of one value, one after the other.
  if (value !== lastAsked) {
    lastAnswer = isRowOfWords(value)
    lastAsked = value
  }
  return lastAnswer
}

let lastAsked = ''
let lastAnswer = true

/** True when `value` looks drawn at random from an alphabet: what keys and tokens are made of. */
export function isRandom(value: string, unitsMin: number): boolean {
  const look = lookAt(value)
  const { length, digits, changes } = look
  const letters = look.lower + look.upper
  if (length < unitsMin || letters === 0)
    return letters === 0 && length >= unitsMin && digits >= 15 && look.symbols <= 1
  const hex = /^[0-9a-f-]+$|^[0-9A-F-]+$/.test(value)
  if (hex && length >= 16 && (digits >= 2 || length >= 24)) return look.distinct >= 4
  if (/^[0-9a-f]{8}:[0-9a-f]{8}$/.test(value)) return true
  if (/^[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){3,}$/.test(value)) return true
  if (digits >= 16 || (digits >= 7 && letters >= 3 && length >= 12 && look.symbols === 0))
    return look.distinct >= 5
  if (look.distinct < Math.min(8, 5 + length / 16) || isName(value)) return false
  if (digits >= 5 && letters >= 5 && length >= 16 && look.symbols === 0) return true
  if (hasOddRun(value) && length >= 12 && (digits > 0 || length >= 16)) return true
  if (digits === 0) return look.lower > 0 && look.upper > 0 && changes >= length / 6
  if (digits === 1) return changes >= Math.max(3, length / 6)
  return changes >= Math.max(3, Math.min(4, length / 10)) && letters >= length / 10
}

/** True when some run of letters cannot be a word. */
function hasOddRun(value: string): boolean {
  let from = 0
  for (let at = 0; at <= value.length; at++) {
    const kind = at < value.length ? kindAt(value, at) : OTHER
    const isLetter = kind === LOWER || kind === UPPER
    // A capital behind a small letter begins another word.
    if (isLetter && !(kind === UPPER && at > from && kindAt(value, at - 1) === LOWER)) continue
    if (at - from >= ODD_RUN_UNITS_MIN && !isPronounceable(value, from, at)) return true
    from = isLetter ? at : at + 1
  }
  return false
}

const ODD_RUN_UNITS_MIN = 6
