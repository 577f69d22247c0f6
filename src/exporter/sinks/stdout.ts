import { exchangeToJson } from '../../base/exchange-json.ts'
import type { Sink } from '../sink.ts'

/** One JSON line per ended call, for log shippers. `write` takes whole lines and resolves once they are out. */
export function stdoutSink(name: string, write: (lines: string) => Promise<unknown>): Sink {
  return {
    name,
    async storeUsage(events) {
      await write(events.map((event) => `${JSON.stringify(exchangeToJson(event))}\n`).join(''))
    },
  }
}
