import { heldBytes } from './held-bytes.ts'
import type { Splice } from './splice.ts'

const LF = 10
const CR = 13
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * One unit of a server-sent event stream, bytes exactly as received, its blank line included. A comment block
 * or a stray blank line is a frame too, so that all frames together are the whole stream.
 */
export interface SseFrame {
  /** A view of the chunk given to `push` when the frame lay whole in it, else memory of its own. */
  readonly bytes: Uint8Array
  /** Only the stream's first frame may begin with a byte order mark. */
  readonly first: boolean
  /** False for what stood after the last blank line when the stream ended. */
  readonly terminated: boolean
}

export interface SseFramer {
  /** Calls `onFrame` for each frame that `bytes` completes. Throws `Failure('upstream_broke')` past the bound. */
  push(bytes: Uint8Array): void
  /** The stream ended: what is left is one unterminated frame. */
  end(): void
  /** Bytes taken and not yet given. */
  held(): number
}

/**
 * Cuts a server-sent event stream into frames, whatever the line ends (LF, CR, CRLF, mixed) and however the
 * bytes were cut. Where frames end depends on the bytes alone. Decodes nothing. Source: WHATWG HTML,
 * server-sent events, 2026-11.
 *
 * `passed` is asked wherever a frame begins in a chunk: it may take whole frames itself and says where the next begins.
 */
export function sseFramer(
  bounds: { readonly frameBytesMax: number },
  onFrame: (frame: SseFrame) => void,
  passed: (chunk: Uint8Array, from: number) => number = (_, from) => from,
): SseFramer {
  const held = heldBytes(bounds.frameBytesMax)
  let first = true
  // Where the frame stands between two chunks.
  let lineHasBytes = false
  let frameHasLines = false
  // The last byte was a CR that ended a line: an LF that follows belongs to it.
  let afterCr = false
  // The last line ended in a bare CR, so a blank CR line is complete without waiting for an LF.
  let bareCr = false
  // A blank line began with CR in a stream that uses LF: its LF is still to come.
  let blankCr = false

  function give(chunk: Uint8Array, from: number, to: number, terminated: boolean): void {
    const bytes = held.complete(chunk, from, to)
    const frame = { bytes, first, terminated }
    first = false
    lineHasBytes = false
    frameHasLines = false
    afterCr = false
    bareCr = false
    blankCr = false
    onFrame(frame)
  }

  function push(chunk: Uint8Array): void {
    const length = chunk.length
    let at = held.size() === 0 ? passed(chunk, 0) : 0
    if (at === length) return
    let lf = chunk.indexOf(LF, at)
    let cr = chunk.indexOf(CR, at)
    let from = at
    while (at < length) {
      if (blankCr) {
        if (chunk[at] === LF) at++
        give(chunk, from, at, true)
        from = at = passed(chunk, at)
        continue
      }
      if (afterCr) {
        afterCr = false
        bareCr = chunk[at] !== LF
        if (!bareCr) at++
        if (at === length) break
      }
      // Each search starts where the last one ended, so the work is linear whatever the mix of line ends.
      if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at)
      if (cr !== -1 && cr < at) cr = chunk.indexOf(CR, at)
      const end = lf === -1 ? cr : cr === -1 || lf < cr ? lf : cr
      if (end === -1) {
        lineHasBytes = true
        break
      }
      if (end > at) lineHasBytes = true
      at = end + 1
      if (lineHasBytes) {
        lineHasBytes = false
        frameHasLines = true
        afterCr = end === cr
        bareCr = false
      } else if (end === cr && frameHasLines && !bareCr) {
        blankCr = true
      } else {
        give(chunk, from, at, true)
        from = at = passed(chunk, at)
      }
    }
    if (from < length) held.keep(chunk, from)
  }

  return {
    push,
    end() {
      if (held.size() > 0) give(new Uint8Array(0), 0, 0, blankCr)
    },
    held: held.size,
  }
}

/** One `data` line: where its value stands in the joined data and in the frame's text (UTF-16 offsets). */
interface DataLine {
  readonly dataStart: number
  readonly textStart: number
  readonly textEnd: number
}

/** What a frame says, decoded. */
export interface SseText {
  /** The whole frame. */
  readonly text: string
  /** `undefined` when the frame has no `event` line. */
  readonly event: string | undefined
  /** All `data` lines joined by LF; `undefined` when there are none (comments, blank lines). */
  readonly data: string | undefined
  readonly lines: readonly DataLine[]
  /** The line end this frame uses, for frames made in its likeness. */
  readonly newline: '\n' | '\r\n' | '\r'
}

const LINE = /([^\r\n]*)(\r\n|\n|\r|$)/y

/** Decodes a frame. Broken UTF-8 reads as U+FFFD here; the frame's bytes stay what they are. */
export function readSse(frame: SseFrame): SseText {
  const text = DECODER.decode(frame.bytes)
  return (frame.first ? undefined : readPlain(text)) ?? readLines(text, frame.first)
}

/** The two shapes nearly all frames have: a `data` line, or an `event` line and a `data` line; else undefined. */
function readPlain(text: string): SseText | undefined {
  const cr = text.indexOf('\r')
  const newline = cr === -1 ? '\n' : '\r\n'
  let event: string | undefined
  let start = 6
  if (text.startsWith('event: ')) {
    const eventEnd = cr === -1 ? text.indexOf('\n') : cr
    if (!text.startsWith(`${newline}data: `, eventEnd)) return undefined
    event = text.slice(7, eventEnd)
    start = eventEnd + newline.length + 6
  } else if (!text.startsWith('data: ')) return undefined
  const end = text.length - 2 * newline.length
  // The first line end in the data must be the one before the blank line that ends the frame.
  if (!text.endsWith(newline + newline)) return undefined
  if (text.indexOf('\n', start) !== end + newline.length - 1) return undefined
  if (cr !== -1 && text.indexOf('\r', start) !== end) return undefined
  const lines = [{ dataStart: 0, textStart: start, textEnd: end }]
  return { text, event, data: text.slice(start, end), lines, newline }
}

function readLines(text: string, first: boolean): SseText {
  const lines: DataLine[] = []
  let event: string | undefined
  let newline: SseText['newline'] = '\n'
  let dataStart = 0
  let at = first && text.charCodeAt(0) === 0xfeff ? 1 : 0
  while (at < text.length) {
    LINE.lastIndex = at
    const match = LINE.exec(text)
    const line = match?.[1] ?? ''
    const end = at + line.length
    if (line.startsWith('data') && (line.length === 4 || line[4] === ':')) {
      const textStart = at + valueOffset(line, 4)
      lines.push({ dataStart, textStart, textEnd: end })
      dataStart += end - textStart + 1
    } else if (line.startsWith('event') && (line.length === 5 || line[5] === ':')) {
      event = line.slice(valueOffset(line, 5))
    }
    const lineEnd = match?.[2]
    if (lineEnd === '\r\n' || lineEnd === '\r') newline = lineEnd
    at = end + (lineEnd?.length ?? 0)
  }
  return { text, event, data: joined(text, lines), lines, newline }
}

function valueOffset(line: string, name: number): number {
  if (line.length === name) return name
  return line[name + 1] === ' ' ? name + 2 : name + 1
}

function joined(text: string, lines: readonly DataLine[]): string | undefined {
  const only = lines[0]
  if (!only) return undefined
  if (lines.length === 1) return text.slice(only.textStart, only.textEnd)
  return lines.map((line) => text.slice(line.textStart, line.textEnd)).join('\n')
}

/**
 * The frame's text with `splices` (offsets into its data, in order) done in place: every byte that is not in
 * a splice stays, prefixes and line ends included.
 */
export function spliceSse(frame: SseText, splices: readonly Splice[]): string {
  let out = ''
  let at = 0
  for (const splice of splices) {
    const start = textOffset(frame.lines, splice.start)
    const broken = splice.text.includes('\n')
    out += frame.text.slice(at, start)
    out += broken ? splice.text.replaceAll('\n', `${frame.newline}data: `) : splice.text
    at = textOffset(frame.lines, splice.end)
  }
  return out + frame.text.slice(at)
}

function textOffset(lines: readonly DataLine[], dataOffset: number): number {
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index]
    if (line && line.dataStart <= dataOffset) return line.textStart + dataOffset - line.dataStart
  }
  return 0
}

/** A frame of the gateway's own. `data` may hold line breaks. */
export function writeSse(
  frame: { readonly event: string | undefined; readonly data: string },
  newline: SseText['newline'] = '\n',
): string {
  const name = frame.event === undefined ? '' : `event: ${frame.event}${newline}`
  const data = frame.data.replaceAll('\n', `${newline}data: `)
  return `${name}data: ${data}${newline}${newline}`
}
