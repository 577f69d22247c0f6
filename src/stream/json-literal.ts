import { decodeLiteral } from './json-text.ts'

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

const PIECE = /\\u[0-9a-fA-F]{4}|\\.|[\s\S]/g
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
  const was = original.includes('\\') ? piecesOf(original) : undefined
  if (!was) {
    // Nothing is escaped in the original, so the common parts may be copied unit by unit.
    const { head, tail } = commonEnds(text, original)
    const middle = encodeUnits(text.slice(head, text.length - tail), PLAIN)
    return original.slice(0, head) + middle + original.slice(original.length - tail)
  }
  const decoded = decodeLiteral(original)
  const { head, tail } = commonEnds(text, decoded)
  const middle = encodeUnits(text.slice(head, text.length - tail), styleOf(was))
  return was.slice(0, head).join('') + middle + was.slice(was.length - tail).join('')
}

/** One entry a UTF-16 unit of the decoded text: the very characters that stand for it. */
function piecesOf(content: string): string[] {
  return content.match(PIECE) ?? []
}

function styleOf(pieces: readonly string[]): Style {
  const escapes = new Map<string, string>()
  let rawAboveAscii = false
  let escapedAboveAscii = false
  let upperHex = false
  for (const piece of pieces) {
    if (piece.length === 1) {
      if (piece > '\u007f') rawAboveAscii = true
      continue
    }
    const unit = decodeUnit(piece)
    escapes.set(unit, piece)
    if (unit > '\u007f' && unit !== '\u2028' && unit !== '\u2029') escapedAboveAscii = true
    if (/[A-F]/.test(piece.slice(2))) upperHex = true
  }
  return { escapes, asciiOnly: escapedAboveAscii && !rawAboveAscii, upperHex }
}

function decodeUnit(piece: string): string {
  return piece[1] === 'u'
    ? String.fromCharCode(Number.parseInt(piece.slice(2), 16))
    : decodeLiteral(piece)
}

function encodeUnits(text: string, style: Style): string {
  if (style === PLAIN && !NEEDS_ESCAPE.test(text)) return text
  let out = ''
  for (let index = 0; index < text.length; index++) {
    const unit = text.charAt(index)
    const next = text.charAt(index + 1)
    if (isPair(unit, next) && !style.asciiOnly) {
      out += unit + next
      index++
    } else out += encodeUnit(unit, style)
  }
  return out
}

function encodeUnit(unit: string, style: Style): string {
  const own = style.escapes.get(unit)
  if (own !== undefined) return own
  const short = SHORT[unit]
  if (short !== undefined) return short
  const above = unit > '\u007f'
  if (unit >= ' ' && !NEEDS_ESCAPE.test(unit) && !(above && style.asciiOnly)) return unit
  const hex = unit.charCodeAt(0).toString(16).padStart(4, '0')
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

function isPair(unit: string, next: string): boolean {
  return isHigh(unit) && isLow(next)
}

function isHigh(unit: string): boolean {
  return unit >= '\ud800' && unit <= '\udbff'
}

function isLow(unit: string): boolean {
  return unit >= '\udc00' && unit <= '\udfff'
}
