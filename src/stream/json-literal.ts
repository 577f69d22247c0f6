import { decodeLiteral } from './json-text.ts'
import type { Splice } from './splice.ts'

/** Escapes that JSON demands, in the short forms every writer uses. */
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|.)/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON demands escapes for exactly these.
const NEEDS_ESCAPE = /["\\\u0000-\u001f\u2028\u2029\ud800-\udfff]/

/** How a literal escapes what it need not: unit → the escape it uses. */
interface Style {
  readonly escapes: ReadonlyMap<string, string>
  /** Every unit above ASCII is escaped (Python's and PHP's default). */
  readonly asciiOnly: boolean
  readonly upperHex: boolean
}

const PLAIN: Style = { escapes: new Map(), asciiOnly: false, upperHex: false }

/**
 * `text` as the content of a JSON string literal, in the style of `original` (the content of the literal it
 * replaces, or nothing): the common beginning and end keep their exact bytes, and what lies between is escaped
 * where JSON demands it and where the original escapes too. U+2028, U+2029 and lone surrogates are never
 * written raw unless the original had them so: some readers break on them.
 */
export function encodeLiteral(text: string, original = ''): string {
  if (original === '') return encodeUnits(text, PLAIN)
  const { start, end, text: middle } = literalEdit(text, original)
  return original.slice(0, start) + middle + original.slice(end)
}

/** What {@link encodeLiteral} writes between the common beginning and end, and where in `original` these meet it. */
export function literalEdit(text: string, original: string): Splice {
  // Where nothing is escaped in the original, the common parts may be told unit by unit.
  const isPlain = !original.includes('\\')
  const was = isPlain ? original : decodeLiteral(original)
  const { head, tail } = commonEnds(text, was)
  const middle = text.slice(head, text.length - tail)
  if (isPlain) return { start: head, end: was.length - tail, text: encodeUnits(middle, PLAIN) }
  const start = contentOffset(original, 0, head)
  const end = contentOffset(original, start, was.length - tail - head)
  return { start, end, text: encodeUnits(middle, styleOf(original)) }
}

/** Where the content of a literal stands `units` UTF-16 units of its text behind `from`, which is no place inside an escape. */
export function contentOffset(content: string, from: number, units: number): number {
  let at = from
  let left = units
  for (;;) {
    const slash = content.indexOf('\\', at)
    if (slash < 0 || slash - at >= left) return at + left
    left -= slash - at + 1
    at = slash + escapeWidth(content, slash)
  }
}

/** Units of the escape that begins at `at`. */
function escapeWidth(content: string, at: number): number {
  return content.charCodeAt(at + 1) === 0x75 ? 6 : 2
}

/** UTF-16 units of the text that a literal's content stands for. */
export function decodedUnits(content: string): number {
  let units = content.length
  for (let at = content.indexOf('\\'); at >= 0; ) {
    const width = escapeWidth(content, at)
    units -= width - 1
    at = content.indexOf('\\', at + width)
  }
  return units
}

/** A literal's content in pieces of about `unitsMax` units (at least 6), none of which ends inside an escape. */
export function* contentPieces(content: string, unitsMax: number): Generator<string> {
  for (let at = 0; at < content.length; ) {
    const end =
      content.length - at > unitsMax ? escapeEdge(content, at, at + unitsMax) : content.length
    yield content.slice(at, end)
    at = end
  }
}

/** The last place of a literal's content up to `to` that is not inside an escape; `from` is none either. */
export function escapeEdge(content: string, from: number, to: number): number {
  for (let at = to - 1; at >= Math.max(from, to - 5); at--) {
    if (content.charCodeAt(at) !== 0x5c) continue
    let first = at
    while (first > from && content.charCodeAt(first - 1) === 0x5c) first--
    const begins = (at - first) % 2 === 0
    return begins && at + escapeWidth(content, at) > to ? at : to
  }
  return to
}

function styleOf(content: string): Style {
  const escapes = new Map<string, string>()
  let escapedAboveAscii = false
  let upperHex = false
  for (const [written] of content.matchAll(ESCAPE)) {
    const unit = decodeUnit(written)
    escapes.set(unit, written)
    if (unit > '\u007f' && unit !== '\u2028' && unit !== '\u2029') escapedAboveAscii = true
    if (/[A-F]/.test(written.slice(2))) upperHex = true
  }
  return { escapes, asciiOnly: escapedAboveAscii && !/[\u0080-\uffff]/.test(content), upperHex }
}

function decodeUnit(piece: string): string {
  return piece[1] === 'u'
    ? String.fromCharCode(Number.parseInt(piece.slice(2), 16))
    : decodeLiteral(piece)
}

function encodeUnits(text: string, style: Style): string {
  if (style === PLAIN && !NEEDS_ESCAPE.test(text)) return text
  // One native pass: text put together unit by unit is a tree of a node for each until it is first read.
  return text.replace(unitsWorthALook(style), (units) =>
    units.length === 2 ? units : encodeUnit(units, style),
  )
}

/** Every unit that may not stand as it is; a whole surrogate pair where it may. */
function unitsWorthALook({ escapes, asciiOnly }: Style): RegExp {
  const own = [...escapes.keys()]
    .filter((unit) => !asciiOnly || unit < '\u0080')
    .map((unit) => `\\u${hexOf(unit)}`)
    .join('')
  const units = `["\\\\\\u0000-\\u001f\\u2028\\u2029\\ud800-\\udfff${own}${asciiOnly ? '\\u0080-\\uffff' : ''}]`
  const source = asciiOnly ? units : `[\\ud800-\\udbff][\\udc00-\\udfff]|${units}`
  if (source !== lastLook.source) lastLook = new RegExp(source, 'g')
  return lastLook
}

/** Literals of one body are written alike. */
let lastLook = /(?:)/g

function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0')
}

function encodeUnit(unit: string, style: Style): string {
  const own = style.escapes.get(unit)
  if (own !== undefined) return own
  const short = SHORT[unit]
  if (short !== undefined) return short
  const above = unit > '\u007f'
  if (unit >= ' ' && !NEEDS_ESCAPE.test(unit) && !(above && style.asciiOnly)) return unit
  const hex = hexOf(unit)
  return `\\u${style.upperHex ? hex.toUpperCase() : hex}`
}

/** Lengths of the common beginning and end; neither splits a surrogate pair of either text. */
function commonEnds(left: string, right: string): { head: number; tail: number } {
  const most = Math.min(left.length, right.length)
  let head = 0
  while (head < most && left.charCodeAt(head) === right.charCodeAt(head)) head++
  if (head > 0 && isHigh(left.charAt(head - 1)) && head < Math.max(left.length, right.length))
    head--
  let tail = 0
  while (
    tail < most - head &&
    left.charCodeAt(left.length - 1 - tail) === right.charCodeAt(right.length - 1 - tail)
  )
    tail++
  if (tail > 0 && isLow(left.charAt(left.length - tail))) tail--
  return { head, tail }
}

function isHigh(unit: string): boolean {
  return unit >= '\ud800' && unit <= '\udbff'
}

function isLow(unit: string): boolean {
  return unit >= '\udc00' && unit <= '\udfff'
}
