import { afterAll, describe, expect, test } from 'bun:test'
import {
  type Answer,
  BREAK,
  gate,
  HANG,
  type Provider,
  sse,
  startProvider,
} from '../support/scripted-provider.ts'
import { manualClock, until } from '../support/world.ts'
import { hear, KINDS, logged, PATIENT, request, upstreamOf } from './call.ts'

const providers: Provider[] = []
async function provide(...args: Parameters<typeof startProvider>): Promise<Provider> {
  const provider = await startProvider(...args)
  providers.push(provider)
  return provider
}
afterAll(async () => {
  for (const provider of providers) await provider.close()
})

const REFUSED: Readonly<Record<string, Answer>> = {
  'another protocol': { raw: ['220 smtp.example ESMTP\r\n\r\n'], close: true },
  'broken chunks': {
    raw: ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'],
  },
  'a giant head': { raw: [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(2_000_000)}\r\n\r\n`], close: true },
}

for (const kind of KINDS)
  describe(`over ${kind}`, () => {
    const upstream = upstreamOf(kind)
    afterAll(() => upstream.close())

    for (const framing of ['chunked', 'length', 'close'] as const)
      test(`an answer framed by ${framing} arrives whole`, async () => {
        const provider = await provide({ framing, body: sse('one', 'two') })
        const { heard } = hear(upstream, request(provider.url))
        const { status, body, outcome } = await heard
        expect([status, body.toString(), outcome]).toEqual([
          200,
          'data: one\n\ndata: two\n\n',
          'end',
        ])
      })

    for (const [status, method] of [
      [204, 'GET'],
      [304, 'GET'],
      [200, 'HEAD'],
    ] as const)
      test(`${method} answered ${status} ends without a body`, async () => {
        const provider = await provide({ status, framing: 'none' })
        const heard = await hear(upstream, request(provider.url, { method })).heard
        expect([heard.status, heard.body.length, heard.outcome]).toEqual([status, 0, 'end'])
      })

    test('the provider gets method, target, headers and body as they were given', async () => {
      const provider = await provide({ body: 'ok' })
      const headers = new Headers({ 'x-test': 'é', authorization: 'Bearer x', te: 'trailers' })
      headers.append('anthropic-beta', 'a')
      headers.append('anthropic-beta', 'b')
      const url = `${provider.url}/v1beta/models/m%2Fn:gen?alt=sse&q=a%20b`
      await hear(upstream, request(url, { method: 'POST', headers, body: Buffer.from('{"a":1}') }))
        .heard
      const got = await provider.request(0)
      expect([got.method, got.target]).toEqual(['POST', '/v1beta/models/m%2Fn:gen?alt=sse&q=a%20b'])
      expect(got.text()).toBe('{"a":1}')
      expect(got.header('host')).toBe(new URL(provider.url).host)
      expect(got.header('content-length')).toBe('7')
      expect(got.header('x-test')).toBe('é')
      expect(got.header('anthropic-beta')).toBe('a, b')
      expect(got.header('te')).toBeUndefined()
    })

    test('compressed answers and redirects are handed on untouched', async () => {
      const provider = await provide([
        { gzip: true, body: 'packed' },
        { status: 307, headers: { location: 'http://127.0.0.1:1/' }, framing: 'length', body: '' },
      ])
      const packed = await hear(upstream, request(provider.url)).heard
      expect(packed.headers.get('content-encoding')).toBe('gzip')
      expect(Buffer.from(Bun.gunzipSync(new Uint8Array(packed.body))).toString()).toBe('packed')
      const redirect = await hear(upstream, request(provider.url)).heard
      expect([redirect.status, redirect.outcome]).toEqual([307, 'end'])
      expect(redirect.headers.get('location')).toBe('http://127.0.0.1:1/')
      expect(provider.requests.length).toBe(2)
    })

    test('hop-by-hop answer headers are gone', async () => {
      const headers = { 'keep-alive': 'timeout=5', 'X-Kept': 'yes', 'proxy-authenticate': 'x' }
      const provider = await provide({ headers, body: 'ok' })
      const heard = await hear(upstream, request(provider.url)).heard
      expect(heard.headers.get('x-kept')).toBe('yes')
      expect(heard.headers.has('transfer-encoding')).toBe(false)
      expect(heard.headers.has('keep-alive')).toBe(false)
    })

    test('each event arrives when it is sent, not when the answer ends', async () => {
      const second = gate()
      const provider = await provide({ body: [...sse('1'), second.promise, ...sse('2')] })
      let seen = ''
      const { heard } = hear(upstream, request(provider.url), {
        onData: (bytes) => {
          seen += Buffer.from(bytes).toString()
        },
      })
      await until('the first event', () => seen === 'data: 1\n\n')
      second.open()
      expect((await heard).body.toString()).toBe('data: 1\n\ndata: 2\n\n')
    })

    for (const [how, answer] of Object.entries<Answer>({
      'a reset inside chunks': { body: ['a', BREAK] },
      'an end inside chunks': {
        raw: ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel'],
        close: true,
      },
      'a missing last chunk': {
        raw: ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
        close: true,
      },
      'a length that promised more': {
        raw: ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello'],
        close: true,
      },
      'a reset before the head': { raw: [BREAK] },
      'an end inside the head': { raw: ['HTTP/1.1 200 OK\r\ncontent-le'], close: true },
      'an end before the head': { raw: [], close: true },
    }))
      test(`${how} is a reset, never an end`, async () => {
        const provider = await provide(answer)
        const { call, heard } = hear(upstream, request(provider.url, { method: 'POST' }))
        expect((await heard).outcome).toBe('reset')
        expect(call.sent).toBe(true)
      })

    for (const [what, answer] of Object.entries(REFUSED))
      test(`${what} is no answer, and the next call is not harmed`, async () => {
        const provider = await provide([answer, { body: 'fine' }])
        const { outcome } = await hear(upstream, request(provider.url)).heard
        expect(['malformed', 'reset']).toContain(outcome)
        expect((await hear(upstream, request(provider.url)).heard).body.toString()).toBe('fine')
      })

    test('a provider that is not there is unreachable and nothing was sent', async () => {
      const provider = await startProvider({ body: 'x' })
      await provider.close()
      const { call, heard } = hear(upstream, request(provider.url))
      expect((await heard).outcome).toBe('unreachable')
      expect(call.sent).toBe(false)
    })

    test('a name that does not resolve is unreachable', async () => {
      const { heard } = hear(upstream, request('http://no-such-host.invalid/'))
      expect((await heard).outcome).toBe('unreachable')
    })

    test('abort closes the connection to the provider and nothing follows', async () => {
      for (const answer of [{ body: ['a', HANG] }, { raw: [HANG] }] as const) {
        const provider = await provide(answer)
        const told: string[] = []
        const { call } = hear(upstream, request(provider.url), {
          onEnd: () => void told.push('end'),
          onFault: (fault) => void told.push(fault),
        })
        const got = await provider.request(0)
        const before = performance.now()
        call.abort()
        await got.gone
        // Far sooner than any timeout could have closed it.
        expect(performance.now() - before).toBeLessThan(5_000)
        await until('the socket is closed', () => provider.open === 0)
        expect(told).toEqual([])
      }
    })

    test('abort from inside the head or the data ends the call there', async () => {
      const provider = await provide({ body: [...sse('1', '2'), HANG] })
      for (const at of ['onHead', 'onData'] as const) {
        const told: string[] = []
        const { call } = hear(upstream, request(provider.url), {
          onHead: () => {
            told.push('head')
            if (at === 'onHead') call.abort()
          },
          onData: () => {
            told.push('data')
            call.abort()
          },
          onEnd: () => void told.push('end'),
          onFault: (fault) => void told.push(fault),
        })
        await until('the connection is gone', () => told.length > 0 && provider.open === 0)
        expect(told).toEqual(at === 'onHead' ? ['head'] : ['head', 'data'])
      }
    })

    for (const [bound, fault, answer] of [
      ['firstByteMs', 'first_byte_timeout', { raw: [HANG] }],
      ['idleMs', 'idle_timeout', { body: ['a', HANG] }],
      ['callMs', 'call_timeout', { body: ['a', HANG] }],
    ] as const)
      test(`silence ends with ${fault}, not before its bound and soon after`, async () => {
        const provider = await provide(answer)
        const clock = manualClock()
        const bounded = {
          connectMs: 1e6,
          firstByteMs: 1e6,
          idleMs: 1e6,
          callMs: 1e7,
          [bound]: 9_000,
        }
        const own = upstreamOf(kind, { clock })
        let pieces = 0
        let outcome = ''
        const { heard } = hear(own, request(provider.url), { onData: () => void pieces++ }, bounded)
        heard.then((all) => {
          outcome = all.outcome
        })
        await provider.request(0)
        if ('body' in answer) await until('the first piece', () => pieces > 0)
        clock.advance(8_900)
        await Promise.resolve()
        expect(outcome).toBe('')
        clock.advance(300)
        expect((await heard).outcome).toBe(fault)
        await until('the socket is closed', () => provider.open === 0)
      })

    test('a slow drip within the idle bound is no silence', async () => {
      const drops = Array.from({ length: 5 }, () => gate())
      const clock = manualClock()
      const own = upstreamOf(kind, { clock })
      const provider = await provide({ body: drops.flatMap((drop) => ['x', drop.promise]) })
      let next = 0
      const { heard } = hear(
        own,
        request(provider.url),
        {
          onData() {
            clock.advance(800)
            drops[next++]?.open()
          },
        },
        { ...PATIENT, idleMs: 1_000 },
      )
      expect((await heard).body.toString()).toBe('xxxxx')
      expect(clock.monotonic()).toBe(4_000)
    })

    test('a call whose caller is slow is not ended for being idle', async () => {
      const clock = manualClock()
      const own = upstreamOf(kind, { clock })
      let pieces = 0
      const second = gate()
      const provider = await provide({ body: ['a', second.promise, 'b'] })
      const { call, heard } = hear(
        own,
        request(provider.url),
        {
          onData() {
            if (pieces++ === 0) call.pause()
          },
        },
        { ...PATIENT, idleMs: 1_000 },
      )
      await until('the first piece', () => pieces > 0)
      second.open()
      clock.advance(15_000)
      call.resume()
      const { outcome, body } = await heard
      expect([outcome, body.toString()]).toEqual(['end', 'ab'])
    })

    test('a slow caller stops the provider, keeps memory bounded and loses no byte', async () => {
      const piece = Buffer.alloc(1 << 20, 'x')
      const count = 64
      let produced = 0
      const provider = await provide({
        body: Array.from({ length: count }, () => [() => void produced++, piece]).flat(),
      })
      let received = 0
      const { call, heard } = hear(upstream, request(provider.url), {
        onData(bytes) {
          if (received === 0) call.pause()
          received += bytes.length
        },
      })
      await until('the provider is stuck', async () => {
        const before = produced
        await Bun.sleep(50)
        return received > 0 && produced === before
      })
      // What one read had already brought may still be told; the rest waits in the kernel's buffers.
      expect(received).toBeLessThan(2 << 20)
      expect(produced).toBeLessThan(count / 2)
      call.resume()
      const { body, outcome } = await heard
      expect([body.length, outcome]).toEqual([count * piece.length, 'end'])
    })

    for (const known of [true, false])
      test(`64 MB stream up ${known ? 'with a length' : 'in chunks'} and down again`, async () => {
        const total = 64 << 20
        const big = Buffer.alloc(total, 'down')
        const provider = await provide({ framing: 'length', body: big })
        const piece = new Uint8Array(1 << 20).fill(117)
        let left = 64
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (left-- > 0) controller.enqueue(piece)
            else controller.close()
          },
        })
        const sent = request(provider.url, {
          method: 'POST',
          body,
          ...(known ? { contentLength: total } : {}),
        })
        const { outcome, body: down } = await hear(upstream, sent).heard
        expect(outcome).toBe('end')
        expect(Buffer.compare(down, big)).toBe(0)
        const got = await provider.request(0)
        expect(got.body.length).toBe(total)
        expect(got.header('content-length')).toBe(known ? String(total) : undefined)
        expect(got.header('transfer-encoding')).toBe(known ? undefined : 'chunked')
      })

    test('500 calls at once all get their own answer', async () => {
      const provider = await provide((got) => ({ body: [...sse(got.path), ...sse('end')] }))
      const calls = Array.from({ length: 500 }, (_, index) =>
        hear(upstream, request(`${provider.url}/${index}`)).heard.then(({ body, outcome }) => {
          expect(outcome).toBe('end')
          expect(body.toString()).toBe(`data: /${index}\n\ndata: end\n\n`)
        }),
      )
      await Promise.all(calls)
    })

    test('one call after another shares one connection', async () => {
      const provider = await provide({ body: 'ok' })
      for (let turn = 0; turn < 5; turn++) await hear(upstream, request(provider.url)).heard
      expect(provider.connections).toBe(1)
    })

    test('a sink that throws loses its own call only', async () => {
      const provider = await provide({ body: ['a', HANG] })
      logged.length = 0
      hear(upstream, request(provider.url), {
        onData() {
          throw new Error('inside the relay')
        },
      })
      await until('the connection is closed', () => logged.length > 0 && provider.open === 0)
      expect(logged).toContain('upstream_sink_threw')
    })
  })
