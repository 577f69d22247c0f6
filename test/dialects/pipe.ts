import { LIMITS } from '../../src/base/limits.ts'
import type { AnswerReader, Framing, Reading, SlotText } from '../../src/dialects/dialect.ts'
import { ELEMENT_SEPARATOR, jsonArrayFramer } from '../../src/stream/array.ts'
import type { TextFilter } from '../../src/stream/filter.ts'
import { encodeLiteral } from '../../src/stream/json-literal.ts'
import { decodeLiteral } from '../../src/stream/json-text.ts'
import { applySplices, type Splice } from '../../src/stream/splice.ts'
import { readSse, type SseText, spliceSse, sseFramer, writeSse } from '../../src/stream/sse.ts'

/** What happens to one frame: its splices, and whole frames that go before it. */
interface Verdict {
  readonly drop: boolean
  readonly splices: readonly Splice[]
  readonly before: readonly { readonly event: string | undefined; readonly data: string }[]
}

type Judge = (data: string, event: string | undefined) => Verdict

/** Runs an answer's chunks through its framer and a judge; gives the bytes that leave. */
function run(
  framing: Framing,
  chunks: readonly Uint8Array[],
  judge: Judge,
  strict: boolean,
): Uint8Array {
  const out: Uint8Array[] = []
  const bounds = { frameBytesMax: LIMITS.sseFrameBytesMax }
  const write = (piece: Uint8Array | string): void => {
    out.push(typeof piece === 'string' ? Buffer.from(piece) : piece.slice())
  }
  const bodyBytes: Uint8Array[] = []
  const sse = sseFramer(bounds, (frame) => {
    const text = readSse(frame)
    if (text.data === undefined) return write(frame.bytes)
    const verdict = judge(text.data, text.event)
    for (const one of verdict.before) write(writeSse(one, text.newline))
    if (!verdict.drop) write(edited(frame.bytes, text, verdict.splices))
  })
  const array = jsonArrayFramer(bounds, (piece) => {
    if (piece.broken && strict) return
    if (!piece.element) return write(piece.bytes)
    const data = new TextDecoder('utf-8', { ignoreBOM: true }).decode(piece.bytes)
    const verdict = judge(data, undefined)
    for (const one of verdict.before) write(one.data + ELEMENT_SEPARATOR)
    write(verdict.splices.length === 0 ? piece.bytes : applySplices(data, verdict.splices))
  })
  for (const chunk of chunks) {
    if (framing === 'sse') sse.push(chunk)
    else if (framing === 'array') array.push(chunk)
    else bodyBytes.push(chunk.slice())
  }
  if (framing === 'sse') sse.end()
  else if (framing === 'array') array.end()
  else {
    const data = Buffer.concat(bodyBytes).toString()
    write(applySplices(data, judge(data, undefined).splices))
  }
  return Buffer.concat(out)
}

function edited(bytes: Uint8Array, text: SseText, splices: readonly Splice[]): Uint8Array | string {
  return splices.length === 0 ? bytes : spliceSse(text, splices)
}

/** The way of an answer on which no filter acts. */
export function passOn(framing: Framing, chunks: readonly Uint8Array[], reader: AnswerReader) {
  return run(
    framing,
    chunks,
    (data, event) => {
      const { drop, splices } = reader.glance(data, event)
      return { drop, splices, before: [] }
    },
    false,
  )
}

/** The way of an answer whose every slot has a filter of its own. */
export function filterOn(
  framing: Framing,
  chunks: readonly Uint8Array[],
  reader: AnswerReader,
  newFilter: (slot: string) => TextFilter,
): Uint8Array {
  const filters = new Map<string, TextFilter>()

  function ended(reading: Reading) {
    const slots = reading.closes === 'all' ? [...filters.keys()] : reading.closes
    return slots.flatMap((slot) => {
      const tail = filters.get(slot)?.end() ?? ''
      filters.delete(slot)
      if (tail === '') return []
      const frame = reader.writeText(slot, tail)
      if (!frame) throw new Error(`the tail of ${slot} has no frame`)
      return [frame]
    })
  }

  function filtered(piece: SlotText, text: string): string {
    if (piece.whole) {
      const filter = newFilter(piece.slot)
      return filter.push(text) + filter.end()
    }
    const filter = filters.get(piece.slot) ?? newFilter(piece.slot)
    filters.set(piece.slot, filter)
    const out = filter.push(text)
    if (!piece.last) return out
    filters.delete(piece.slot)
    return out + filter.end()
  }

  return run(
    framing,
    chunks,
    (data, event) => {
      const reading = reader.read(data, event)
      const before = ended(reading)
      const edits = reading.slots.map((piece) => {
        const original = data.slice(piece.start, piece.end)
        const text = encodeLiteral(filtered(piece, decodeLiteral(original)), original)
        return { start: piece.start, end: piece.end, text }
      })
      const splices = [...reading.splices, ...edits].sort((a, b) => a.start - b.start)
      return { drop: reading.drop, splices, before }
    },
    true,
  )
}
