import type { SpanRecord } from '../base/span.ts'
import { decodeSpanMessage } from '../bus/events.ts'
import { spansOf } from '../telemetry/trace.ts'

/** Which of a message's spans a destination wants. */
export interface SpanWish {
  /** Only the gateway's own steps: the rest it makes from the usage events. */
  readonly stepsOnly: boolean
  /** Leaves out calls whose caller asked not to export its trace. */
  readonly sampledOnly: boolean
}

const VERSION = Buffer.from('{"version":2,')
const FULL = Buffer.from('"detail":"full"')

/** Most gateways send no steps, and reading a message costs ten times as much as looking for the word. */
function hasSteps(bytes: Uint8Array): boolean {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return !message.subarray(0, VERSION.length).equals(VERSION) || message.includes(FULL)
}

/** The spans of one message of the bus. Throws `TypeError` or `SyntaxError` for what is none. */
export function spansFrom(bytes: Uint8Array, wish: SpanWish): SpanRecord[] {
  if (wish.stepsOnly && !hasSteps(bytes)) return []
  const { calls, spans } = decodeSpanMessage(bytes)
  const found = wish.stepsOnly ? spans.filter(({ kind }) => kind === 'internal') : [...spans]
  for (const { event, timings, detail } of calls) {
    if (wish.sampledOnly && event.opened.unsampled) continue
    // Without steps there is nothing in it for who wants these alone.
    if (wish.stepsOnly && detail !== 'full') continue
    for (const span of spansOf(event, timings, detail))
      if (!wish.stepsOnly || span.kind === 'internal') found.push(span)
  }
  return found
}
