import { afterAll, expect, test } from 'bun:test'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

// The start script in small projects of its own. Nothing here needs a network: their one dependency is a folder.

const ROOT = dirname(dirname(import.meta.dir))
const made: string[] = []

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

/** A project as small as the start script accepts; its program is `cli`. */
function project(cli: string, bun = Bun.version): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-boot-'))
  made.push(directory)
  mkdirSync(join(directory, 'src'))
  cpSync(join(ROOT, 'src/boot.mjs'), join(directory, 'src/boot.mjs'))
  cpSync(join(ROOT, 'src/boot'), join(directory, 'src/boot'), { recursive: true })
  writeFileSync(join(directory, 'src/cli.ts'), cli)
  mkdirSync(join(directory, 'leaf'))
  writeFileSync(join(directory, 'leaf/package.json'), '{"name":"leaf","version":"1.0.0"}')
  const dependencies = { leaf: 'file:./leaf' }
  const manifest = { name: 'small', version: '1.0.0', engines: { bun }, dependencies }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
  const lock = Bun.spawnSync([process.execPath, 'install', '--lockfile-only'], { cwd: directory })
  expect(lock.exitCode).toBe(0)
  return directory
}

function boot(directory: string, ...args: string[]) {
  const child = Bun.spawn([process.execPath, join(directory, 'src/boot.mjs'), ...args], {
    cwd: '/',
    env: { PATH: '/nowhere', HOME: join(directory, 'home') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return {
    child,
    async end() {
      const [out, err] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      return { code: await child.exited, out, err }
    },
  }
}

/** The first bytes that `child` prints: it is up. */
async function firstWords(child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>): Promise<string> {
  for await (const bytes of child.stdout) return new TextDecoder().decode(bytes)
  return ''
}

test('arguments reach the program, and its exit code is the script’s', async () => {
  const directory = project('console.log(process.argv.slice(2).join()); process.exit(7)')
  const { code, out } = await boot(directory, 'start', '--json').end()
  expect(out).toBe('up,--json\n')
  expect(code).toBe(7)
})

test('the second start installs nothing, asks nothing and says nothing', async () => {
  const directory = project('')
  expect((await boot(directory, 'sluice').end()).err).toContain('installing packages')
  const stamp = statSync(join(directory, 'node_modules/.sluice-stamp')).mtimeMs
  // Without its lockfile Bun could install nothing; the stamp alone must do.
  const second = await boot(directory, 'sluice').end()
  expect(second).toEqual({ code: 0, out: '', err: '' })
  expect(statSync(join(directory, 'node_modules/.sluice-stamp')).mtimeMs).toBe(stamp)
})

test('a changed patch or lockfile is installed, a changed version number is not', async () => {
  const directory = project('')
  await boot(directory, 'sluice').end()
  const path = join(directory, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...manifest, version: '2.0.0' }))
  expect((await boot(directory, 'sluice').end()).err).toBe('')
  writeFileSync(join(directory, 'bun.lock'), `${readFileSync(join(directory, 'bun.lock'))}\n`)
  expect((await boot(directory, 'sluice').end()).err).toContain('installing packages')
})

test('starts at once do not disturb each other', async () => {
  const directory = project('console.log("ran")')
  const ends = await Promise.all(Array.from({ length: 4 }, () => boot(directory, 'sluice').end()))
  expect(ends.map(({ code, out }) => `${code} ${out}`)).toEqual(Array(4).fill('0 ran\n'))
  expect(ends.filter(({ err }) => err.includes('done in'))).toHaveLength(1)
})

test('a lock left by a killed start is taken over at once', async () => {
  const directory = project('')
  const dead = Bun.spawn([process.execPath, '-e', ''], { stdio: ['ignore', 'ignore', 'ignore'] })
  await dead.exited
  const lock = join(directory, '.sluice/install.lock')
  mkdirSync(lock, { recursive: true })
  writeFileSync(join(lock, 'owner'), `${dead.pid} ${hostname()}`)
  expect((await boot(directory, 'sluice').end()).code).toBe(0)
  expect(readdirSync(join(directory, '.sluice'))).toEqual([])
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s is handed on, and the program decides how it ends',
  async (signal) => {
    const directory = project(`
      process.on('${signal}', () => { console.log('got it'); process.exit(5) })
      setInterval(() => {}, 1000)
      console.log('up')
    `)
    const { child } = boot(directory, 'sluice')
    expect(await firstWords(child)).toBe('up\n')
    child.kill(signal)
    expect(await child.exited).toBe(5)
  },
)

test('when the package manager that runs the script is killed, the program is asked to stop', async () => {
  const directory = project(`
    process.on('SIGTERM', () => { console.log('asked'); process.exit(0) })
    setInterval(() => {}, 1000)
    console.log('up')
  `)
  const script = join(directory, 'src/boot.mjs')
  // As npm does it: a shell of its own that waits, and a variable that tells.
  const shell = Bun.spawn(['/bin/sh', '-c', `'${process.execPath}' '${script}' sluice; exit $?`], {
    env: { HOME: join(directory, 'home'), npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  for await (const bytes of shell.stdout) {
    said += new TextDecoder().decode(bytes)
    if (said === 'up\n') shell.kill('SIGKILL')
  }
  expect(said).toBe('up\nasked\n')
})

test('a program that dies of a signal ends the script with 128 and its number', async () => {
  const directory = project('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)')
  expect((await boot(directory, 'sluice').end()).code).toBe(137)
})

test('an unknown job and an incomplete clone are explained with a fix', async () => {
  const directory = project('')
  const unknown = await boot(directory, 'toString').end()
  expect(unknown.code).toBe(1)
  expect(unknown.err).toContain('no job called toString')
  expect(unknown.err).toContain('fix:   use one of: start sluice')
  rmSync(join(directory, 'bun.lock'))
  expect((await boot(directory, 'start').end()).err).toContain(
    'fix:   run it from a complete clone',
  )
})

test('a Bun without known checksums is refused, never downloaded unchecked', async () => {
  const directory = project('', '99.0.0')
  const { code, err } = await boot(directory, 'start').end()
  expect(code).toBe(1)
  expect(err).toContain('package.json asks for Bun 99.0.0')
  expect(err).toContain('fix:')
})

test('the pinned Bun is the one whose checksums are known', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const release = JSON.parse(readFileSync(join(ROOT, 'src/boot/bun-release.json'), 'utf8'))
  expect(release.version).toBe(manifest.engines.bun)
  for (const checksum of Object.values(release.packages)) expect(checksum).toMatch(/^sha512-/)
})

test.each([
  ['linux', 'x64', false, '@oven/bun-linux-x64'],
  ['linux', 'arm64', false, '@oven/bun-linux-aarch64'],
  ['linux', 'x64', true, '@oven/bun-linux-x64-musl'],
  ['darwin', 'arm64', false, '@oven/bun-darwin-aarch64'],
  ['win32', 'x64', false, 'does not run on win32 x64'],
  ['linux', 'ppc64', false, 'does not run on linux ppc64'],
])('on %s %s (musl: %p) Bun is %s', async (os, cpu, isMusl, expected) => {
  // @ts-expect-error plain JavaScript without declarations, by design
  const { platformPackage } = await import('../../src/boot/bun.mjs')
  const answer = (): string => {
    try {
      return platformPackage(os, cpu, isMusl)
    } catch (cause) {
      return String(cause)
    }
  }
  expect(answer()).toContain(expected)
})
