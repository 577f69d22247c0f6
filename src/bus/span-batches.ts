import type { CallRecord } from '../base/call.ts'
import type { Clock, Timer } from '../base/world.ts'
import { encodeCall, encodeCalls, spansIn } from './events.ts'

/** Per message: 20 to 100 spans, two a call, cost eleven times less each than single messages (measured on JetStream). */
const BATCH_CALLS_MAX = 50
/** UTF-16 units of a batch; in UTF-8 at worst three times as many bytes, still below NATS' default of 1 MiB. */
const BATCH_UNITS_MAX = 256 * 1024
/** A quiet gateway's call waits this long for company. */
const BATCH_WAIT_MS = 20
/** Organisations with an open batch; past it all batches leave at once. */
const BATCHES_OPEN_MAX = 1_000

export interface SpanBatches {
  add(call: CallRecord): void
  /** Sends every open batch now. */
  flush(): void
}

interface Batch {
  readonly texts: string[]
  units: number
  spans: number
}

/** Gathers calls by organisation and hands each full or old enough batch to `emit` as message bytes. */
export function openSpanBatches(
  clock: Clock,
  emit: (organizationId: string, bytes: Uint8Array, spans: number) => void,
): SpanBatches {
  const open = new Map<string, Batch>()
  let timer: Timer | undefined

  function send(organizationId: string): void {
    const batch = open.get(organizationId)
    open.delete(organizationId)
    if (batch) emit(organizationId, encodeCalls(batch.texts), batch.spans)
  }

  function flush(): void {
    timer?.cancel()
    timer = undefined
    for (const organizationId of [...open.keys()]) send(organizationId)
  }

  return {
    add(call) {
      const text = encodeCall(call)
      const id = call.event.opened.organizationId
      let batch = open.get(id)
      if (batch && batch.units + text.length > BATCH_UNITS_MAX) {
        send(id)
        batch = undefined
      }
      if (!batch) {
        batch = { texts: [], units: 0, spans: 0 }
        open.set(id, batch)
      }
      batch.texts.push(text)
      batch.units += text.length
      batch.spans += spansIn(call)
      if (batch.texts.length >= BATCH_CALLS_MAX) send(id)
      if (open.size > BATCHES_OPEN_MAX) flush()
      else if (open.size > 0 && timer === undefined) timer = clock.after(BATCH_WAIT_MS, flush)
    },
    flush,
  }
}
