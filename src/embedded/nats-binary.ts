import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../base/world.ts'

/** What obtaining needs; `cacheDir` is made when missing and is shared by all runs of a user. */
export interface ObtainNatsOptions {
  /** Folders looked in besides PATH; default: the system's sbin folders. */
  readonly systemPath?: string
  readonly cacheDir: string
  readonly log: Log
  /** Told one line before each thing that can take longer than a moment. */
  readonly progress?: ((line: string) => void) | undefined
  /** Defaults to `process.env`; only PATH is read. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A download may take this long on a slow line (the package has 4 MB). */
const DOWNLOAD_MS = 120_000
/** Debian's main package lists have 9 MB; a slow mirror needs a while. */
const UPDATE_MS = 180_000

/** Debian installs servers into sbin, which a plain user's PATH leaves out. */
const SYSTEM_PATH = '/usr/sbin:/usr/local/sbin'

/**
 * The path of a `nats-server` that runs on this machine, or undefined when none can be had: one on PATH, one in the
 * cache, on Debian and Ubuntu the distribution's package unpacked without root, elsewhere a pinned release.
 * Never throws; each reason why a way failed is logged.
 */
export async function obtainNats(options: ObtainNatsOptions): Promise<string | undefined> {
  const path = (options.env ?? process.env).PATH ?? ''
  const found = Bun.which('nats-server', { PATH: `${path}:${options.systemPath ?? SYSTEM_PATH}` })
  if (found !== null && (await runs(found))) return found
  const cached = join(options.cacheDir, 'nats', 'nats-server')
  if (existsSync(cached) && (await runs(cached))) return cached
  for (const way of [fromApt, fromRelease]) {
    const reason = await way(options, path, cached).catch((cause: unknown) => String(cause))
    if (reason === undefined && (await runs(cached))) return cached
    options.log.warn('nats.obtain_failed', { way: way.name, reason: reason ?? 'does not run' })
  }
  return undefined
}

/** The version a binary reports, such as `2.9.10`; undefined when it does not run. */
export async function natsVersion(binary: string): Promise<string | undefined> {
  const { code, text } = await execute([binary, '--version'], 10_000)
  return code === 0 ? /v?(\d+\.\d+\.\d+)/.exec(text)?.[1] : undefined
}

async function runs(binary: string): Promise<boolean> {
  return (await natsVersion(binary)) !== undefined
}

/** Ways give undefined when the binary is in place, else the reason why not. */
type Way = (options: ObtainNatsOptions, path: string, target: string) => Promise<string | undefined>

const fromApt: Way = async (options, path, target) => {
  const apt = Bun.which('apt-get', { PATH: path })
  if (apt === null || Bun.which('dpkg-deb', { PATH: path }) === null) return 'no apt-get here'
  options.progress?.('Fetching nats-server from the system’s package archive (4 MB) …')
  const work = workDir(options.cacheDir)
  try {
    let state = [apt, '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2']
    const fetchPackage = () => execute([...state, 'download', 'nats-server'], DOWNLOAD_MS, work)
    let answer = await fetchPackage()
    if (answer.code !== 0) {
      options.progress?.('Reading the package lists first (about 10 MB) …')
      if (process.getuid?.() !== 0) state = [...state, ...privateState(options.cacheDir)]
      const update = await execute([...state, 'update'], UPDATE_MS, work)
      if (update.code !== 0) return `apt-get update: ${lastLine(update.text)}`
      answer = await fetchPackage()
    }
    if (answer.code !== 0) return `apt-get download: ${lastLine(answer.text)}`
    const archive = readdirSync(work).find((name) => name.endsWith('.deb'))
    if (archive === undefined) return 'apt-get download left no package'
    const unpacked = await execute(['dpkg-deb', '-x', archive, 'root'], 30_000, work)
    if (unpacked.code !== 0) return `dpkg-deb: ${lastLine(unpacked.text)}`
    for (const folder of ['usr/sbin', 'usr/bin'])
      if (existsSync(join(work, 'root', folder, 'nats-server')))
        return settle(join(work, 'root', folder, 'nats-server'), target)
    return 'the package holds no nats-server'
  } finally {
    rmSync(work, { recursive: true, force: true })
    rmSync(join(options.cacheDir, 'apt'), { recursive: true, force: true })
  }
}

/** Where a plain user may keep package lists of his own: the system's stay as they are. */
function privateState(cacheDir: string): string[] {
  const lists = join(cacheDir, 'apt', 'lists')
  const cache = join(cacheDir, 'apt', 'cache')
  mkdirSync(join(lists, 'partial'), { recursive: true })
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true })
  return [
    ...['-o', `Dir::State::Lists=${lists}`],
    ...['-o', `Dir::Cache=${cache}`],
    ...['-o', 'Debug::NoLocking=1'],
  ]
}

const RELEASE = '2.10.22'

/** SHA-256 of the release archives, from the project's own checksum list of that release. */
const RELEASE_SUMS: Readonly<Record<string, string>> = {
  'linux-amd64': 'db0b3ccbe4cbdd3872ae7486ec4f6b0f85824632a0789f4da2e0a8518390483e',
  'linux-arm64': 'b4da77b2b194dc5fcf13a1df0dad59ba7e87ae4423f254c50534015b7c8a2369',
  'darwin-amd64': 'e99eb01a886b5de05972445e362e48cf8ad10b45e4cd5a5592475b184f8f81c9',
  'darwin-arm64': '93ce74f61a49d8fa9dfbf420e5a844e25309e429c5c8e27b54b3283d0712fcff',
}

const fromRelease: Way = async (options, path, target) => {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const sum = RELEASE_SUMS[platform]
  if (sum === undefined) return `no release is pinned for ${platform}`
  if (Bun.which('tar', { PATH: path }) === null) return 'no tar here'
  options.progress?.(`Fetching nats-server ${RELEASE} (5 MB) …`)
  const folder = `nats-server-v${RELEASE}-${platform}`
  const url = `https://github.com/nats-io/nats-server/releases/download/v${RELEASE}/${folder}.tar.gz`
  const answer = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) })
  if (!answer.ok) return `release download answered ${answer.status}`
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (new Bun.CryptoHasher('sha256').update(bytes).digest('hex') !== sum)
    return 'the release archive has another checksum than the pinned one'
  const work = workDir(options.cacheDir)
  try {
    await Bun.write(join(work, 'nats.tar.gz'), bytes)
    const unpacked = await execute(['tar', '-xzf', 'nats.tar.gz'], 30_000, work)
    if (unpacked.code !== 0) return `tar: ${lastLine(unpacked.text)}`
    return settle(join(work, folder, 'nats-server'), target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Moves the binary into place in one step, so that a second run at the same time never sees half of it. */
function settle(from: string, target: string): undefined {
  chmodSync(from, 0o755)
  renameSync(from, target)
}

function workDir(cacheDir: string): string {
  mkdirSync(join(cacheDir, 'nats'), { recursive: true })
  return mkdtempSync(join(cacheDir, 'nats', 'work-'))
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
}

async function execute(
  command: string[],
  deadlineMs: number,
  cwd?: string,
): Promise<{ code: number; text: string }> {
  try {
    const child = Bun.spawn(command, {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      timeout: deadlineMs,
      env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      ...(cwd === undefined ? {} : { cwd }),
    })
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    return { code: await child.exited, text: `${out}\n${err}` }
  } catch (cause) {
    return { code: -1, text: String(cause) }
  }
}
