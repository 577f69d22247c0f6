import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { newId } from '../../src/base/id.ts'
import { testServer } from '../support/postgres.ts'
import { BREAK, sse } from '../support/scripted-provider.ts'
import { type Service, startService } from '../support/service.ts'
import { testWorld, until } from '../support/world.ts'

/** What must be seen nowhere but in the request to the provider. The last four characters may be shown. */
const MARKER = Buffer.from(testWorld().dice.bytes(24)).toString('hex')
const KEY = `sk-canary-${MARKER}-wxyz`
/** As it could stand in an encoded form, wherever the marker begins within a group of three bytes. */
const FORMS = [
  MARKER,
  MARKER.toUpperCase(),
  Buffer.from(MARKER).toString('hex'),
  ...[0, 1, 2].map((shift) =>
    Buffer.from(`${'x'.repeat(shift)}${MARKER}`)
      .toString('base64')
      .slice(4, -4),
  ),
  [...MARKER].reverse().join(''),
].map((each) => Buffer.from(each))

let service: Service
const lines: string[] = []
/** Every byte that came out, by where. */
const seen: [string, Uint8Array | string][] = []

beforeAll(async () => {
  const note = (event: string, fields?: object) => {
    lines.push(`${event} ${JSON.stringify(fields)} ${inspect(fields, { depth: 9 })}`)
  }
  service = await startService(
    { status: 200 },
    {
      log: { info: note, warn: note, error: note },
      env: { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: KEY },
    },
  )
})
afterAll(() => service.close())

function leaks(bytes: Uint8Array | string): boolean {
  const text = Buffer.from(bytes as Uint8Array)
  return FORMS.some((form) => text.includes(form))
}

async function ask(
  what: string,
  path: string,
  init: { method?: string; key?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<number> {
  const { key = service.first.adminKey, body, method = 'GET', headers = {} } = init
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  try {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { 'x-api-key': key, authorization: `Bearer ${key}`, ...type, ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
    })
    seen.push([`${what}: headers`, JSON.stringify([...response.headers])])
    const reader = response.body?.getReader()
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done) break
      seen.push([what, part.value])
    }
    return response.status
  } catch (cause) {
    // The caller is shown how its connection ended.
    seen.push([`${what}: ended`, inspect(cause)])
    return 0
  }
}

const chat = (stream: boolean) =>
  JSON.stringify({
    model: 'gpt-4o-mini',
    stream,
    max_tokens: 10,
    messages: [{ role: 'user', content: 'ping' }],
  })
const CHUNK = JSON.stringify({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, delta: { content: 'pong' }, finish_reason: null }],
})
const WHOLE = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'pong' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})
const JSON_TYPE = { 'content-type': 'application/json' }
const STREAM_TYPE = { 'content-type': 'text/event-stream' }

test('a provider key is seen by the provider and by nothing and nobody else', async () => {
  await secretsAreSet()
  await callsAreMade()
  // What waits for the exporter, before it is taken.
  scanFolder('data directory while it runs', service.dataDir)
  await until('the traces', async () => {
    const [row] = await service.database.sql<{ runs: number; open: number }[]>`
      select (select count(*)::int from runs) as runs,
             (select count(*)::int from exchanges where ended_at is null) as open`
    return row !== undefined && row.runs >= 8 && row.open === 0
  })
  await everythingIsRead()
  scanFolder('data directory', service.dataDir)
  seen.push(['log lines', lines.join('\n')])
  await tablesAsBytes()
  await scanTheServersFiles()

  expect(seen.length).toBeGreaterThan(100)
  expect(seen.filter(([, bytes]) => leaks(bytes)).map(([what]) => what)).toEqual([])
  // It was really used: the provider saw it in every call that reached it.
  const shown = service.provider.requests.map(({ headers }) => JSON.stringify(headers))
  expect(shown.length).toBeGreaterThan(7)
  expect(shown.filter((each) => each.includes(KEY)).length).toBe(shown.length)
}, 120_000)

test('the search would find it: in each form, and in the raw files of the database', async () => {
  for (const form of FORMS) expect(leaks(`before ${form.toString()} after`)).toBe(true)
  const { sql } = service.database
  await sql`create table planted (id int, plain text, raw bytea)`
  await sql`insert into planted values (1, ${KEY}, null), (2, null, ${Buffer.from(KEY)})`
  seen.length = 0
  await tablesAsBytes()
  await scanTheServersFiles()
  const found = seen.filter(([, bytes]) => leaks(bytes)).map(([what]) => what)
  expect(found).toContain('table planted')
  if (await serversFolder())
    expect(found.some((each) => each.startsWith('file of the database'))).toBe(true)
})

/** Set rightly by the API, and wrongly in every way that might quote it back. */
async function secretsAreSet(): Promise<void> {
  const path = '/api/v1/workspaces/current/secrets'
  const names = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_API_KEY']
  const right = JSON.stringify(names.map((key) => ({ key, value: KEY })))
  const named = { 'idempotency-key': 'canary' }
  const post = (what: string, body: string, headers = {}) =>
    ask(what, path, { method: 'POST', body, headers })
  expect(await post('set', right, named)).toBe(200)
  expect(await post('set, repeated', right, named)).toBe(200)
  const wrong = [
    JSON.stringify([{ key: 'bad name', value: KEY }]),
    JSON.stringify([{ key: KEY, value: 'x' }]),
    JSON.stringify([{ key: 'OPENAI_API_KEY', value: `${KEY}\n${KEY}` }]),
    JSON.stringify({ key: 'OPENAI_API_KEY', value: KEY }),
    `[{"key":"OPENAI_API_KEY","value":"${KEY}"`,
    `[{"key":"OPENAI_API_KEY","value":"${KEY}\\u0000"}]`,
  ]
  for (const [index, body] of wrong.entries())
    expect(await post(`wrong ${index}`, body)).toBeGreaterThanOrEqual(400)
  expect(await ask('one secret', `${path}/OPENAI_API_KEY`)).toBe(404)
}

async function callsAreMade(): Promise<void> {
  const { provider } = service
  const key = service.first.gatewayKey
  const call = (what: string, body: string, path = '/openai/v1/chat/completions') =>
    ask(what, path, { method: 'POST', key, body })
  provider.script({ headers: JSON_TYPE, body: WHOLE })
  expect(await call('whole answer', chat(false))).toBe(200)
  provider.script({ headers: STREAM_TYPE, body: [...sse(CHUNK, '[DONE]')] })
  expect(await call('stream', chat(true))).toBe(200)
  provider.script({ headers: STREAM_TYPE, body: [...sse(CHUNK), BREAK] })
  await call('stream that breaks', chat(true))
  provider.script({ raw: [BREAK] })
  expect(await call('reset before an answer', chat(false))).toBe(502)
  provider.script({ status: 401, headers: JSON_TYPE, body: '{"error":{"message":"bad key"}}' })
  expect(await call('refused by the provider', chat(false))).toBe(401)
  provider.script({ status: 500, headers: JSON_TYPE, body: '{' })
  expect(await call('provider in trouble', chat(false))).toBe(500)
  provider.script({ status: 302, headers: { location: 'https://elsewhere.example.com' } })
  expect(await call('redirected', chat(false))).toBe(502)
  provider.script({ raw: ['nonsense\r\n\r\n'] })
  await call('no HTTP', chat(false))
  expect(await call('not JSON', '{')).toBe(400)
  provider.script({ headers: JSON_TYPE, body: '{}' })
  await call(
    'Anthropic',
    '{"model":"claude-x","max_tokens":1,"messages":[]}',
    '/anthropic/v1/messages',
  )
  await call('Gemini', '{"contents":[]}', '/gemini/v1beta/models/gemini-x:generateContent')
  await ask('models', '/openai/v1/models', { key })
  await leaveEarly(key)
}

/** A caller that hangs up in the middle of an answer. */
async function leaveEarly(key: string): Promise<void> {
  service.provider.script({ headers: STREAM_TYPE, body: [...sse(CHUNK), new Promise(() => {})] })
  const gone = new AbortController()
  const response = await fetch(`${service.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: chat(true),
    signal: gone.signal,
  })
  await response.body?.getReader().read()
  gone.abort()
}

/** Every GET of the OpenAPI document with real ids where there are some, and every page that needs no key. */
async function everythingIsRead(): Promise<void> {
  const document = await (await fetch(`${service.url}/swagger/json`)).text()
  seen.push(['OpenAPI document', document])
  const { paths }: { paths: Record<string, Record<string, unknown>> } = JSON.parse(document)
  const [run] = await service.database.sql<{ id: string }[]>`select id from runs limit 1`
  const ids = [run?.id ?? '', service.first.workspaceId, newId(testWorld())]
  for (const path of Object.keys(paths))
    for (const id of path.includes('{id}') ? ids : [''])
      await ask(`GET ${path}`, path.replace('{id}', id))
  const query = JSON.stringify({ limit: 100 })
  expect(await ask('runs', '/api/v1/runs/query', { method: 'POST', body: query })).toBe(200)
  for (const path of ['/metrics', '/readyz', '/version', '/health', '/', '/console', '/swagger'])
    await ask(path, path, { headers: { accept: 'text/html' } })
}

function scanFolder(what: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      try {
        seen.push([`${what}: ${path.slice(folder.length)}`, readFileSync(path)])
      } catch {
        // A spool file that was taken meanwhile.
      }
    }
}

/** Every table as the server would hand it to a back-up, in its binary form. */
async function tablesAsBytes(): Promise<void> {
  const { sql } = service.database
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`
  expect(tables.length).toBeGreaterThan(20)
  for (const { name } of tables) {
    const rows = await sql
      .unsafe(`copy (select * from ${name}) to stdout (format binary)`)
      .readable()
    const parts: Buffer[] = []
    for await (const part of rows) parts.push(part)
    seen.push([`table ${name.replace(/^public\./, '')}`, Buffer.concat(parts)])
  }
}

/** Where the server keeps its files, when it is one of ours and this machine tells. */
async function serversFolder(): Promise<string | undefined> {
  const { server } = await testServer()
  const link = `/proc/${server?.pid}/cwd`
  return existsSync(link) ? readlinkSync(link) : undefined
}

/** The server's own files: heap, indexes, write-ahead log, statistics, its log. */
async function scanTheServersFiles(): Promise<void> {
  const folder = await serversFolder()
  if (folder === undefined) return
  await service.database.sql`checkpoint`
  let files = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || statSync(path, { throwIfNoEntry: false }) === undefined) continue
    files++
    if (leaks(readFileSync(path))) seen.push([`file of the database ${path}`, MARKER])
  }
  expect(files).toBeGreaterThan(500)
}
