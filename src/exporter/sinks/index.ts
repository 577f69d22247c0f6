import type { Secret } from '../../base/secret.ts'
import type { World } from '../../base/world.ts'
import type { Destination } from '../destinations.ts'
import type { Hook } from '../hooks.ts'
import type { Fetch } from '../http.ts'
import type { IssueHook } from '../notify.ts'
import { PROFILES } from '../profiles/index.ts'
import type { Sink } from '../sink.ts'
import { otlpSink } from './otlp.ts'
import { stdoutSink } from './stdout.ts'
import { webhookSink } from './webhook.ts'

/** What sinks outside need of the world. */
export interface SinkDeps {
  readonly world: World
  readonly fetch: Fetch
  /** Takes whole lines for stdout; resolves once they are out. */
  readonly write: (lines: string) => Promise<unknown>
}

/** Where issues are told, of all destinations. */
export function issueHooks(destinations: readonly Destination[]): IssueHook[] {
  return destinations
    .filter(({ type }) => type === 'issues')
    .map(({ endpoint = '', headers, secretKey, severityMax }) => ({
      endpoint,
      headers: revealed(headers),
      secret: secretKey,
      severityMax,
    }))
}

/** Where spent shares of caps are told, of all destinations. */
export function budgetHooks(destinations: readonly Destination[]): Hook[] {
  return destinations
    .filter(({ type }) => type === 'budgets')
    .map(({ endpoint = '', headers, secretKey }) => ({
      endpoint,
      headers: revealed(headers),
      secret: secretKey,
    }))
}

/** True for destinations that get calls, each as they end. */
export function isForCalls({ type }: Destination): boolean {
  return type !== 'issues' && type !== 'budgets'
}

/**
 * The sink of one checked destination. Without `since` a new one begins with what happens from now on; with it, it has a
 * cursor of its own, so that a replay neither disturbs nor skips the running deliveries.
 */
export function sinkFor(destination: Destination, deps: SinkDeps): Sink {
  const { sinceMs } = destination
  const name =
    sinceMs === undefined
      ? destination.name
      : `${destination.name}-since-${Math.floor(sinceMs / 1_000)}`
  return { ...makeSink(name, destination, deps), sinceMs: sinceMs ?? deps.world.clock.now() }
}

function makeSink(name: string, destination: Destination, deps: SinkDeps): Sink {
  const { world, fetch } = deps
  const endpoint = destination.endpoint ?? ''
  const headers = revealed(destination.headers)
  if (destination.type === 'stdout') return stdoutSink(name, deps.write)
  if (destination.type === 'webhook')
    return webhookSink({
      name,
      endpoint,
      headers,
      secret: destination.secretKey,
      fetch,
      timeoutMs: destination.timeoutMs,
    })
  const profile = PROFILES.find((each) => each.name === destination.type)
  if (profile === undefined) throw new TypeError(`no such type of destination: ${destination.type}`)
  return otlpSink({
    name,
    profile,
    endpoint,
    headers,
    world,
    fetch,
    timeoutMs: destination.timeoutMs,
    sampledOnly: destination.sampling === 'caller',
    credentials: {
      apiKey: destination.apiKey?.reveal(),
      publicKey: destination.publicKey?.reveal(),
      secretKey: destination.secretKey?.reveal(),
      project: destination.project,
    },
  })
}

function revealed(headers: Readonly<Record<string, Secret>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()]))
}
