import { afterEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { gate, type Script } from '../support/scripted-provider.ts'
import { until } from '../support/world.ts'
import { CALLER_KEY, openGateway } from './harness.ts'

type Gateway = Awaited<ReturnType<typeof openGateway>>
const opened: Gateway[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})
async function gatewayBefore(...args: Parameters<typeof openGateway>): Promise<Gateway> {
  const gateway = await openGateway(...args)
  opened.push(gateway)
  return gateway
}
const headers = { authorization: `Bearer ${CALLER_KEY}` }
const JSON_ANSWER: Script = { headers: { 'content-type': 'application/json' }, body: '{"ok":true}' }

describe('a route the gateway does not read', () => {
  test('passes any method, content type and bytes both ways untouched', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(200_000))
    const gateway = await gatewayBefore({
      headers: { 'content-type': 'audio/mpeg', 'content-encoding': 'gzip' },
      body: bytes,
    })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(`${gateway.url}/openai/v1/audio/speech?a=1&b=%2C`, {
        method,
        headers: { ...headers, 'content-type': 'application/x-odd', 'content-encoding': 'zstd' },
        body: bytes,
        decompress: false,
      } as RequestInit)
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
      expect(response.headers.get('content-encoding')).toBe('gzip')
      const sent = gateway.provider.requests.at(-1)
      expect(sent?.method).toBe(method)
      expect(sent?.target).toBe('/v1/audio/speech?a=1&b=%2C')
      expect(sent?.header('content-encoding')).toBe('zstd')
      expect(new Uint8Array(sent?.body ?? [])).toEqual(bytes)
    }
  })

  test('multipart keeps its boundary and parts', async () => {
    const gateway = await gatewayBefore(JSON_ANSWER)
    const form = new FormData()
    form.set('purpose', 'batch')
    form.set('file', new Blob(['a\nb'], { type: 'text/plain' }), 'ü.jsonl')
    await fetch(`${gateway.url}/openai/v1/files`, { method: 'POST', headers, body: form })
    const sent = gateway.provider.requests[0]
    const parsed = await new Response(new Uint8Array(sent?.body ?? []), {
      headers: { 'content-type': sent?.header('content-type') ?? '' },
    }).formData()
    expect(parsed.get('purpose')).toBe('batch')
    expect(await (parsed.get('file') as File).text()).toBe('a\nb')
  })

  test('an upload streams: the provider has its beginning before the caller sends its end', async () => {
    const rest = gate()
    const gateway = await gatewayBefore(JSON_ANSWER, {})
    const first = Promise.withResolvers<void>()
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(new Uint8Array(100_000))
        first.resolve()
        await rest.promise
        controller.enqueue(new Uint8Array(10))
        controller.close()
      },
    })
    const answer = fetch(`${gateway.url}/openai/v1/files`, { method: 'POST', headers, body })
    await first.promise
    // The provider's connection stands although the body is not whole: nothing waits for its end.
    await until('its connection', () => gateway.provider.connections > 0)
    rest.open()
    expect((await answer).status).toBe(200)
    expect(gateway.provider.requests[0]?.body.byteLength).toBe(100_010)
  })

  test('a provider that does not read holds the caller back: what waits is bounded', async () => {
    const read = gate()
    const piece = crypto.getRandomValues(new Uint8Array(1024 * 1024))
    const size = 192 * piece.length
    const wanted = createHash('sha256')
    const got = createHash('sha256')
    const sink = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      maxRequestBodySize: size * 2,
      async fetch(request) {
        await read.promise
        if (request.body) for await (const bytes of request.body) got.update(bytes)
        return Response.json({ ok: true })
      },
    })
    const origin = new URL(`http://127.0.0.1:${sink.port}`)
    const origins = { openai: origin, anthropic: origin, gemini: origin }
    const gateway = await gatewayBefore(JSON_ANSWER, { origins })
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(piece.slice())
        wanted.update(piece)
        sent += piece.length
        if (sent >= size) controller.close()
      },
    })
    const answer = fetch(`${gateway.url}/openai/v1/files`, { method: 'POST', headers, body })
    // The caller is held back once what the sockets between take is full.
    let seen = -1
    await until('the caller to be held back', async () => {
      const still = sent === seen && sent > 0
      seen = sent
      await Bun.sleep(100)
      return still
    })
    expect(sent).toBeLessThan(size / 2)
    read.open()
    expect((await answer).status).toBe(200)
    expect(got.digest('hex')).toBe(wanted.digest('hex'))
    await sink.stop(true)
  }, 120_000)

  test('HEAD and conditional requests keep their meaning', async () => {
    const gateway = await gatewayBefore({ status: 304, headers: { etag: '"a"' }, framing: 'none' })
    const response = await fetch(`${gateway.url}/openai/v1/files/f`, {
      headers: { ...headers, 'if-none-match': '"a"' },
    })
    expect(response.status).toBe(304)
    expect(gateway.provider.requests[0]?.header('if-none-match')).toBe('"a"')
    gateway.provider.script({ status: 200, framing: 'none' })
    expect(
      (await fetch(`${gateway.url}/openai/v1/files/f`, { method: 'HEAD', headers })).status,
    ).toBe(200)
  })

  test('only allow-listed request headers reach the provider', async () => {
    const gateway = await gatewayBefore(JSON_ANSWER)
    const sent = {
      ...headers,
      'openai-organization': 'org-1',
      'anthropic-beta': 'x-1',
      'x-stainless-lang': 'js',
      'x-claude-code-session-id': 's1',
      'x-goog-user-project': 'p1',
      'x-gateway-customer-id': 'c1',
      'x-tenant-id': '01890000-0000-7000-8000-000000000003',
      'x-forwarded-for': '1.2.3.4',
      cookie: 'a=b',
      'x-evil': '1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }
    await fetch(`${gateway.url}/openai/v1/models`, { headers: sent })
    const names = gateway.provider.requests[0]?.headers.map(([name]) => name.toLowerCase()) ?? []
    for (const name of [
      'openai-organization',
      'anthropic-beta',
      'x-stainless-lang',
      'x-claude-code-session-id',
      'x-goog-user-project',
    ])
      expect(names).toContain(name)
    for (const name of [
      'x-gateway-customer-id',
      'x-tenant-id',
      'x-forwarded-for',
      'cookie',
      'x-evil',
      'traceparent',
    ])
      expect(names).not.toContain(name)
  })
})

describe('absolute URLs in answers', () => {
  test("a batch's results_url comes back through the gateway, every other byte as it came", async () => {
    const gateway = await gatewayBefore(JSON_ANSWER)
    const answer = (url: string) =>
      `{ "id":"b", "n":1.0, "results_url":"${url}", "file_uri":"${gateway.provider.url}/x" }`
    const theirs = `${gateway.provider.url}/v1/messages/batches/b/results`
    gateway.provider.script({
      headers: { 'content-type': 'application/json' },
      body: answer(theirs),
    })
    const response = await fetch(`${gateway.url}/anthropic/v1/messages/batches/b`, { headers })
    expect(await response.text()).toBe(
      answer(`${gateway.url}/anthropic/v1/messages/batches/b/results`),
    )
    gateway.provider.script({
      headers: { 'content-type': 'application/x-jsonl' },
      body: '{"a":1}\n',
    })
    const results = await fetch(`${gateway.url}/anthropic/v1/messages/batches/b/results`, {
      headers,
    })
    expect(await results.text()).toBe('{"a":1}\n')
  })

  test("a resumable upload's address comes back through the gateway", async () => {
    const gateway = await gatewayBefore(JSON_ANSWER)
    const theirs = `${gateway.provider.url}/upload/v1beta/files?upload_id=u`
    gateway.provider.script({
      headers: { 'x-goog-upload-url': theirs, 'content-type': 'application/json' },
      body: '{}',
    })
    const start = await fetch(`${gateway.url}/gemini/upload/v1beta/files`, {
      method: 'POST',
      headers,
      body: '{}',
    })
    const address = start.headers.get('x-goog-upload-url') ?? ''
    expect(address).toBe(`${gateway.url}/gemini/upload/v1beta/files?upload_id=u`)
    await fetch(address, { method: 'POST', headers, body: new Uint8Array(5) })
    expect(gateway.provider.requests.at(-1)?.target).toBe('/upload/v1beta/files?upload_id=u')
  })
})
