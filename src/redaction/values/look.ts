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

function isRowOfWords(value: string): boolean {
  const parts = value
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/((?:[Aa]uth|[Bb]ase|[Ss]ha|[Uu]tf)\d{1,3})([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+| /)
    .filter((part) => part !== '')
  // Chopped into many short parts it is no row of words.
  if (parts.length >= 4 && value.length / parts.length < 3.5) return false
  let odd = 0
  let numbered = false
  for (const part of parts) {
    if (/^[A-Z]?[a-z]+$|^[A-Z]+$/.test(part) && isPronounceable(part)) continue
    if (/^\d{1,4}$/.test(part)) continue
    if (/^[A-Za-z][a-z]+\d{1,2}$/.test(part) && isPronounceable(part.replace(/\d+$/, ''))) continue
    if (/^(?:v?\d+|[a-z]\d|\d[a-z]|[A-Z]\d)$/.test(part)) continue
    // `base64url`, `APIV3`, `UINT16` beside other words, once.
    if (parts.length > 1 && !numbered && NUMBERED.test(part)) {
      numbered = true
      continue
    }
    odd += part.length
  }
  return odd === 0
}

/** A word of technology with its number. */
const NUMBERED = /^(?:[a-z]{2,6}\d{1,2}[a-z]{0,4}|[A-Z]{2,5}\d{1,2})$/

/** Letters as in words: vowels at a word's rate, no long pile of consonants. */
function isPronounceable(part: string): boolean {
  if (part.length <= 4) return true
  const vowels = part.replace(/[^aeiouyAEIOUY]/g, '').length
  const pile = /[^aeiouyAEIOUY]{6,}/.test(part)
  if (part.length > 14)
    return (
      vowels / part.length >= 0.3 &&
      !/[^aeiouyAEIOUY]{5,}/.test(part) &&
      !/[jqxzJQXZ].*[jqxzJQXZ].*[jqxzJQXZ]/.test(part)
    )
  return vowels > 0 && vowels / part.length >= 0.16 && !pile
}

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
  for (const [run] of value.replace(/([a-z])([A-Z])/g, '$1 $2').matchAll(/[A-Za-z]{6,}/g))
    if (!isPronounceable(run)) return true
  return false
}
