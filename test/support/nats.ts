import { mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallRecord, CallTimings } from '../../src/base/call.ts'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { NO_POLICIES } from '../../src/base/exchange.ts'
import type { SpanRecord } from '../../src/base/span.ts'
import type { Log } from '../../src/base/world.ts'
import { type NatsServer, obtainNats, startNats } from '../../src/embedded/nats.ts'

const silent: Log = { info() {}, warn() {}, error() {} }

/** A real server for one test, which may kill, freeze and start it again on the same port. */
export interface TestNats {
  /** Changes only when another process took the port meanwhile. */
  readonly url: string
  readonly dataDir: string
  pid(): number
  kill(): Promise<void>
  /** Starts it again, with what it had stored or (`empty`) without. */
  restart(how?: 'kept' | 'empty'): Promise<void>
  stop(): Promise<void>
}

let obtained: Promise<string | undefined> | undefined

/** The binary, from the PATH, the user's cache or the system's packages. A machine without it fails the tests. */
export async function natsBinary(): Promise<string> {
  const cacheDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sluice')
  obtained ??= obtainNats({ cacheDir, log: silent })
  const binary = await obtained
  if (binary === undefined) throw new Error('no nats-server is to be had on this machine')
  return binary
}

/** Starts a server of the test's own, in a directory of its own. */
export async function testNats(): Promise<TestNats> {
  const binary = await natsBinary()
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-nats-'))
  let server: NatsServer = await startNats({ binary, dataDir, log: silent })
  return {
    get url() {
      return server.url
    },
    dataDir,
    pid: () => server.pid,
    async kill() {
      process.kill(server.pid, 'SIGKILL')
      await server.exited
    },
    async restart(how = 'kept') {
      if (how === 'empty') rmSync(join(dataDir, 'jetstream'), { recursive: true, force: true })
      server = await startNats({ binary, dataDir, log: silent })
    },
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

let counter = 0

/** A well-formed id that no other call of this process gives. */
export function someId(): string {
  counter++
  return Bun.randomUUIDv7()
}

/** A finished call with every field set to something plain; `change` overrides. */
export function someEvent(
  change: {
    opened?: Partial<ExchangeEvent['opened']>
    closed?: Partial<ExchangeEvent['closed']>
  } = {},
): ExchangeEvent {
  const id = change.opened?.id ?? someId()
  return {
    version: 1,
    opened: {
      id,
      organizationId: someId(),
      workspaceId: someId(),
      keyId: someId(),
      keyShort: 'abcdefghijkl',
      userId: undefined,
      processId: someId(),
      startedAtMs: 1_700_000_000_000 + counter,
      provider: 'openai',
      dialect: 'openai.chat',
      operation: 'chat',
      method: 'POST',
      path: '/v1/chat/completions',
      requestModel: 'gpt-test',
      stream: true,
      traceId: id.replaceAll('-', ''),
      parentSpanId: undefined,
      traceState: undefined,
      sessionId: undefined,
      userAgent: undefined,
      ...change.opened,
    },
    closed: {
      id,
      endedAtMs: 1_700_000_001_000 + counter,
      outcome: 'ok',
      status: 200,
      errorCode: undefined,
      upstreamStatus: 200,
      upstreamRequestId: undefined,
      responseModel: 'gpt-test-2026',
      responseId: 'resp-1',
      finishReasons: ['stop'],
      usage: { inputTokens: 12, outputTokens: 34 },
      costNanos: undefined,
      costBasis: undefined,
      firstByteMs: 120,
      overheadMs: 2,
      policies: NO_POLICIES,
      findings: [],
      ...change.closed,
    },
  }
}

/** When each step of a plain call was done. */
export const TIMINGS: CallTimings = {
  authenticatedMs: 1,
  readMs: 2,
  admittedMs: 3,
  forwardedMs: 4,
  headMs: 50,
  firstByteMs: 60,
  endedMs: 900,
}

/** A finished call as it travels for its spans: two of them. */
export function someCall(change: Parameters<typeof someEvent>[0] = {}): CallRecord {
  return { event: someEvent(change), timings: TIMINGS, detail: 'calls' }
}

/** A finished span; `change` overrides. */
export function someSpan(change: Partial<SpanRecord> = {}): SpanRecord {
  const id = someId()
  const hex = id.replaceAll('-', '')
  return {
    traceId: hex,
    spanId: hex.slice(16),
    parentSpanId: undefined,
    exchangeId: id,
    organizationId: someId(),
    workspaceId: someId(),
    name: 'chat gpt-test',
    kind: 'client',
    startMs: 1_700_000_000_000.25,
    endMs: 1_700_000_001_000.5,
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 12 },
    status: 'unset',
    statusMessage: undefined,
    ...change,
  }
}
