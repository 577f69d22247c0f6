import { exchangeToJson } from '../../base/exchange-json.ts'
import type { Secret } from '../../base/secret.ts'
import { type Fetch, post } from '../http.ts'
import { signatureOf } from '../signature.ts'
import type { Sink } from '../sink.ts'

export interface WebhookOptions {
  readonly name: string
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** Signs each body; the receiver checks `x-sluice-signature: sha256=<hex>`. */
  readonly secret: Secret | undefined
  readonly fetch: Fetch
  readonly timeoutMs?: number | undefined
}

/** Calls of one request. */
const EVENTS_MAX = 100

/**
 * Posts ended calls as `{"events":[…]}`. Receivers drop repeats by `opened.id`; the signature is an HMAC with SHA-256 over the
 * exact bytes of the body.
 */
export function webhookSink(options: WebhookOptions): Sink {
  return {
    name: options.name,
    async storeUsage(events) {
      for (let start = 0; start < events.length; start += EVENTS_MAX) {
        const some = events.slice(start, start + EVENTS_MAX).map(exchangeToJson)
        const body = Buffer.from(JSON.stringify({ events: some }))
        const headers = { 'content-type': 'application/json', ...options.headers }
        const all = { ...headers, ...signatureOf(options.secret, body) }
        await post(options.fetch, options.endpoint, all, body, options.timeoutMs)
      }
    },
  }
}
