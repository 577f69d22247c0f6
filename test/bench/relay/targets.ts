import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { numberMember, textMember } from '../../../src/base/json.ts'
import { benchServer } from '../reserve/server.ts'
import { pin, pinned, startProgram } from './machine.ts'
import type { Target } from './protocol.ts'

/** Something between load and fake provider, running. */
export interface Running extends Target {
  readonly name: string
  /** Whose process tree is the cost; undefined for the direct way. */
  readonly pid: number | undefined
  stop(): Promise<void>
}

/** Starts a target in front of `origin`; undefined when this machine does not have it. */
export type Starter = (origin: URL) => Promise<Running | undefined>

const ROOT = join(import.meta.dir, '../../..')
const PATH = '/v1/chat/completions'

/** Every target by name, the baseline first. */
export const TARGETS: Readonly<Record<string, Starter>> = {
  direct: async (origin) => ({
    ...at(Number(origin.port)),
    name: 'direct',
    pid: undefined,
    stop: async () => {},
  }),
  'pass-through': (origin) => program('pass-through', 'pass-through.ts', origin),
  dialler: (origin) => program('dialler', 'dialler.ts', origin),
  // The least that a durable row before forwarding can cost: the dialler, and one insert into a table of PostgreSQL.
  'row first': rowFirst,
  sluice: (origin) => sluice(origin, 'sluice', `/openai${PATH}`),
  // A path that the gateway does not read: sockets, key, row and trace of a call without its dialect.
  unread: (origin) => sluice(origin, 'unread', '/openai/v1/bench'),
  nginx,
}

function at(port: number): Target {
  return { hostname: '127.0.0.1', port, path: PATH, key: 'none' }
}

async function program(
  name: string,
  file: string,
  origin: URL,
  ...args: readonly string[]
): Promise<Running> {
  const started = await startProgram(
    [process.execPath, join(import.meta.dir, file), origin.origin, ...args],
    'target',
  )
  return { ...at(started.port), name, pid: started.pid, stop: started.stop }
}

async function rowFirst(origin: URL): Promise<Running> {
  const server = await benchServer()
  pin(server.pid, 'others')
  const started = await program('row first', 'dialler.ts', origin, server.url).catch(
    async (cause) => {
      await server.stop()
      throw cause
    },
  )
  return {
    ...started,
    async stop() {
      await started.stop()
      await server.stop()
    },
  }
}

/** The product as it ships: everything `npm start` starts, the one gateway worker alone on the target's core. */
async function sluice(origin: URL, name: string, path: string): Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const command = [process.execPath, join(ROOT, 'src/cli.ts'), 'up', '--json']
  const child = Bun.spawn(pinned(command, 'others'), {
    cwd: ROOT,
    stdout: 'pipe',
    stderr: 'pipe',
    env: {
      ...process.env,
      SLUICE_DATA_DIR: dataDir,
      PORT: '0',
      SLUICE_WORKERS: '1',
      SLUICE_ALLOW_PRIVATE_UPSTREAMS: '1',
      OPENAI_UPSTREAM_URL: origin.origin,
      OPENAI_API_KEY: `sk-${'bench'.repeat(8)}`,
    },
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await child.exited
    rmSync(dataDir, { recursive: true, force: true })
  }
  let text = ''
  for await (const piece of child.stdout) {
    text += new TextDecoder().decode(piece)
    if (!text.includes('\n')) continue
    const ready: unknown = JSON.parse(text)
    const url = new URL(textMember(ready, 'url') ?? '')
    const pid = gatewayPid(ready)
    pin(pid, 'target')
    return {
      name,
      hostname: url.hostname,
      port: Number(url.port),
      path,
      key: textMember(ready, 'gateway_key') ?? '',
      pid,
      stop,
    }
  }
  const why = await new Response(child.stderr).text()
  await stop()
  throw new Error(`sluice did not start: ${why.trim().split('\n').at(-1)}`)
}

function gatewayPid(ready: unknown): number {
  const pids = typeof ready === 'object' && ready !== null && 'pids' in ready ? ready.pids : {}
  const gateway = typeof pids === 'object' && pids !== null && 'gateway' in pids ? pids.gateway : 0
  return Array.isArray(gateway) ? Number(gateway[0]) : (numberMember(pids, 'gateway') ?? 0)
}

/** One worker, buffering off, keep-alive to the upstream: how nginx is set up for streams. */
async function nginx(origin: URL): Promise<Running | undefined> {
  const binary = Bun.which('nginx')
  if (binary === null) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'sluice-bench-nginx-'))
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = probe
  probe.stop(true)
  mkdirSync(join(dir, 'logs'))
  const config = join(dir, 'nginx.conf')
  writeFileSync(config, nginxConfig(dir, port, origin))
  const child = Bun.spawn(pinned([binary, '-p', dir, '-c', config], 'target'), {
    stdout: 'ignore',
    stderr: 'ignore',
  })
  const until = performance.now() + 5_000
  while (performance.now() < until) {
    const up = await fetch(`http://127.0.0.1:${port}/up`).catch(() => undefined)
    if (up?.ok) break
    await Bun.sleep(20)
  }
  return {
    ...at(port),
    name: 'nginx',
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function nginxConfig(dir: string, port: number, origin: URL): string {
  return `
daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log /dev/null;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi; uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  keepalive_requests 1000000;
  upstream provider { server ${origin.host}; keepalive 1024; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location = /up { return 200; }
    location / {
      proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_read_timeout 600s;
    }
  }
}
`
}
