import { byteTemplateOf } from '../stream/byte-template.ts'
import type { SseFrame, SseText } from '../stream/sse.ts'
import type { Hole } from '../stream/template.ts'
import type { RecognizedFrame, Splice } from './dialect.ts'

/** What is known of a kind of frame once one of its kind was recognized by its text. */
export interface FrameLesson {
  /** The changing parts in the frame's data (UTF-16 offsets), and whether their text counts as output. */
  readonly holes: readonly (Hole & { readonly counted: boolean })[]
  /** UTF-8 bytes of output text outside the holes. */
  readonly fixedBytes: number
  /** The gateway's own edits, by offsets into the data. */
  readonly splices: readonly Splice[]
}

/** A kind of server-sent event whose bytes are recognized as they come. */
export interface FrameKind {
  /** True when one of this kind stands at `from`; what follows then speaks of it. */
  match(chunk: Uint8Array, from: number): boolean
  /** Where it ends and what must change in it; reused by the next match. */
  readonly found: RecognizedFrame
  /** UTF-8 bytes of output text in the frame matched last. */
  textBytes(): number
  readonly event: string | undefined
  /** A copy of the data of the frame of `chunk` that matched at `from`. */
  dataOf(chunk: Uint8Array, from: number): Uint8Array
}

const LF = 10

/** Makes the kind from one whole frame; undefined when its bytes cannot tell where such a frame ends. */
export function frameKindOf(
  frame: SseFrame,
  text: SseText,
  lesson: FrameLesson,
): FrameKind | undefined {
  const { bytes, first, terminated } = frame
  const [line] = text.lines
  if (first || !terminated || !line || text.lines.length > 1) return undefined
  // Ended by a CR, the frame might take an LF along that comes later.
  if (bytes[bytes.length - 1] !== LF) return undefined
  // Broken UTF-8 reads as something longer or shorter than itself.
  if (Buffer.byteLength(text.text) !== bytes.length) return undefined
  const byteAt = (dataOffset: number) =>
    Buffer.byteLength(text.text.slice(0, line.textStart + dataOffset))
  const holes = lesson.holes.map((hole) => ({
    ...hole,
    start: byteAt(hole.start),
    end: byteAt(hole.end),
  }))
  const splices = lesson.splices.map((splice) => ({
    ...splice,
    start: byteAt(splice.start),
    end: byteAt(splice.end),
  }))
  const template = byteTemplateOf(bytes, holes)
  const counted = holes.flatMap((hole, index) => (hole.counted ? [index] : []))
  const dataStart = byteAt(0)
  const afterData = bytes.length - byteAt(line.textEnd - line.textStart)
  const found = { end: 0, splices }
  return {
    found,
    event: text.event,
    match(chunk, from) {
      found.end = template.match(chunk, from)
      if (found.end === -1) return false
      if (splices.length > 0)
        found.splices = splices.map((splice) => ({
          start: template.moved(splice.start),
          end: template.moved(splice.end),
          text: splice.text,
        }))
      return true
    },
    textBytes() {
      let sum = lesson.fixedBytes
      for (const index of counted) sum += template.sizes[index] ?? 0
      return sum
    },
    dataOf: (chunk, from) =>
      Uint8Array.from(chunk.subarray(from + dataStart, found.end - afterData)),
  }
}
