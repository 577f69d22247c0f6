import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { arch, platform } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { withLock } from './lock.mjs'
import { cachePlace, homePlace, ROOT } from './places.mjs'
import { runTool, toolError } from './run.mjs'
import { BootError, step } from './tell.mjs'

const RELEASE = JSON.parse(readFileSync(new URL('./bun-release.json', import.meta.url), 'utf8'))

/**
 * The path of a Bun of exactly `version`: the running one, an installed one, a cached one, else one obtained with npm or
 * with whatever Bun is present. `npx bun` and `npm i -g bun` are not used: that package needs an install script, which
 * npm 12 blocks; the platform packages hold the real program and need none.
 */
export async function obtainBun(version, env = process.env) {
  if (process.versions.bun === version) return process.execPath
  const name = platformPackage()
  const present = []
  for (const file of candidates(name, version, env)) {
    const found = await versionOf(file)
    if (found === version) return file
    if (found) present.push(file)
  }
  const cache = cachePlace(env)
  const target = join(cache.directory, `bun-${version}`)
  const binary = join(target, 'node_modules', name, 'bin', 'bun')
  await withLock(join(cache.directory, `bun-${version}.lock`), async () => {
    if ((await versionOf(binary)) === version) return
    await step(`obtaining Bun ${version} (about 40 MB, once)`, () =>
      download({ name, version, target, cache, present, env }),
    )
  })
  const found = await versionOf(binary)
  if (found !== version) throw doesNotRun(name, binary)
  return binary
}

/** The npm package that holds Bun for this machine. Throws {@link BootError} where there is none. */
export function platformPackage(os = platform(), cpu = arch(), isMusl = usesMusl()) {
  const bits = { x64: 'x64', arm64: 'aarch64' }[cpu]
  const name = `@oven/bun-${os}-${bits}${os === 'linux' && isMusl ? '-musl' : ''}`
  if (bits && RELEASE.packages[name]) return name
  throw new BootError(
    `Sluice does not run on ${os} ${cpu}`,
    'use Linux or macOS on x64 or arm64 (on Windows: inside WSL 2)',
  )
}

function usesMusl() {
  if (platform() !== 'linux') return false
  const cpu = arch() === 'arm64' ? 'aarch64' : 'x86_64'
  const glibc = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1']
  return existsSync(`/lib/ld-musl-${cpu}.so.1`) && !glibc.some((file) => existsSync(file))
}

function candidates(name, version, env) {
  const files = [join(ROOT, 'node_modules', name, 'bin', 'bun')]
  for (const directory of (env.PATH ?? '').split(delimiter))
    if (directory) files.push(join(directory, 'bun'))
  const home = homePlace(env)
  if (home) files.push(join(home, '.bun', 'bin', 'bun'))
  const cached = (directory) =>
    join(directory, `bun-${version}`, 'node_modules', name, 'bin', 'bun')
  if (env.XDG_CACHE_HOME) files.push(cached(join(env.XDG_CACHE_HOME, 'sluice')))
  if (home) files.push(cached(join(home, '.cache', 'sluice')))
  files.push(cached(join(ROOT, '.sluice', 'cache')))
  if (process.versions.bun) files.unshift(process.execPath)
  return [...new Set(files)]
}

/** The version a Bun says it is; undefined when the file is missing or does not run. */
async function versionOf(file) {
  try {
    accessSync(file, constants.X_OK)
  } catch {
    return undefined
  }
  const { code, output } = await runTool(file, ['--version'], { limitMs: 10_000 })
  return code === 0 ? output : undefined
}

async function download({ name, version, target, cache, present, env }) {
  if (version !== RELEASE.version)
    throw new BootError(
      `package.json asks for Bun ${version}, src/boot/bun-release.json knows ${RELEASE.version}`,
      'put the same version, with its checksums, into both',
    )
  const work = `${target}.${process.pid}`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  try {
    const npm = findNpm(env)
    if (npm) await byNpm(npm, { name, version, work, cache, env })
    else if (present[0]) await byBun(present[0], { name, version, work, cache, env })
    else
      throw new BootError(
        `Bun ${version} is not here, and neither npm nor any Bun is there to obtain it with`,
        `install Node.js 20 or newer (with npm), or Bun ${version}, and run it again`,
      )
    rmSync(target, { recursive: true, force: true })
    renameSync(work, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The lockfile pins the checksum, so a registry or a proxy cannot slip in another program. */
async function byNpm(npm, { name, version, work, cache, env }) {
  const integrity = RELEASE.packages[name]
  const root = { name: 'sluice-bun', version: '1.0.0', dependencies: { [name]: version } }
  writeFileSync(join(work, 'package.json'), JSON.stringify(root))
  const packages = { '': root, [`node_modules/${name}`]: { version, integrity } }
  const lock = { name: root.name, version: root.version, lockfileVersion: 3, packages }
  writeFileSync(join(work, 'package-lock.json'), JSON.stringify(lock))
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier']
  args.push('--workspaces=false', '--global=false', '--prefix', work)
  // npm's own pauses between tries make a missing network take more than a minute to be told.
  args.push('--fetch-retries=4', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=4000')
  if (!cache.isHome) args.push('--cache', join(cache.directory, 'npm'))
  const { code, output } = await runTool(npm[0], [...npm.slice(1), ...args], { cwd: work, env })
  if (code !== 0) throw toolError(`obtaining Bun ${version} with npm`, output)
}

async function byBun(bun, { name, version, work, cache, env }) {
  const integrity = RELEASE.packages[name]
  const root = { name: 'sluice-bun', dependencies: { [name]: version } }
  writeFileSync(join(work, 'package.json'), JSON.stringify(root))
  const packages = { [name]: [`${name}@${version}`, '', {}, integrity] }
  const lock = { lockfileVersion: 1, workspaces: { '': root }, packages }
  writeFileSync(join(work, 'bun.lock'), JSON.stringify(lock, null, 2))
  const args = ['install', '--frozen-lockfile', '--ignore-scripts', '--backend=copyfile']
  const settings = cache.isHome
    ? env
    : { ...env, BUN_INSTALL_CACHE_DIR: join(cache.directory, 'bun-install') }
  const { code, output } = await runTool(bun, args, { cwd: work, env: settings })
  if (code !== 0) throw toolError(`obtaining Bun ${version} with ${bun}`, output)
}

/** npm as a command line: the one that started us, the one beside Node, or the one on PATH. */
function findNpm(env) {
  const started = env.npm_execpath
  if (!process.versions.bun) {
    if (started?.endsWith('npm-cli.js') && existsSync(started)) return [process.execPath, started]
    const beside = join(dirname(process.execPath), '..', 'lib/node_modules/npm/bin/npm-cli.js')
    if (existsSync(beside)) return [process.execPath, beside]
  }
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    const file = join(directory, 'npm')
    if (directory && existsSync(file) && (!process.versions.bun || onPath('node', env)))
      return [file]
  }
  return undefined
}

function onPath(name, env) {
  return (env.PATH ?? '')
    .split(delimiter)
    .some((directory) => directory && existsSync(join(directory, name)))
}

function doesNotRun(name, binary) {
  return new BootError(
    `Bun was obtained (${name}) but does not run on this machine: ${binary}`,
    'it needs glibc 2.27 or newer (or musl) and, on x64, a processor with AVX2; see what running it says',
  )
}
