import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import type { AnswerReader, Framing, Reading, SlotText, Splice } from '../dialects/dialect.ts'
import { NAME_SLOT } from '../dialects/locate.ts'
import { ELEMENT_SEPARATOR, jsonArrayFramer } from '../stream/array.ts'
import type { TextFilter } from '../stream/filter.ts'
import { encodeLiteral } from '../stream/json-literal.ts'
import { decodeLiteral } from '../stream/json-text.ts'
import { applySplices } from '../stream/splice.ts'
import {
  readSse,
  type SseFrame,
  type SseText,
  spliceSse,
  sseFramer,
  writeSse,
} from '../stream/sse.ts'
import { type AnswerPipe, isHalf, isOver, type Out } from './answer-pipe.ts'
import { lineFilter } from './frame-lines.ts'

/** A fresh filter for one slot; `json` when the slot's text is itself JSON text (tool arguments). */
export type OpenFilter = (kind: SlotText['kind']) => TextFilter

/** What a data policy does to an answer. */
export interface AnswerFilters {
  readonly openFilter: OpenFilter
  /** Throws the refusal that a finding asks for; called before each frame leaves. */
  check(): void
}

/**
 * The filters of one answer: each slot (choice, content block, channel, tool's arguments) has its own, so that
 * text never joins across slots, and each ends before the event that ends its slot.
 */
export interface SlotFilters {
  /** The splices that a frame needs: its own, and the slots whose filtered text differs. */
  splices(data: string, reading: Reading): readonly Splice[]
  /** Ends the slots that a frame closes; gives the tails that must leave before it. */
  close(slots: readonly string[] | 'all'): readonly { slot: string; text: string }[]
}

const NO_TAILS: readonly { slot: string; text: string }[] = []

/** Names of members that were left as they are, remembered in one answer; longer ones are not. */
const PLAIN_NAMES_MAX = 256
const PLAIN_NAME_UNITS_MAX = 64

/** No slot is open yet. */
export function slotFilters({ openFilter, check }: AnswerFilters): SlotFilters {
  const open = new Map<string, TextFilter>()
  // The same names stand in frame after frame, and a filter for each would cost more than the rest of the frame.
  const plainNames = new Set<string>()

  function filteredWhole({ slot, kind }: SlotText, text: string): string {
    const isName = slot === NAME_SLOT
    if (isName && plainNames.has(text)) return text
    const once = openFilter(kind)
    const kept = once.push(text) + once.end()
    if (isName && kept === text && text.length <= PLAIN_NAME_UNITS_MAX)
      if (plainNames.size < PLAIN_NAMES_MAX) plainNames.add(text)
    return kept
  }

  function filtered(piece: SlotText, text: string): string {
    if (piece.whole) return filteredWhole(piece, text)
    let filter = open.get(piece.slot)
    if (!filter) {
      filter = openFilter(piece.kind)
      open.set(piece.slot, filter)
    }
    if (!piece.last) return filter.push(text)
    open.delete(piece.slot)
    return filter.push(text) + filter.end()
  }

  return {
    splices(data, reading) {
      // Most frames hold one text: no list is made before something changes, none is put in order that holds one splice.
      let own: Splice[] | undefined
      for (const piece of reading.slots) {
        const literal = data.slice(piece.start, piece.end)
        const text = decodeLiteral(literal)
        const kept = filtered(piece, text)
        if (kept === text) continue
        own ??= [...reading.splices]
        own.push({ start: piece.start, end: piece.end, text: encodeLiteral(kept, literal) })
      }
      check()
      const all = own ?? reading.splices
      return all.length < 2 ? all : [...all].sort((a, b) => a.start - b.start)
    },
    close(slots) {
      if (slots.length === 0) return NO_TAILS
      const names = slots === 'all' ? [...open.keys()] : slots
      return names.flatMap((slot) => {
        const filter = open.get(slot)
        open.delete(slot)
        const text = filter?.end() ?? ''
        return text === '' ? [] : [{ slot, text }]
      })
    },
  }
}

/** A pipe for a streamed answer whose text is filtered. What no filter changes leaves byte for byte. */
export function openFilterPipe(
  framing: Framing,
  reader: AnswerReader,
  answerFilters: AnswerFilters,
  out: Out,
): AnswerPipe {
  const filters = slotFilters(answerFilters)
  return framing === 'array'
    ? arrayFilterPipe(reader, filters, out)
    : sseFilterPipe(reader, filters, answerFilters, out)
}

function sseFilterPipe(
  reader: AnswerReader,
  filters: SlotFilters,
  { openFilter, check }: AnswerFilters,
  out: Out,
): AnswerPipe {
  const cleanLines = lineFilter(() => openFilter('text'))
  let newline: SseText['newline'] = '\n'
  function flushTails(slots: readonly string[] | 'all'): void {
    for (const { slot, text } of filters.close(slots)) {
      const frame = reader.writeText(slot, text)
      if (frame) out(writeSse(frame, newline))
    }
  }
  const framer = sseFramer({ frameBytesMax: LIMITS.sseFrameBytesMax }, (frame: SseFrame) => {
    const came = readSse(frame)
    const text = cleanLines(came)
    if (text.data === undefined) {
      if (isHalf(frame, reader)) return
      check()
      return out(text === came ? frame.bytes : text.text)
    }
    newline = text.newline
    const reading = reader.read(text.data, text.event)
    flushTails(reading.closes)
    if (reading.drop || isHalf(frame, reader)) return
    const splices = filters.splices(text.data, reading)
    out(splices.length === 0 && text === came ? frame.bytes : spliceSse(text, splices))
  })
  return {
    push: framer.push,
    end() {
      framer.end()
      flushTails('all')
    },
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function arrayFilterPipe(reader: AnswerReader, filters: SlotFilters, out: Out): AnswerPipe {
  function tails(slots: readonly string[] | 'all'): string {
    let text = ''
    for (const tail of filters.close(slots)) {
      const frame = reader.writeText(tail.slot, tail.text)
      if (frame) text += frame.data + ELEMENT_SEPARATOR
    }
    return text
  }
  let ended = false
  const framer = jsonArrayFramer({ frameBytesMax: LIMITS.sseFrameBytesMax }, (piece) => {
    // Bytes that belong to no array were not looked into, so they do not leave.
    if (piece.broken || (ended && !isOver(reader))) return
    if (!piece.element) return out(piece.bytes)
    const text = decoder.decode(piece.bytes)
    const reading = reader.read(text, undefined)
    const before = tails(reading.closes)
    if (before !== '') out(before)
    if (reading.drop) throw new Failure('upstream_broke', { inside: 'unreadable element' })
    const splices = filters.splices(text, reading)
    out(splices.length === 0 ? piece.bytes : applySplices(text, splices))
  })
  return {
    push: framer.push,
    end() {
      ended = true
      framer.end()
    },
  }
}

/** A whole JSON answer with its text filtered; the same bytes when nothing changes. */
export function filterWhole(
  body: Uint8Array<ArrayBuffer>,
  reader: AnswerReader,
  filters: AnswerFilters,
): Uint8Array<ArrayBuffer> {
  const text = decoder.decode(body)
  const reading = reader.read(text, undefined)
  if (reading.drop) throw new Failure('upstream_broke', { inside: 'unreadable body under filters' })
  const splices = slotFilters(filters).splices(text, reading)
  return splices.length === 0 ? body : new TextEncoder().encode(applySplices(text, splices))
}
