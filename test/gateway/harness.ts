import { Elysia } from 'elysia'
import type { ExchangeClosed, ExchangeEvent, ExchangeOpened } from '../../src/base/exchange.ts'
import { asFailure, Failure } from '../../src/base/failure.ts'
import { PERMISSIONS, type Permission } from '../../src/base/permission.ts'
import { secret } from '../../src/base/secret.ts'
import type { CallerKey, GatewayDeps, TurnedAway } from '../../src/gateway/deps.ts'
import { badHost, failedResponse, isGoodHost } from '../../src/gateway/front.ts'
import { gatewayRoutes, socketHandlers } from '../../src/gateway/routes.ts'
import { type RunningCalls, runningCalls } from '../../src/gateway/running.ts'
import type { LedgerPort } from '../../src/policies/ledger-port.ts'
import { policySet } from '../../src/policies/policy-set.ts'
import { catalog } from '../../src/pricing/catalog.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { socketUpstream } from '../../src/upstream/socket.ts'
import {
  type Answer,
  type Piece,
  type Script,
  startProvider,
} from '../support/scripted-provider.ts'
import { testWorld, until } from '../support/world.ts'

/** What a provider would hold; built here so that no scanner takes it for a real key. */
export const PROVIDER_KEY = `provider-${'k'.repeat(24)}`
/** A caller's key, as the data plane's port sees it. */
export const CALLER_KEY = `slu_sk_${'a'.repeat(12)}_${'b'.repeat(49)}`

const PROCESS_ID = '01890000-0000-7000-8000-00000000000f'
const ALL = new Set<Permission>(PERMISSIONS)

/** A key that may call, changed by `change`. */
export function callerKey(change: Partial<CallerKey> = {}): CallerKey {
  return {
    id: '01890000-0000-7000-8000-000000000001',
    short: 'a'.repeat(12),
    kind: 'service',
    organizationId: '01890000-0000-7000-8000-000000000002',
    gatewayEnabled: true,
    state: 'active',
    scope: 'workspace',
    userId: undefined,
    workspaces: [{ workspaceId: '01890000-0000-7000-8000-000000000003', permissions: ALL }],
    ...change,
  }
}

/**
 * The data plane on a real listener before a scripted provider on a real socket. Keys, secrets and the ledger are
 * the ports' simplest truth in memory: what is proven here is the relay, not the store.
 */
export async function openGateway(script: Script, change: Partial<GatewayDeps> = {}) {
  const provider = await startProvider(script)
  const opened = new Map<string, ExchangeOpened>()
  const closed: ExchangeClosed[] = []
  const recorded: ExchangeEvent[] = []
  const reserved: bigint[] = []
  const turnedAway: TurnedAway[] = []
  const keys = new Map<string, CallerKey>([[CALLER_KEY, callerKey()]])
  const world = testWorld()
  const upstream = socketUpstream({ world })
  const origin = new URL(provider.url)
  const prices = catalog()
  // Amounts always fit and every ending is final: what the ledger decides is proven where the ledger is tested.
  const port: LedgerPort = {
    async reserve(batch) {
      for (const { exchange, nanos } of batch) {
        if (exchange) opened.set(exchange.id, exchange)
        reserved.push(nanos)
      }
      return batch.map(() => ({ kind: 'held' }))
    },
    extend: async (batch) => batch.map(() => ({ kind: 'held' })),
    async settle(batch) {
      for (const { event } of batch) if (event) closed.push(event.closed)
      return batch.map(() => 'ended')
    },
    async renew() {},
    expire: async () => 0,
  }
  const deps: GatewayDeps = {
    world,
    processId: PROCESS_ID,
    basePath: '',
    origins: { openai: origin, anthropic: origin, gemini: origin },
    keys: { resolve: (token) => keys.get(token) ?? 'unknown' },
    secrets: { resolve: () => secret(PROVIDER_KEY) },
    placeholderKey: new Uint8Array(32),
    policies: { forOrganization: () => policySet(0, []), forget() {} },
    prices: { catalogOf: () => prices },
    ledger: openLedger({ port, world, processId: PROCESS_ID }),
    exchanges: {
      async record(event) {
        recorded.push(event)
      },
    },
    upstream,
    reporter: { ended() {}, turnedAway: (facts) => turnedAway.push(facts) },
    ...change,
  }
  const calls = runningCalls()
  const listener = listen(calls, deps)
  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port ?? 0,
    provider,
    opened,
    closed,
    recorded,
    /** What each admitted call held, in nanodollars. */
    reserved,
    turnedAway,
    keys,
    calls,
    deps,
    /** The end of the `index`th forwarded call, once it is written. */
    async end(index = 0): Promise<ExchangeClosed> {
      return until('the call to be settled', () => closed[index])
    },
    async close() {
      await listener.stop(true)
      upstream.close()
      await provider.close()
    },
  }
}

function listen(calls: RunningCalls, deps: GatewayDeps) {
  const app = new Elysia({ handler: { standardHostname: false } })
    .onError(({ request, error, code }) =>
      failedResponse(
        request,
        code === 'NOT_FOUND' ? new Failure('unknown_route') : asFailure(error),
        deps,
      ),
    )
    .use(gatewayRoutes(calls, deps))
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    development: false,
    idleTimeout: 30,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    websocket: socketHandlers,
    fetch: (request) => (isGoodHost(request.headers.get('host')) ? app.fetch(request) : badHost()),
  })
  app.server = server
  return server
}

/** One chat request as an SDK would send it. */
export function chat(body: object, init: RequestInit = {}): RequestInit {
  return {
    method: 'POST',
    headers: { authorization: `Bearer ${CALLER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  }
}

/** A streamed answer in these pieces. */
export function events(...body: readonly Piece[]): Answer {
  return { headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body }
}

/** Reads an answer to its end, or to where it breaks. */
export async function readAll(response: Response): Promise<{ text: string; broken: boolean }> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    if (response.body)
      for await (const piece of response.body) text += decoder.decode(piece, { stream: true })
  } catch {
    return { text, broken: true }
  }
  return { text, broken: false }
}
