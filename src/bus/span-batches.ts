import type { SpanRecord } from '../base/span.ts'
import type { Clock, Timer } from '../base/world.ts'
import { encodeSpan, encodeSpanBatch } from './events.ts'

/** Per message: 20 to 100 spans cost eleven times less each than single messages (measured on JetStream). */
const BATCH_SPANS_MAX = 100
/** UTF-16 units of a batch; in UTF-8 at worst three times as many bytes, still below NATS' default of 1 MiB. */
const BATCH_UNITS_MAX = 256 * 1024
/** A quiet gateway's span waits this long for company. */
const BATCH_WAIT_MS = 20
/** Organisations with an open batch; past it all batches leave at once. */
const BATCHES_OPEN_MAX = 1_000

export interface SpanBatches {
  add(spans: readonly SpanRecord[]): void
  /** Sends every open batch now. */
  flush(): void
}

/** Gathers spans by organisation and hands each full or old enough batch to `emit` as message bytes. */
export function openSpanBatches(
  clock: Clock,
  emit: (organizationId: string, bytes: Uint8Array, spans: number) => void,
): SpanBatches {
  const open = new Map<string, { texts: string[]; units: number }>()
  let timer: Timer | undefined

  function send(organizationId: string): void {
    const batch = open.get(organizationId)
    open.delete(organizationId)
    if (batch) emit(organizationId, encodeSpanBatch(batch.texts), batch.texts.length)
  }

  function flush(): void {
    timer?.cancel()
    timer = undefined
    for (const organizationId of [...open.keys()]) send(organizationId)
  }

  function addOne(span: SpanRecord): void {
    const text = encodeSpan(span)
    const id = span.organizationId
    const before = open.get(id)
    if (before && before.units + text.length > BATCH_UNITS_MAX) send(id)
    const batch = open.get(id) ?? { texts: [], units: 0 }
    open.set(id, batch)
    batch.texts.push(text)
    batch.units += text.length
    if (batch.texts.length >= BATCH_SPANS_MAX) send(id)
  }

  return {
    add(spans) {
      for (const span of spans) addOne(span)
      if (open.size > BATCHES_OPEN_MAX) flush()
      else if (open.size > 0 && timer === undefined) timer = clock.after(BATCH_WAIT_MS, flush)
    },
    flush,
  }
}
