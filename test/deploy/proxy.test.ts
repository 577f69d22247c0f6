import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { LIMITS } from '../../src/base/limits.ts'
import { freePort } from '../../src/embedded/port.ts'
import { until } from '../support/world.ts'
import { makeCertificates } from '../upstream/certificates.ts'
import { check, programOf } from './check.ts'

const PROXY = join(import.meta.dir, '../../deploy/proxy')
const read = (path: string): string => readFileSync(join(PROXY, path), 'utf8')
const nginx = programOf('nginx')
const certificates = makeCertificates()
const port = freePort('127.0.0.1')
let dir: string
let upstream: Bun.Server<undefined>
let release = (): void => {}
let running: Bun.Subprocess | undefined

/** Says one event, waits until it is told to go on, says another; echoes on WebSockets. */
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-proxy-'))
  upstream = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request, server) {
      if (server.upgrade(request, { data: undefined })) return undefined
      const { host } = new URL(request.url)
      const forwarded = request.headers.get('x-forwarded-for')
      const go = new Promise<void>((resolve) => {
        release = resolve
      })
      const lines = new ReadableStream<string>({
        async start(out) {
          out.enqueue(`data: ${JSON.stringify({ host, forwarded })}\n\n`)
          await go
          out.enqueue('data: second\n\n')
          out.close()
        },
      })
      const body = lines.pipeThrough(new TextEncoderStream())
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
    websocket: { message: (socket, text) => void socket.send(text) },
  })
  writeFileSync(join(dir, 'gateway.key'), certificates.key)
  writeFileSync(join(dir, 'gateway.crt'), certificates.cert)
  const site = read('nginx.conf')
    .replaceAll('/etc/nginx/tls/', `${dir}/`)
    .replaceAll('/var/log/nginx/', `${dir}/`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('server 127.0.0.1:8787', `server 127.0.0.1:${upstream.port}`)
  writeFileSync(join(dir, 'site.conf'), site)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((each) => `${each}_temp_path ${dir}/${each};`)
    .join(' ')
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log; events {} http { ${paths} include ${dir}/site.conf; }`,
  )
  if (nginx === undefined) return
  running = Bun.spawn([nginx, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')], {
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  await until('nginx listens', () => canConnect())
})
afterAll(async () => {
  running?.kill('SIGTERM')
  await running?.exited
  await upstream.stop(true)
  rmSync(dir, { recursive: true })
})

async function canConnect(): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })
    socket.end()
    return true
  } catch {
    return false
  }
}

test('nginx finds nothing wrong with its file', () => {
  const judged = check('nginx', ['-t', '-c', join(dir, 'nginx.conf')], dir)
  expect(judged?.told ?? 'test is successful').toContain('test is successful')
})

test('through nginx an event leaves before the next one is made, and a key in a query is on no disk', async () => {
  if (nginx === undefined) return
  const answer = await fetch(
    `https://127.0.0.1:${port}/openai/v1/chat/completions?key=made-up-key`,
    {
      method: 'POST',
      body: 'x'.repeat(100_000),
      headers: { 'x-forwarded-for': '1.2.3.4' },
      tls: { ca: certificates.ca },
    },
  )
  const reader = answer.body?.getReader()
  const next = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value)
  // The second event is made only after the first one was read here.
  const first = await next()
  expect(first).toContain('"forwarded":null')
  expect(first).toContain('"host":"127.0.0.1"')
  release()
  expect(await next()).toContain('second')
  await reader?.cancel()
  const log = await until('the log line', () => readFileSync(join(dir, 'sluice.log'), 'utf8'))
  expect(log).toContain('/openai/v1/chat/completions')
  expect(log).not.toContain('made-up-key')
})

test('through nginx a WebSocket opens and speaks', async () => {
  if (nginx === undefined) return
  // The DOM's types know no second argument with an authority; Bun does.
  const socket: WebSocket = Reflect.construct(WebSocket, [
    `wss://127.0.0.1:${port}/openai/v1/realtime`,
    { tls: { ca: certificates.ca } },
  ])
  const said = await new Promise((resolve, reject) => {
    socket.onopen = () => socket.send('hello')
    socket.onmessage = ({ data }) => resolve(data)
    socket.onerror = reject
  })
  socket.close()
  expect(said).toBe('hello')
})

test('every proxy holds to the table of the README, and outlasts the longest thought', () => {
  const [, , ...rows] = read('README.md')
    .split('\n')
    .filter((each) => each.startsWith('|'))
  expect(rows.length).toBeGreaterThan(7)
  for (const [column, file] of [
    [2, 'nginx.conf'],
    [3, 'haproxy.cfg'],
    [4, 'envoy.yaml'],
  ] as const) {
    const text = read(file)
    for (const row of rows)
      for (const [, quoted = ''] of (row.split('|')[column] ?? '').matchAll(/`([^`]+)`/g))
        if (!quoted.startsWith('$request') && quoted !== '%r' && quoted !== 'ADMIN_PORT')
          expect([file, quoted, text.includes(quoted)]).toEqual([file, quoted, true])
  }
  const first = LIMITS.upstreamFirstByteMs / 1000
  const envoy = parse(read('envoy.yaml'))
  const [manager] = envoy.static_resources.listeners[0].filter_chains[0].filters
  expect(Number.parseInt(manager.typed_config.stream_idle_timeout, 10)).toBeGreaterThan(first)
  for (const [file, name] of [
    ['nginx.conf', 'proxy_read_timeout'],
    ['haproxy.cfg', 'timeout server'],
  ] as const)
    expect(Number(new RegExp(`${name} +(\\d+)s`).exec(read(file))?.[1])).toBeGreaterThan(first)
})
