import { ESCAPING, foldUnit, INVISIBLE, lookAlike } from './fold.ts'

/**
 * Decodes text into logical units with a map back to where they stand: escapes (backslash, percent, HTML) become
 * the unit they mean, invisible characters vanish into the unit after them, wide and foreign digits, dashes and
 * spaces fold to ASCII. Every rule looks at one code point and a bounded number of units, so cutting changes nothing.
 */
export interface LogicalBuffer {
  readonly units: Uint16Array
  /** The bytes of `units`, for native copies (little-endian, as every machine Bun runs on). */
  readonly bytes: Buffer
  /** Where unit `i` begins, counted from where decoding began; one more entry than units: the end of the last. */
  readonly offsets: Int32Array
  /**
   * Copies units that mean themselves, fold alone or are the commonest escapes, from `raw[index]` to `position` on, at most up to
   * `limit`; gives how many raw units that took, and leaves in `copied` how many units they became. `offset` is what the first
   * of them gets. Without it the units are looked at one by one.
   */
  copy?(
    raw: string,
    index: number,
    position: number,
    limit: number,
    offset: number,
    before: number,
  ): number
  /** Units that the last `copy` wrote. */
  copied?: number
  /** Said before anything else is copied: what was taken in of an earlier text is worth nothing. */
  renew?(): void
}

/** How far a {@link decode} came. */
export interface Decoded {
  /** Logical position after the last unit written. */
  end: number
  /** Raw position after the last unit written; what lies behind is an unfinished escape, or did not fit. */
  rawEnd: number
}

/** Stands for anything that folds to no ASCII unit but must be seen (a run of invisible characters at the end). */
export const OTHER = 0xfffd
/** Raw units of invisible characters in a row; more are no accident of typography and become a visible unit. */
const INVISIBLE_UNITS_MAX = 8
/** `&#1234567;` and `\\\\\\u002d` fit; longer ones are not escapes of ASCII. */
const ESCAPE_UNITS_MAX = 12
const BACKSLASHES_MAX = 8

/** 0: itself · 1: needs a look · for units below 128. */
const NEEDS_LOOK = new Uint8Array(128)
for (const unit of ESCAPING) NEEDS_LOOK[unit.charCodeAt(0)] = 1

const NOT_YET = -2
/** Result of the last escape read: its unit and its width. Module scratch: decoding never yields. */
let width = 1

/**
 * Decodes `raw` from `from` into `buffer` at logical position `at` until the text ends, an unfinished escape, or `room` units
 * are written. `before` is the raw unit in front of `from` (0 at the beginning).
 */
export function decode(
  raw: string,
  from: number,
  final: boolean,
  buffer: LogicalBuffer,
  at: number,
  limit: number,
  before: number,
): Decoded {
  const { units, offsets } = buffer
  const length = raw.length
  /** Next position at which a run of plain units is worth looking for. */
  let lookAt = from
  let index = from
  let start = from
  let position = at
  let previous = before
  buffer.renew?.()
  while (index < length && position < limit) {
    if (index >= lookAt && start === index && length - index >= PLAIN_UNITS_MIN) {
      const taken =
        buffer.copy?.(raw, index, position, limit, index - from, previous) ??
        copyPlain(raw, index, buffer, position, limit, index - from)
      lookAt = index + (taken < WORTH_UNITS ? PLAIN_UNITS_MIN : taken)
      if (taken > 0) {
        index += taken
        position += buffer.copied ?? taken
        start = index
        previous = raw.charCodeAt(index - 1)
        continue
      }
    }
    const unit = raw.charCodeAt(index)
    if (unit < 128 && NEEDS_LOOK[unit] === 0) {
      offsets[position] = start - from
      units[position++] = unit
      start = ++index
      previous = unit
      continue
    }
    width = 1
    const meant =
      unit < 128 ? readEscape(raw, index, unit, final) : fold(raw, index, unit, previous, final)
    if (meant === NOT_YET) break
    previous = raw.charCodeAt(index + width - 1)
    index += width
    if (meant === INVISIBLE && index - start < INVISIBLE_UNITS_MAX) continue
    offsets[position] = start - from
    units[position++] = meant === INVISIBLE ? OTHER : meant
    start = index
  }
  if (final && start < index && index >= length && position < limit) {
    offsets[position] = start - from
    units[position++] = OTHER
    start = index
  }
  offsets[position] = start - from
  return { end: position, rawEnd: start }
}

/** Shorter runs are not worth a native call (measured: the loop wins below about fifty units). */
const PLAIN_UNITS_MIN = 64
/** Where fewer were copied than a native call costs, the next ones are looked at one by one. */
const WORTH_UNITS = 16
const NOT_PLAIN = /[\\%&\u0080-\uffff]/

/** Copies units that mean themselves, natively; gives how many. Three times the loop's speed on long clean text. */
function copyPlain(
  raw: string,
  index: number,
  buffer: LogicalBuffer,
  position: number,
  limit: number,
  offset: number,
): number {
  const piece = raw.slice(index, index + limit - position)
  const found = piece.search(NOT_PLAIN)
  const count = found < 0 ? piece.length : found
  if (count < PLAIN_UNITS_MIN) return 0
  buffer.bytes.write(
    count === piece.length ? piece : piece.slice(0, count),
    position * 2,
    'utf16le',
  )
  const { offsets } = buffer
  for (let at = 0; at < count; at++) offsets[position + at] = offset + at
  return count
}

function readEscape(raw: string, index: number, unit: number, final: boolean): number {
  if (unit === 0x5c) return backslash(raw, index, final)
  return unit === 0x25 ? percent(raw, index, final) : entity(raw, index, final)
}

/** A run of backslashes (JSON inside JSON doubles them) and what it escapes. */
function backslash(raw: string, index: number, final: boolean): number {
  let end = index + 1
  while (end - index < BACKSLASHES_MAX && raw.charCodeAt(end) === 0x5c) end++
  if (end >= raw.length) return final ? 0x5c : NOT_YET
  const next = raw.charCodeAt(end)
  width = end + 1 - index
  switch (next) {
    case 0x6e: // n
    case 0x72: // r
      return 0x0a
    case 0x74: // t
      return 0x09
    case 0x22: // "
    case 0x27: // '
    case 0x2f: // /
    case 0x60: // `
      return next
    case 0x0a: // a line continued
      return INVISIBLE
    case 0x75: // u
      return hexEscape(raw, index, end + 1, 4, final)
    case 0x78: // x
      return hexEscape(raw, index, end + 1, 2, final)
    default:
      width = 1
      return 0x5c
  }
}

function hexEscape(
  raw: string,
  index: number,
  from: number,
  digits: number,
  final: boolean,
): number {
  let value = 0
  for (let at = from; at < from + digits; at++) {
    if (at >= raw.length) return final ? plain(0x5c) : NOT_YET
    const digit = hexValue(raw.charCodeAt(at))
    if (digit < 0) return plain(0x5c)
    value = value * 16 + digit
  }
  width = from + digits - index
  if (value < 0x20) return value === 0 ? OTHER : 0x0a
  return value < 128 ? value : foldUnit(value)
}

function percent(raw: string, index: number, final: boolean): number {
  if (index + 1 < raw.length && hexValue(raw.charCodeAt(index + 1)) < 0) return 0x25
  if (index + 2 >= raw.length) return final ? 0x25 : NOT_YET
  const high = hexValue(raw.charCodeAt(index + 1))
  const low = hexValue(raw.charCodeAt(index + 2))
  const value = high * 16 + low
  if (low < 0 || value > 0x7e) return 0x25
  if (value < 0x20 && value !== 0x0a && value !== 0x0d && value !== 0x09) return 0x25
  width = 3
  return value === 0x0d ? 0x0a : value
}

const ENTITIES: Readonly<Record<string, number>> = {
  amp: 0x26,
  quot: 0x22,
  apos: 0x27,
  lt: 0x3c,
  gt: 0x3e,
  nbsp: 0x20,
}

function entity(raw: string, index: number, final: boolean): number {
  let end = index + 1
  for (; end - index < ESCAPE_UNITS_MAX; end++) {
    if (end >= raw.length) return final ? 0x26 : NOT_YET
    const unit = raw.charCodeAt(end)
    if (unit === 0x3b) break
    const named = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39)
    if (!named && !(unit === 0x23 && end === index + 1) && !(unit >= 0x41 && unit <= 0x58))
      return 0x26
  }
  const body = raw.slice(index + 1, end)
  const named = ENTITIES[body]
  const value = named ?? numeric(body)
  if (value === undefined || raw.charCodeAt(end) !== 0x3b) return 0x26
  width = end + 1 - index
  return value < 128 ? value : foldUnit(value)
}

function numeric(body: string): number | undefined {
  const found = /^#(?:[xX]([0-9a-fA-F]{1,4})|(\d{1,5}))$/.exec(body)
  if (!found) return undefined
  const value = found[1] === undefined ? Number(found[2]) : Number.parseInt(found[1], 16)
  return value >= 0x20 && value <= 0xffff ? value : undefined
}

function plain(unit: number): number {
  width = 1
  return unit
}

function hexValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  const folded = unit | 0x20
  return folded >= 0x61 && folded <= 0x66 ? folded - 0x57 : -1
}

function fold(raw: string, index: number, unit: number, previous: number, final: boolean): number {
  // A high surrogate alone waits for its other half, so that no piece ever ends inside a character.
  if (unit >= 0xd800 && unit <= 0xdbff) return index + 1 < raw.length || final ? unit : NOT_YET
  if (unit >= 0x370 && unit <= 0x52f) return lookAlike(unit, previous)
  return foldUnit(unit)
}
