import { afterEach, expect, test } from 'bun:test'
import { BREAK, gate, HANG, type Provider, sse, startProvider } from './scripted-provider.ts'

const started: Provider[] = []
afterEach(async () => {
  for (const provider of started.splice(0)) await provider.close()
})
async function provide(...args: Parameters<typeof startProvider>): Promise<Provider> {
  const provider = await startProvider(...args)
  started.push(provider)
  return provider
}

test('a request is recorded with its raw headers, target and body', async () => {
  const provider = await provide({ body: 'ok' })
  const answer = await fetch(`${provider.url}/v1/a%20b?x=1&y=%2F`, {
    method: 'POST',
    headers: { 'X-Test': 'Yes' },
    body: '{"a":1}',
  })
  expect(await answer.text()).toBe('ok')
  const [request] = provider.requests
  expect(request?.method).toBe('POST')
  expect(request?.path).toBe('/v1/a%20b')
  expect(request?.query).toBe('x=1&y=%2F')
  expect(request?.header('x-test')).toBe('Yes')
  expect(request?.json()).toEqual({ a: 1 })
})

test('a chunked request body is recorded without its framing', async () => {
  const provider = await provide({ body: 'ok' })
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('one '))
      controller.enqueue(new TextEncoder().encode('two'))
      controller.close()
    },
  })
  await (await fetch(provider.url, { method: 'POST', body })).text()
  expect(provider.requests[0]?.text()).toBe('one two')
})

test('a gate holds the next piece back until the test opens it', async () => {
  const held = gate()
  const provider = await provide({ body: [...sse('first'), held.promise, ...sse('second')] })
  const answer = await fetch(provider.url)
  const reader = answer.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: first\n\n')
  held.open()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: second\n\n')
})

test('a broken answer is broken for the caller, a lie about the length too', async () => {
  const provider = await provide([
    { body: ['a', BREAK] },
    { framing: 'length', headers: { 'content-length': '9' }, body: 'short', close: true },
  ])
  expect(fetch(provider.url).then((answer) => answer.text())).rejects.toThrow()
  await provider.request(0)
  expect(fetch(provider.url).then((answer) => answer.text())).rejects.toThrow()
  await provider.request(1)
})

test('answers go out in order, the last one repeats, gzip says so', async () => {
  const provider = await provide([{ status: 429 }, { gzip: true, body: 'packed' }])
  expect((await fetch(provider.url)).status).toBe(429)
  for (let turn = 0; turn < 2; turn++) {
    const answer = await fetch(provider.url)
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toBe('packed')
  }
  expect(provider.requests.length).toBe(3)
})

test('a hanging answer shows when the caller leaves', async () => {
  const provider = await provide({ body: ['a', HANG] })
  const leave = new AbortController()
  const answer = await fetch(provider.url, { signal: leave.signal })
  expect(answer.status).toBe(200)
  leave.abort()
  await (await provider.request(0)).gone
  expect(provider.open).toBe(0)
})

test('raw bytes are sent as they are', async () => {
  const provider = await provide({ raw: ['HTTP/1.1 299 Odd\r\ncontent-', 'length: 2\r\n\r\nhi'] })
  const answer = await fetch(provider.url)
  expect(answer.status).toBe(299)
  expect(await answer.text()).toBe('hi')
})
