import { afterAll, expect, test } from 'bun:test'
import { LIMITS } from '../../src/base/limits.ts'
import {
  BREAK,
  gate,
  HANG,
  type Provider,
  sse,
  startProvider,
} from '../support/scripted-provider.ts'
import { manualClock, until } from '../support/world.ts'
import { hear, PATIENT, request, upstreamOf } from './call.ts'

const providers: Provider[] = []
async function provide(...args: Parameters<typeof startProvider>): Promise<Provider> {
  const provider = await startProvider(...args)
  providers.push(provider)
  return provider
}
afterAll(async () => {
  for (const provider of providers) await provider.close()
})

test('the request on the wire holds the given headers and the framing, nothing else', async () => {
  const provider = await provide({ body: 'ok' })
  const upstream = upstreamOf('socket')
  const headers = new Headers({ Accept: 'x', 'Content-Length': '99', Expect: '100-continue' })
  await hear(upstream, request(provider.url, { method: 'POST', headers })).heard
  await hear(upstream, request(provider.url, { headers: new Headers({ connection: 'close' }) }))
    .heard
  const host = new URL(provider.url).host
  expect(provider.requests.map((got) => got.headers)).toEqual([
    [
      ['host', host],
      ['accept', 'x'],
      ['content-length', '0'],
    ],
    [['host', host]],
  ])
})

test('a pooled connection the provider has closed is dialled again', async () => {
  const provider = await provide({ body: 'ok' })
  const upstream = upstreamOf('socket')
  await hear(upstream, request(provider.url)).heard
  provider.reset()
  await until('the provider has no connection', () => provider.open === 0)
  const { call, heard } = hear(upstream, request(provider.url))
  expect((await heard).outcome).toBe('end')
  expect(call.sent).toBe(true)
  expect(provider.connections).toBe(2)
})

test('a pooled connection that dies under the call before it takes a byte is dialled again', async () => {
  const provider = await provide({ body: 'ok' })
  const upstream = upstreamOf('socket')
  await hear(upstream, request(provider.url)).heard
  // The reset is in the kernel, but this process has not been told yet: the write finds out.
  provider.reset()
  const { call, heard } = hear(upstream, request(provider.url))
  expect(call.sent).toBe(false)
  expect((await heard).outcome).toBe('end')
  expect([provider.connections, provider.requests.length]).toEqual([2, 2])
})

test('a call whose bytes were taken is never sent twice', async () => {
  const provider = await provide([{ body: 'ok' }, { raw: [], close: true }])
  const upstream = upstreamOf('socket')
  await hear(upstream, request(provider.url)).heard
  const { call, heard } = hear(upstream, request(provider.url))
  expect(call.sent).toBe(true)
  expect((await heard).outcome).toBe('reset')
  expect(provider.requests.length).toBe(2)
})

test('a connection is not used again when its answer was not clean', async () => {
  const provider = await provide([
    { raw: ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi, and HTTP/1.1 200 OK'] },
    { raw: ['HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi'] },
    { framing: 'close', body: 'hi' },
    { body: 'hi' },
  ])
  const upstream = upstreamOf('socket')
  for (let turn = 0; turn < 4; turn++) {
    const heard = await hear(upstream, request(provider.url)).heard
    expect([heard.body.toString(), heard.outcome]).toEqual(['hi', 'end'])
  }
  expect(provider.requests.map((got) => got.connection)).toEqual([1, 2, 3, 4])
})

test('a body that ends by a reset is not whole', async () => {
  const provider = await provide({ framing: 'close', body: ['a', BREAK] })
  const { heard } = hear(upstreamOf('socket'), request(provider.url))
  expect((await heard).outcome).toBe('reset')
})

test('the connection used last is used next, also when its caller was slow to the end', async () => {
  const later = gate()
  const provider = await provide((got) => ({
    framing: 'length',
    headers: { 'content-length': '2' },
    body: got.path === '/2' ? [later.promise, got.path] : got.path,
  }))
  const upstream = upstreamOf('socket')
  const second = hear(upstream, request(`${provider.url}/2`), { onData: () => second.call.pause() })
  await provider.request(0)
  await hear(upstream, request(`${provider.url}/1`)).heard
  later.open()
  await second.heard
  for (const path of ['/3', '/4']) {
    const { heard } = hear(upstream, request(provider.url + path))
    expect((await heard).body.toString()).toBe(path)
  }
  expect(provider.requests.map((got) => got.connection)).toEqual([1, 2, 1, 1])
})

test('nothing ticks when nothing is going on', async () => {
  const clock = manualClock()
  const upstream = upstreamOf('socket', { clock })
  const provider = await provide({ body: 'ok' })
  await hear(upstream, request(provider.url)).heard
  upstream.close()
  clock.advance(300)
  expect(clock.waiting()).toBe(0)
})

test('bytes on an idle connection close it', async () => {
  const unasked = gate()
  const provider = await provide([
    {
      raw: ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', unasked.promise, 'HTTP/1.1 200 OK\r\n'],
    },
    { body: 'mine' },
  ])
  const upstream = upstreamOf('socket')
  await hear(upstream, request(provider.url)).heard
  unasked.open()
  await until('the connection is closed', () => provider.open === 0)
  expect((await hear(upstream, request(provider.url)).heard).body.toString()).toBe('mine')
})

test('idle connections are closed after their time, and calls after that work', async () => {
  const clock = manualClock()
  const upstream = upstreamOf('socket', { clock })
  const provider = await provide({ body: 'ok' })
  await hear(upstream, request(provider.url)).heard
  clock.advance(LIMITS.upstreamSocketIdleMs - 1_000)
  expect(provider.open).toBe(1)
  clock.advance(2_000)
  await until('the idle connection is closed', () => provider.open === 0)
  expect((await hear(upstream, request(provider.url)).heard).outcome).toBe('end')
})

test('a burst reuses its connections and keeps no more than the limit idle', async () => {
  const provider = await provide((got) => ({ framing: 'length', body: got.path }))
  const upstream = upstreamOf('socket')
  const calls = LIMITS.upstreamIdleSocketsMax + 40
  for (let round = 0; round < 3; round++) {
    const all = Array.from({ length: calls }, () => hear(upstream, request(provider.url)).heard)
    for (const { outcome } of await Promise.all(all)) expect(outcome).toBe('end')
    await until('the surplus is closed', () => provider.open <= LIMITS.upstreamIdleSocketsMax)
  }
  expect(provider.connections).toBeLessThanOrEqual(calls + 2 * 40)
  upstream.close()
  await until('close() closes the idle ones', () => provider.open === 0)
})

test('close() lets calls in flight go on', async () => {
  const rest = gate()
  const provider = await provide({ body: [...sse('1'), rest.promise, ...sse('2')] })
  const upstream = upstreamOf('socket')
  const { heard } = hear(upstream, request(provider.url), { onHead: () => upstream.close() })
  await provider.request(0)
  rest.open()
  expect((await heard).body.toString()).toBe('data: 1\n\ndata: 2\n\n')
  await until('nothing stays open', () => provider.open === 0)
})

test('an answer that comes while the body is still being sent ends the call', async () => {
  const provider = await provide(
    { status: 413, framing: 'length', body: 'too large' },
    { answerAt: 'head' },
  )
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: () => {
      cancelled = true
    },
  })
  const upstream = upstreamOf('socket')
  const { heard } = hear(upstream, request(provider.url, { method: 'POST', body }))
  const { status, outcome } = await heard
  expect([status, outcome]).toEqual([413, 'end'])
  await until('source and connection are let go', () => cancelled && provider.open === 0)
})

test('a body source that fails, or breaks its word about the length, ends the call', async () => {
  const provider = await provide({ body: 'ok' })
  const upstream = upstreamOf('socket')
  const tenBytes = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    controller.enqueue(new Uint8Array(10))
    controller.close()
  }
  const sources: [() => ReadableStream<Uint8Array>, number | undefined][] = [
    [() => stream((controller) => controller.error(new Error('caller left'))), undefined],
    [() => stream(tenBytes), 20],
    [() => stream(tenBytes), 5],
  ]
  for (const [source, contentLength] of sources) {
    const part = { method: 'POST', body: source(), ...(contentLength ? { contentLength } : {}) }
    const { outcome } = await hear(upstream, request(provider.url, part)).heard
    expect(outcome).toBe('aborted')
  }
  await until('the connections are closed', () => provider.open === 0)
  expect(provider.requests.length).toBe(0)
})

test('a provider that does not read the body stops its source', async () => {
  const reading = gate()
  const provider = await provide({ body: 'ok' }, { beforeBody: () => reading.promise })
  const piece = new Uint8Array(1 << 20)
  let produced = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (produced++ < 64) controller.enqueue(piece)
      else controller.close()
    },
  })
  const { heard } = hear(upstreamOf('socket'), request(provider.url, { method: 'POST', body }))
  await until('the source is stuck', async () => {
    const before = produced
    await Bun.sleep(50)
    return produced > 0 && produced === before
  })
  expect(produced).toBeLessThan(32)
  reading.open()
  expect((await heard).outcome).toBe('end')
  expect((await provider.request(0)).body.length).toBe(64 << 20)
})

test('what has no place in a request head is refused before anything is sent', async () => {
  const provider = await provide({ body: 'ok' })
  const upstream = upstreamOf('socket')
  const cases = [
    request(provider.url, { method: 'GET / HTTP/1.1\r\nx: y' }),
    request(provider.url, { headers: hostile('x', 'a\r\nx-smuggled: 1') }),
    request(provider.url, { headers: hostile('x y', 'a') }),
    request(provider.url, { body: new Uint8Array(1), contentLength: -1 }),
    request('ftp://127.0.0.1/'),
  ]
  for (const sent of cases) {
    const { call, heard } = hear(upstream, sent)
    expect((await heard).outcome).toBe('malformed')
    expect(call.sent).toBe(false)
  }
  expect(provider.connections).toBe(0)
})

test('faults are told after send has returned, and abort in between silences them', async () => {
  const upstream = upstreamOf('socket')
  let told = 0
  const sink = { onHead() {}, onData() {}, onEnd() {}, onFault: () => void told++ }
  const call = upstream.send(request('ftp://127.0.0.1/'), sink, PATIENT)
  expect(told).toBe(0)
  call.abort()
  const refused = upstream.send(request('http://127.0.0.1:1/'), sink, PATIENT)
  expect(told).toBe(0)
  refused.abort()
  // One that is listened to is told its fault after all that was begun before it.
  const { outcome } = await hear(upstream, request('http://127.0.0.1:1/')).heard
  expect(outcome).not.toBe('end')
  expect(told).toBe(0)
})

test('abort while connecting leaves no connection behind', async () => {
  const provider = await provide({ raw: [HANG] })
  const upstream = upstreamOf('socket')
  const { call } = hear(upstream, request(provider.url))
  call.abort()
  await hear(upstream, request(`${provider.url}/after`), {}, { ...PATIENT, firstByteMs: 1 }).heard
  await until('nothing stays open', () => provider.open === 0)
  expect(provider.requests.map((got) => got.path)).toEqual(['/after'])
})

test('an IPv6 address is dialled and named in brackets', async () => {
  const server = Bun.serve({
    hostname: '::1',
    port: 0,
    fetch: (got) => new Response(got.headers.get('host')),
  })
  const url = `http://[::1]:${server.port}`
  const { heard } = hear(upstreamOf('socket'), request(url))
  expect((await heard).body.toString()).toBe(`[::1]:${server.port}`)
  await server.stop(true)
})

function stream(
  pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

/** Headers as only a broken caller could make them: the runtime's class refuses such values. */
function hostile(name: string, value: string): Headers {
  const headers = new Headers()
  headers[Symbol.iterator] = () => new Map([[name, value]])[Symbol.iterator]()
  return headers
}
