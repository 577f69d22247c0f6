import { LIMITS } from '../base/limits.ts'
import type { AnswerReader } from '../dialects/dialect.ts'
import { type AnswerFilters, filterWhole } from './filter-pipe.ts'

/** An unstreamed answer being collected, so that its cost can be told in its head. */
export interface WholeBody {
  /** Copies `bytes`; false when the bound is passed (they are kept all the same, for `take`). */
  add(bytes: Uint8Array): boolean
  /** Everything added so far; nothing is held after. */
  take(): Uint8Array<ArrayBuffer>
}

/** Collects up to `LIMITS.answerBodyBytesMax` bytes. */
export function openWholeBody(): WholeBody {
  let pieces: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  return {
    add(bytes) {
      pieces.push(Uint8Array.from(bytes))
      size += bytes.byteLength
      return size <= LIMITS.answerBodyBytesMax
    },
    take() {
      const [only] = pieces
      const all = pieces.length === 1 && only ? only : Buffer.concat(pieces, size)
      pieces = []
      size = 0
      return all
    },
  }
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

/** Lets the reader see a whole body; its bytes stay what they are unless a filter changes a slot. */
export function readWhole(
  body: Uint8Array<ArrayBuffer>,
  reader: AnswerReader,
  filters: AnswerFilters | undefined,
): Uint8Array<ArrayBuffer> {
  if (filters && body.byteLength > 0) return filterWhole(body, reader, filters)
  if (body.byteLength > 0) reader.glance(DECODER.decode(body), undefined)
  return body
}
