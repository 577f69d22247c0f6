/**
 * Plays many seeds on all cores: `bun test/simulation/seeds.ts [seeds] [from] [log]`. Each line of the log is one
 * chunk that held; a run with a log goes on after the last seed in it. Ends with `1 passed, 0 failed`.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import type { Chunk } from './seeds-process.ts'

/** Some seconds each: small enough that both cores end together, large enough that starting costs nothing. */
const CHUNK = 250
const PROGRESS_MS = 10_000

export interface SeedsWanted {
  readonly from: number
  readonly seeds: number
  /** Called with each chunk as it ends, in no order. */
  readonly ended: (chunk: Chunk) => void
  /** Processes; default: one a core. */
  readonly processes?: number
}

/** Plays the seeds in processes of their own; stops at the first chunk that breaks. */
export async function playSeeds(wanted: SeedsWanted): Promise<void> {
  const { from, seeds, ended, processes = cpus().length } = wanted
  let next = from
  let stopped = false
  const work = async (): Promise<void> => {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, 'seeds-process.ts')], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'inherit',
    })
    const ask = () => {
      const count = Math.min(CHUNK, from + seeds - next)
      if (stopped || count <= 0) return child.stdin.end()
      child.stdin.write(`${next} ${count}\n`)
      next += count
      return child.stdin.flush()
    }
    ask()
    for await (const line of linesOf(child.stdout)) {
      const chunk: Chunk = JSON.parse(line)
      if (chunk.broken) stopped = true
      ended(chunk)
      ask()
    }
    const code = await child.exited
    if (code !== 0) throw new Error(`a process of the simulation ended with ${code}`)
  }
  await Promise.all(Array.from({ length: processes }, work))
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

/** The seeds of a log's chunks, and the first seed after all of them. */
export function readLog(path: string): { readonly seeds: number; readonly next: number } {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  const chunks = lines.map((line): Chunk => JSON.parse(line))
  return {
    seeds: chunks.reduce((sum, chunk) => sum + chunk.seeds, 0),
    next: chunks.reduce((most, chunk) => Math.max(most, chunk.from + chunk.seeds), 1),
  }
}

/** Plays seeds and tells how it goes; gives what broke. With a log, goes on where it ends and adds to it. */
export async function soakSeeds(seeds: number, from?: number, log?: string): Promise<Chunk[]> {
  const known = log === undefined ? undefined : readLog(log)
  const first = from ?? known?.next ?? 1
  if (log !== undefined) mkdirSync(dirname(log), { recursive: true })
  const broken: Chunk[] = []
  const startedMs = performance.now()
  let done = 0
  let toldMs = startedMs
  console.log(`seeds ${first} to ${first + seeds - 1}, on ${cpus().length} cores`)
  await playSeeds({
    from: first,
    seeds,
    ended(chunk) {
      if (chunk.broken) return void broken.push(chunk)
      done += chunk.seeds
      if (log !== undefined)
        appendFileSync(log, `${JSON.stringify({ ...chunk, at: new Date().toISOString() })}\n`)
      const nowMs = performance.now()
      if (nowMs - toldMs < PROGRESS_MS && done < seeds) return
      toldMs = nowMs
      const pace = (done / ((nowMs - startedMs) / 1_000)).toFixed(0)
      const sum = known ? `, ${known.seeds + done} in the log` : ''
      console.log(`${done} of ${seeds} seeds held, ${pace} a second${sum}`)
    },
  })
  for (const { broken: found } of broken)
    console.error(
      `seed ${found?.seed} (SIM_FROM=${found?.seed} SIM_SEEDS=1):\n${found?.problems.join('\n')}`,
    )
  return broken
}

if (import.meta.main) {
  const [seeds = '10000', from, log] = process.argv.slice(2)
  const broken = await soakSeeds(Number(seeds), from === undefined ? undefined : Number(from), log)
  // One proof, however many seeds: the sum of all suites counts tests.
  const held = broken.length === 0 && Number(seeds) > 0
  console.log(held ? '1 passed, 0 failed' : '0 passed, 1 failed')
  process.exitCode = held ? 0 : 1
}
