/**
 * The way in: obtains the pinned Bun and the locked packages, then hands over. Plain JavaScript without dependencies, so
 * that it runs under Node 20 or newer with npm 10, 11 or 12, and under Bun alone, before anything is installed.
 *
 *   node src/boot.mjs <start | test | sluice | check | bench | test:seeds | test:clients | test:agents |
 *     test:soak> [arguments…]
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { obtainBun } from './boot/bun.mjs'
import { installPackages } from './boot/packages.mjs'
import { ROOT } from './boot/places.mjs'
import { stopTool } from './boot/run.mjs'
import { BootError, explain } from './boot/tell.mjs'

/** What each job runs, and whether it needs the packages for development too. */
const JOBS = {
  start: { packages: 'production', program: ['src/cli.ts', 'up'] },
  sluice: { packages: 'production', program: ['src/cli.ts'] },
  test: { packages: 'full', program: ['test/run.ts', 'test'] },
  check: { packages: 'full', program: ['test/run.ts', 'check'] },
  bench: { packages: 'full', program: ['test/run.ts', 'bench'] },
  'test:seeds': { packages: 'full', program: ['test/simulation/seeds.ts'] },
  'test:clients': { packages: 'full', program: ['test/run.ts', 'clients'] },
  'test:agents': { packages: 'full', program: ['test/run.ts', 'agents'] },
  'test:soak': { packages: 'full', program: ['test/run.ts', 'soak'] },
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

async function main() {
  const [name = 'start', ...rest] = process.argv.slice(2)
  const job = Object.hasOwn(JOBS, name) ? JOBS[name] : undefined
  if (!job)
    throw new BootError(`no job called ${name}`, `use one of: ${Object.keys(JOBS).join(' ')}`)
  refuseOldNode()
  if (!existsSync(join(ROOT, 'bun.lock')))
    throw new BootError(`${ROOT} holds no bun.lock`, 'run it from a complete clone')
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const interrupted = (signal) => {
    stopTool()
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of SIGNALS) process.on(signal, interrupted)
  const bun = await obtainBun(engines.bun)
  await installPackages(bun, job.packages)
  for (const signal of SIGNALS) process.removeListener(signal, interrupted)
  handOver(bun, [...job.program, ...rest])
}

function refuseOldNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (!process.versions.bun && major < 20)
    throw new BootError(
      `Node.js ${process.versions.node} is too old`,
      'install Node.js 20 or newer, or Bun, and run it again',
    )
}

/** Starts the program in our place: same terminal, every signal handed on, its exit code ours. */
function handOver(bun, args) {
  const env = { ...process.env, SLUICE_BOOT_PID: String(process.pid) }
  // A channel of whoever started us is not the program's.
  delete env.NODE_CHANNEL_FD
  const directory = dirname(bun)
  if (!(env.PATH ?? '').split(delimiter).includes(directory))
    env.PATH = env.PATH ? `${directory}${delimiter}${env.PATH}` : directory
  const child = spawn(bun, args, { cwd: ROOT, env, stdio: 'inherit' })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  stopWithParent(child)
  child.on('error', (error) => {
    explain(new BootError(`${bun} could not be started: ${error.message}`, 'run it again'))
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1))
  })
}

/**
 * A signal sent to npm reaches the shell between it and us, which dies of it without telling: then our parent changes, and
 * what was asked of npm is done. Started by hand we may well outlive the shell.
 */
function stopWithParent(child) {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    // Once: a second signal would cut the drain short.
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 500)
  watch.unref()
}

main().catch((error) => {
  explain(error)
  process.exit(error instanceof BootError ? 1 : 70)
})
