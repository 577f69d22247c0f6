import { expect } from 'bun:test'
import { isJsonObject, type Json } from '../../src/base/json.ts'
import type { Answer, RecordedRequest, Script } from '../support/scripted-provider.ts'
import { REAL_KEY, type Service, startService } from '../support/service.ts'
import { until } from '../support/world.ts'
import { type Fault, plant } from './fault.ts'

/** One HTTP call as the SDK made it, before the gateway saw it. */
export interface Sent {
  /** Path and query below the provider's prefix. */
  readonly target: string
  readonly headers: Headers
  /** Undefined for bodies that the platform encodes by itself (multipart, streams). */
  readonly body: Uint8Array | undefined
}

/** What a scenario plays with: a whole service before a scripted provider, and every call the client made. */
export interface Rig {
  readonly service: Service
  /** Where the client is pointed at, without a provider's prefix. */
  readonly url: string
  readonly key: string
  /** How long a scenario waits for what must come, in milliseconds. */
  readonly deadlineMs: number
  readonly sent: readonly Sent[]
  /** What the provider answers from now on. */
  answers(script: Script): void
  /** The newest request that the provider saw. */
  seen(): RecordedRequest
  /**
   * Asserts that the newest call reached the provider as it was sent, but for the key (and `edit`, the one change
   * to the body that this call allows).
   */
  passed(edit?: (body: string) => string): RecordedRequest
  /** Waits for `done` within the rig's deadline. */
  until<T>(what: string, done: () => T | Promise<T>): Promise<NonNullable<T>>
  /** A real spend cap on one model that no call fits under; resolves when it holds. */
  cap(name: string, model: string): Promise<void>
  /** A real limit of one request a minute on one model; resolves when it is used up. */
  limit(name: string, model: string): Promise<void>
  close(): Promise<void>
}

/** Calls a model once in a family's own way and gives the status: shows when a policy holds. */
export type Probe = (rig: Rig, model: string) => Promise<number>

const PREFIXES = ['/openai/', '/anthropic/', '/gemini/']
/** Headers that mean something to a provider; the rest is between client and gateway. */
const MEANT = /^(anthropic-|openai-|x-stainless-|x-goog-api-client|content-type|idempotency-key)/
/** Where a provider may look for a credential: exactly one may be there, and it is the provider's own. */
const CREDENTIALS = ['authorization', 'x-api-key', 'x-goog-api-key']

/** Starts a service and listens in on the SDK's side of it, through `fault` when a broken gateway is wanted. */
export async function openRig(probe: Probe, fault?: Fault): Promise<Rig> {
  const service = await startService({ status: 500 })
  const planted = fault && plant(fault, service.url)
  const url = planted?.url ?? service.url
  const tap = listenIn(url)
  const { provider } = service
  const rig: Rig = {
    service,
    url,
    key: service.first.gatewayKey,
    deadlineMs: fault ? 1_500 : 10_000,
    sent: tap.sent,
    answers: (script) => provider.script(script),
    seen() {
      const request = provider.requests.at(-1)
      if (!request) throw new Error('the provider saw nothing')
      return request
    },
    passed(edit = (body) => body) {
      const sent = tap.sent.at(-1)
      if (!sent) throw new Error('the client sent nothing')
      const request = rig.seen()
      assertPassed(sent, request, edit)
      return request
    },
    until: (what, done) => until(what, done, rig.deadlineMs),
    async cap(name, model) {
      await policy(service, name, model, 'spend_cap', { window: 'daily', limit_usd: 0.000001 })
      await rig.until(`${name} to hold`, async () => (await probe(rig, model)) === 402)
    },
    async limit(name, model) {
      const limits = [{ metric: 'requests', window: 'minute', value: 1 }]
      await policy(service, name, model, 'rate_limit', { limits })
      await rig.until(`${name} to hold`, async () => (await probe(rig, model)) === 429)
    },
    async close() {
      tap.stop()
      await planted?.close()
      await service.close()
    },
  }
  return rig
}

async function policy(
  service: Service,
  name: string,
  model: string,
  type: string,
  config: object,
): Promise<void> {
  const subject_matchers = [{ key: 'model', value: model }]
  const made = await service.admin('POST', '/platform/gateway-policies', {
    ...{ name, policy_type: type, subject_matchers, config },
  })
  if (made.status >= 300) throw new Error(`no policy ${name}: ${JSON.stringify(made.body)}`)
}

/** Records every fetch to `url`; the SDKs use the platform's. */
function listenIn(url: string): { readonly sent: Sent[]; stop(): void } {
  const original = globalThis.fetch
  const sent: Sent[] = []
  const listening = async (
    input: Parameters<typeof fetch>[0],
    init?: Parameters<typeof fetch>[1],
  ): Promise<Response> => {
    const address = input instanceof Request ? input.url : String(input)
    const prefix = PREFIXES.find((each) => address.startsWith(`${url}${each}`))
    if (prefix !== undefined) {
      const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}))
      const target = address.slice(url.length + prefix.length - 1)
      sent.push({ target, headers, body: bytesOf(init?.body) })
    }
    return original(input, init)
  }
  globalThis.fetch = Object.assign(listening, { preconnect: original.preconnect })
  return {
    sent,
    stop() {
      globalThis.fetch = original
    },
  }
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return new Uint8Array(0)
  if (typeof body === 'string') return Buffer.from(body)
  return body instanceof Uint8Array ? body : undefined
}

function assertPassed(sent: Sent, request: RecordedRequest, edit: (body: string) => string): void {
  expect(request.target).toBe(sent.target)
  for (const [name, value] of sent.headers)
    if (MEANT.test(name)) expect(`${name}: ${request.header(name)}`).toBe(`${name}: ${value}`)
  const held = CREDENTIALS.filter((name) => request.header(name) !== undefined)
  expect(held).toHaveLength(1)
  const credential = request.header(held[0] ?? '')?.replace(/^Bearer /, '')
  expect(credential).toBe(REAL_KEY)
  const text = request.text()
  expect(JSON.stringify(request.headers) + request.target + text).not.toContain('slu_')
  if (sent.body === undefined) return
  // Compared first as a whole: a difference in ten megabytes is no readable message.
  const wanted = edit(Buffer.from(sent.body).toString('utf8'))
  if (wanted !== text && wanted.length > 100_000)
    throw new Error(
      `the body changed on its way: ${wanted.length} characters became ${text.length}`,
    )
  expect(text).toBe(wanted)
}

/** A JSON answer. */
export function json(body: object, status = 200, headers: Record<string, string> = {}): Answer {
  const type = { 'content-type': 'application/json' }
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(body) }
}

/** An event stream of the given pieces. */
export function streamed(...pieces: Extract<Answer['body'], readonly unknown[]>): Answer {
  return { headers: { 'content-type': 'text/event-stream' }, body: pieces }
}

/** A member of a parsed body by path; undefined when it is not there. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here[step]
    else if (isJsonObject(here as Json)) here = Object(here)[step]
    else return undefined
  }
  return here
}

/** What `promise` was rejected with; throws when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (cause) {
    return cause
  }
  throw new Error(`nothing was thrown, but given: ${JSON.stringify(value)?.slice(0, 200)}`)
}

/** Ten megabytes of base64, as a picture in a message. */
export function bigPicture(): string {
  return 'iVBORw0KGgo'.padEnd(10 * 1024 * 1024, 'QUJD')
}
