/**
 * Runs the suites: `bun test/run.ts <test|fast|check|bench|clients|agents|soak> [filters…]`. Test jobs end with the plain
 * line `N passed, N failed`; the exit code is 0 only when something ran and nothing failed.
 */
import { readdirSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { installAgents } from './agents/install.ts'
import { insideLoopback } from './agents/loopback.ts'

const ROOT = dirname(import.meta.dir)
/** Suites with a command of their own: agents are downloaded, soak takes long, bench is not a test. */
const APART = ['agents', 'soak', 'bench', 'fixtures']
/** Floors 0 to 3: no service, no clock, no network. */
const PURE = ['base', 'stream', 'dialects', 'redaction', 'pricing', 'providers', 'policies']
/** A test may start whole gateways, and a machine may be so loaded that everything takes ten times as long. */
const TEST_MS = 120_000
/** Two processes per core would make services fight for the cores that their clients need. */
const PROCESSES = Math.max(1, Math.min(4, cpus().length))

/**
 * A process of tests makes more memories for the redaction engine than any gateway. The runtime has room for four at full speed,
 * and for each one above collects all garbage first, a hundred milliseconds in a process that has loaded everything.
 */
const ENGINE_MEMORIES = '400'

interface Tally {
  passed: number
  failed: number
}

const [job = 'test', ...rest] = process.argv.slice(2)
process.exitCode = await run(job, rest)

async function run(name: string, args: readonly string[]): Promise<number> {
  if (name === 'test')
    return report([
      await test(
        suite((path) => !isApart(path), args),
        args,
      ),
    ])
  if (name === 'fast') return report([await test(suite(isPure, args), args)])
  if (name === 'check') return check(args.includes('--fast'))
  if (name === 'bench') return bench(args)
  if (name === 'clients' || name === 'agents') return await rows(name, args)
  if (name === 'soak')
    return report([
      await test(
        suite((path) => path.startsWith(`${name}/`), args),
        args,
      ),
    ])
  console.error(`no suite called ${name}: use test, fast, check, bench, clients, agents or soak`)
  return 2
}

/** A suite that leaves one row per client and scenario: the rows are kept for the README and shown as one table. */
async function rows(name: string, args: readonly string[]): Promise<number> {
  const directory = join(ROOT, '.sluice/rows', name)
  rmSync(directory, { recursive: true, force: true })
  process.env.SLUICE_ROWS = directory
  if (name === 'agents') {
    await installAgents()
    if (insideLoopback(['true'])) process.env.SLUICE_LOOPBACK_ONLY = '1'
    else console.error('no network namespace here: the agents could call others than the gateway')
  }
  const tally = await test(
    suite((path) => path.startsWith(`${name}/`), args),
    args,
  )
  const table = [process.execPath, join(ROOT, 'test/clients/table.ts'), name]
  await Bun.spawn(table, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).exited
  return report([tally])
}

/** The whole contract of a change, cheapest first; the first broken step ends it. `fast` leaves the services out. */
async function check(fast: boolean): Promise<number> {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const steps: readonly [string, readonly string[]][] = [
    ['format', [biome, 'format']],
    ['lint', [biome, 'lint', '--error-on-warnings']],
    ['types', [tsc, '--noEmit']],
  ]
  for (const [what, command] of steps) {
    console.log(`— ${what}`)
    const code = await Bun.spawn([process.execPath, ...command], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    }).exited
    if (code !== 0) {
      console.error(`${what} failed`)
      return 1
    }
  }
  console.log('— floors and pure tests')
  const pure = await test(suite(isPure, []), [])
  if (fast || pure.failed > 0) return report([pure])
  console.log('— service tests')
  const service = await test(
    suite((path) => !isApart(path) && !isPure(path), []),
    [],
  )
  return report([pure, service])
}

/** Every `test/bench/*.ts`, or the named one with the arguments that follow; what a benchmark is made of lies in folders. */
async function bench(args: readonly string[]): Promise<number> {
  const directory = join(ROOT, 'test/bench')
  const all = list(directory)
  const [wanted, ...more] = args
  const chosen = wanted === undefined ? all : all.filter((file) => file === `${wanted}.ts`)
  if (chosen.length === 0) {
    const names = all.map((file) => file.replace(/\.ts$/, '')).join(', ')
    console.error(`no benchmark called ${wanted ?? '(any)'}; there are: ${names || 'none'}`)
    return 2
  }
  for (const file of chosen) {
    const command = [process.execPath, join(directory, file), ...more]
    const code = await Bun.spawn(command, {
      cwd: ROOT,
      stdio: ['inherit', 'inherit', 'inherit'],
    }).exited
    if (code !== 0) return code
  }
  return 0
}

/**
 * One `bun test` over `files` in parallel processes; what it prints is passed on. Bun's own summary is counted, because its
 * report file leaves out files that fail to load. A run that lost files counts as failed.
 */
async function test(files: readonly string[], filters: readonly string[]): Promise<Tally> {
  const flags = filters.filter((each) => each.startsWith('-'))
  if (files.length === 0) return { passed: 0, failed: 0 }
  const command = [process.execPath, 'test', `--timeout=${TEST_MS}`, ...flags]
  // Isolation would start one database server per file instead of one per process.
  if (files.length > 1) command.push(`--parallel=${PROCESSES}`, '--no-isolate')
  command.push(...files.map((file) => `./test/${file}`))
  const alone = process.env.SLUICE_LOOPBACK_ONLY === '1' ? insideLoopback(command) : undefined
  const child = Bun.spawn(alone ?? command, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      BUN_JSC_maxNumWasmFastMemories: ENGINE_MEMORIES,
      ...process.env,
      ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
    },
  })
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  const [, tail] = await Promise.all([
    pass(child.stdout, process.stdout),
    pass(child.stderr, process.stderr),
  ])
  const code = await child.exited
  process.off('SIGINT', forward).off('SIGTERM', forward)
  return tally(tail, code, files.length)
}

function tally(tail: string, code: number, files: number): Tally {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours start with ESC
  const plain = tail.replace(/\x1b\[[0-9;]*m/g, '')
  const count = (word: string): number =>
    Number(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'm').exec(plain)?.[1] ?? 0)
  const passed = count('pass')
  let failed = Math.max(count('fail'), count('errors?'))
  const ran = Number(/^Ran \d+ tests? across (\d+) files?/m.exec(plain)?.[1] ?? 0)
  if (ran !== files) {
    console.error(`${files - ran} of ${files} test files did not run`)
    failed = Math.max(failed, 1)
  }
  if (count('skip') + count('todo') > 0) {
    console.error(`${count('skip') + count('todo')} skipped: a skipped test promises nothing`)
    failed += count('skip') + count('todo')
  }
  if (code !== 0 && failed === 0) {
    console.error(`the test runner ended with ${code} without naming a failed test`)
    failed = 1
  }
  return { passed, failed }
}

/** Prints what comes and gives the last part of it. */
async function pass(from: ReadableStream<Uint8Array>, to: NodeJS.WriteStream): Promise<string> {
  const decoder = new TextDecoder()
  let tail = ''
  for await (const bytes of from) {
    to.write(bytes)
    tail = (tail + decoder.decode(bytes, { stream: true })).slice(-4_096)
  }
  return tail
}

function report(tallies: readonly Tally[]): number {
  const passed = tallies.reduce((sum, each) => sum + each.passed, 0)
  const failed = tallies.reduce((sum, each) => sum + each.failed, 0)
  if (passed + failed === 0) console.error('no test ran')
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

/** Test files below `test/` that `chosen` and every word of `filters` accept, in a stable order. */
function suite(chosen: (path: string) => boolean, filters: readonly string[]): string[] {
  const words = filters.filter((each) => !each.startsWith('-'))
  return list(import.meta.dir, true)
    .filter((path) => path.endsWith('.test.ts') || path.endsWith('.test.tsx'))
    .filter((path) => chosen(path))
    .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
    .sort()
}

function isApart(path: string): boolean {
  return APART.some((each) => path.startsWith(`${each}/`))
}

function isPure(path: string): boolean {
  return path === 'floors.test.ts' || PURE.some((each) => path.startsWith(`${each}/`))
}

function list(directory: string, recursive = false): string[] {
  try {
    return readdirSync(directory, { recursive, encoding: 'utf8' }).filter((file) =>
      /\.tsx?$/.test(file),
    )
  } catch {
    return []
  }
}
