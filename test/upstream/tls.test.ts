import { afterAll, describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { HANG, type Provider, sse, startProvider } from '../support/scripted-provider.ts'
import { manualClock, until } from '../support/world.ts'
import { hear, KINDS, PATIENT, request, upstreamOf } from './call.ts'
import { makeCertificates } from './certificates.ts'

const certificates = makeCertificates()
const { ca } = certificates
const providers: Provider[] = []
async function provide(...args: Parameters<typeof startProvider>): Promise<Provider> {
  const provider = await startProvider(...args)
  providers.push(provider)
  return provider
}
afterAll(async () => {
  for (const provider of providers) await provider.close()
})

for (const kind of KINDS)
  describe(`over ${kind}`, () => {
    test('a provider with a trusted certificate is spoken to', async () => {
      const provider = await provide({ body: sse('one', 'two') }, { tls: certificates })
      const upstream = upstreamOf(kind, { ca })
      const body = Buffer.alloc(300_000, 'b')
      for (const host of ['127.0.0.1', 'localhost']) {
        const url = `https://${host}:${provider.port}/v1`
        const heard = await hear(upstream, request(url, { method: 'POST', body })).heard
        expect(heard.outcome).toBe('end')
        expect(heard.body.toString()).toBe('data: one\n\ndata: two\n\n')
      }
      expect(provider.requests.map((got) => got.body.length)).toEqual([300_000, 300_000])
      upstream.close()
    })

    test('an authority nobody trusts gets no byte of the request', async () => {
      const provider = await provide({ body: 'x' }, { tls: certificates })
      const { call, heard } = hear(upstreamOf(kind), request(provider.url, { method: 'POST' }))
      expect((await heard).outcome).toBe('unreachable')
      expect(call.sent).toBe(false)
      expect(provider.requests.length).toBe(0)
    })

    test('a certificate for another name gets no byte of the request', async () => {
      const provider = await provide({ body: 'x' }, { tls: certificates.elsewhere })
      const { call, heard } = hear(upstreamOf(kind, { ca }), request(provider.url))
      expect((await heard).outcome).toBe('unreachable')
      expect(call.sent).toBe(false)
      expect(provider.requests.length).toBe(0)
    })

    test('an answer cut short inside TLS is a reset', async () => {
      const provider = await provide(
        { framing: 'length', headers: { 'content-length': '9' }, body: 'short', close: true },
        { tls: certificates },
      )
      const { heard } = hear(upstreamOf(kind, { ca }), request(provider.url))
      expect((await heard).outcome).toBe('reset')
    })
  })

test('calls one after another share one TLS connection', async () => {
  const provider = await provide({ body: 'ok' }, { tls: certificates })
  const upstream = upstreamOf('socket', { ca })
  for (let turn = 0; turn < 5; turn++) await hear(upstream, request(provider.url)).heard
  expect(provider.connections).toBe(1)
  upstream.close()
  await until('the idle connection is closed', () => provider.open === 0)
})

test('a slow caller stops a TLS provider and gets everything after', async () => {
  const body = Buffer.alloc(24 << 20, 'tls')
  const provider = await provide({ framing: 'length', body }, { tls: certificates })
  let first = true
  const { call, heard } = hear(upstreamOf('socket', { ca }), request(provider.url), {
    onData() {
      if (first) {
        call.pause()
        queueMicrotask(() => call.resume())
      }
      first = false
    },
  })
  expect(Buffer.compare((await heard).body, body)).toBe(0)
})

test('abort in the middle of a TLS answer closes the connection', async () => {
  const provider = await provide({ body: ['a', HANG] }, { tls: certificates })
  const upstream = upstreamOf('socket', { ca })
  const { call } = hear(upstream, request(provider.url), { onData: () => call.abort() })
  await (await provider.request(0)).gone
})

test('a handshake that never comes ends at the connect deadline with nothing sent', async () => {
  let accepted = 0
  const mute = createServer(() => void accepted++)
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const address = mute.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const clock = manualClock()
  const upstream = upstreamOf('socket', { clock, ca })
  const timeouts = { ...PATIENT, connectMs: 5_000 }
  const { call, heard } = hear(upstream, request(`https://127.0.0.1:${port}/`), {}, timeouts)
  await until('the connection is accepted', () => accepted === 1)
  clock.advance(5_200)
  expect((await heard).outcome).toBe('connect_timeout')
  expect(call.sent).toBe(false)
  mute.close()
})
