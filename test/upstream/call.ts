import { systemClock } from '../../src/base/clock.ts'
import type { Clock } from '../../src/base/world.ts'
import { openUpstream } from '../../src/upstream/open.ts'
import type {
  Upstream,
  UpstreamCall,
  UpstreamFault,
  UpstreamRequest,
  UpstreamSink,
  UpstreamTimeouts,
} from '../../src/upstream/upstream.ts'

/** Everything a sink was told, and when it ended. */
export interface Heard {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
  /** `end`, or the fault. */
  readonly outcome: 'end' | UpstreamFault
  readonly cause: unknown
  readonly pieces: number
}

/** Long enough that no test ends by a deadline it did not ask for. */
export const PATIENT: UpstreamTimeouts = {
  connectMs: 120_000,
  firstByteMs: 120_000,
  idleMs: 120_000,
  callMs: 120_000,
}

/** What went wrong inside, by event name. */
export const logged: string[] = []

/** Both implementations, each under the name of its kind. */
export const KINDS = ['socket', 'fetch'] as const

/** An upstream of that kind without any proxy; errors it logs are in {@link logged}. */
export function upstreamOf(
  kind: (typeof KINDS)[number],
  { clock = systemClock, ...tls }: { readonly clock?: Clock; readonly ca?: string } = {},
): Upstream {
  const log = { info() {}, warn() {}, error: (event: string) => void logged.push(event) }
  return openUpstream({ kind, world: { clock, log }, env: {}, ...tls })
}

/** A GET of `url`, or what `part` makes of it. */
export function request(url: string, part: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return { method: 'GET', url: new URL(url), headers: new Headers(), body: undefined, ...part }
}

/** Sends and collects the whole answer; `on` may look at events as they come. */
export function hear(
  upstream: Upstream,
  sent: UpstreamRequest,
  on: Partial<UpstreamSink> = {},
  timeouts: UpstreamTimeouts = PATIENT,
): { readonly call: UpstreamCall; readonly heard: Promise<Heard> } {
  const { promise, resolve } = Promise.withResolvers<Heard>()
  const parts: Buffer[] = []
  let status = 0
  let headers = new Headers()
  const done = (outcome: Heard['outcome'], cause?: unknown): void =>
    resolve({ status, headers, body: Buffer.concat(parts), outcome, cause, pieces: parts.length })
  const call = upstream.send(
    sent,
    {
      onHead(got, all) {
        status = got
        headers = all
        on.onHead?.(got, all)
      },
      onData(bytes) {
        parts.push(Buffer.from(bytes))
        on.onData?.(bytes)
      },
      onEnd() {
        done('end')
        on.onEnd?.()
      },
      onFault(fault, cause) {
        done(fault, cause)
        on.onFault?.(fault, cause)
      },
    },
    timeouts,
  )
  return { call, heard: promise }
}
