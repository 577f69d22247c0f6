import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LIMITS } from '../base/limits.ts'
import type { Manifest } from './build.ts'

/** One file of the built app, in memory. */
export interface Asset {
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
}

/** The built app. */
export interface Built {
  readonly manifest: Manifest
  /** By file name. */
  readonly assets: ReadonlyMap<string, Asset>
}

const PROJECT = dirname(dirname(import.meta.dir))
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/**
 * The directory of the app of these sources, built at most once per edition and cache directory: processes that ask
 * at the same time wait for one of them. A cache that cannot be written is replaced by a directory of this process
 * alone. Rejects with the bundler's messages, or when no build is there within `consoleBuildMs`; `stop` ends a build.
 */
export async function buildApp(cacheDir: string, stop?: AbortSignal): Promise<string> {
  const home = writable(join(cacheDir, 'console')) ?? mkdtempSync(join(tmpdir(), 'sluice-console-'))
  const place = join(home, edition())
  if (!existsSync(place)) await buildInto(place, stop)
  return place
}

/** {@link buildApp}, read into memory. */
export async function builtApp(cacheDir: string): Promise<Built> {
  return load(await buildApp(cacheDir))
}

/** Changes with everything that the build reads. */
function edition(): string {
  const hash = createHash('sha256').update(Bun.version)
  for (const name of ['bun.lock', 'package.json', 'tsconfig.json']) {
    const file = join(PROJECT, name)
    if (existsSync(file)) hash.update(name).update(readFileSync(file))
  }
  for (const room of ['base', 'console'])
    for (const name of sourcesOf(join(PROJECT, 'src', room)))
      hash.update(name).update(readFileSync(join(PROJECT, 'src', room, name)))
  return hash.digest('hex').slice(0, 24)
}

function sourcesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|css|svg)$/.test(name))
    .sort()
}

/** A directory is the lock: making it succeeds for one process only. One that died is overtaken after the bound. */
async function buildInto(place: string, stop: AbortSignal | undefined): Promise<void> {
  const lock = `${place}.lock`
  const giveUpAt = performance.now() + LIMITS.consoleBuildMs
  while (!existsSync(place)) {
    if (taken(lock)) {
      if (performance.now() > giveUpAt) throw new Error('the console is not built in time')
      await Bun.sleep(50)
      continue
    }
    try {
      await run(place, stop)
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
}

function taken(lock: string): boolean {
  try {
    mkdirSync(lock)
    return false
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (since !== undefined && Date.now() - since > LIMITS.consoleBuildMs)
      rmSync(lock, { recursive: true, force: true })
    return true
  }
}

async function run(place: string, stop: AbortSignal | undefined): Promise<void> {
  // Finished by another process between our look and our lock.
  if (existsSync(place)) return
  const draft = mkdtempSync(`${place}.draft-`)
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'build.ts'), draft], {
    cwd: PROJECT,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMITS.consoleBuildMs,
    ...(stop ? { signal: stop } : {}),
  })
  const [code, says] = await Promise.all([child.exited, new Response(child.stderr).text()])
  if (code !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new Error(`the console could not be built: ${says.slice(0, 2_000)}`)
  }
  renameSync(draft, place)
  forgetOld(place)
}

/** Keeps a few editions, for the older processes of a rolling change; the rest goes. */
function forgetOld(place: string): void {
  const home = dirname(place)
  const kept = readdirSync(home)
    .map((name) => ({ name, atMs: statSync(join(home, name), { throwIfNoEntry: false })?.mtimeMs }))
    .filter(({ name }) => /^[0-9a-f]{24}$/.test(name))
    .sort((left, right) => (right.atMs ?? 0) - (left.atMs ?? 0))
  for (const { name } of kept.slice(LIMITS.consoleEditionsKept))
    rmSync(join(home, name), { recursive: true, force: true })
}

function load(place: string): Built {
  const manifest: Manifest = JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8'))
  const assets = new Map<string, Asset>()
  for (const name of manifest.files) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
    const plain = new Uint8Array(readFileSync(join(place, name)))
    const gzip = new Uint8Array(readFileSync(join(place, `${name}.gz`)))
    assets.set(name, { type, plain, gzip })
  }
  return { manifest, assets }
}

function writable(directory: string): string | undefined {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    rmSync(mkdtempSync(join(directory, 'probe-')), { recursive: true })
    return directory
  } catch {
    return undefined
  }
}
