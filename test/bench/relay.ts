/**
 * What the gateway costs per streamed chunk, against a raw Bun pass-through, the dialler alone and with one durable row a request,
 * itself without reading, and nginx: `bun run bench relay [--quick] [--json] [--only=name,name]` (quick leaves out what only explains).
 * Targets take turns round after round; medians are told.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Driver, driver } from './relay/driver.ts'
import { machineLine, quantile, startProgram } from './relay/machine.ts'
import { cpuMicros, machineMicros, processCost } from './relay/process-cost.ts'
import { type Row, report } from './relay/report.ts'
import { type Running, TARGETS } from './relay/targets.ts'

interface Size {
  readonly rounds: number
  /** Compiled code is several times cheaper than fresh code: nothing counts before this has passed. */
  readonly warmMs: number
  readonly pacedMs: number
  readonly quietMs: number
  readonly burstMs: number
  readonly manyMs: number
}

const QUICK: Size = {
  rounds: 3,
  warmMs: 1_500,
  pacedMs: 1_000,
  quietMs: 600,
  burstMs: 500,
  manyMs: 1_000,
}
const FULL: Size = {
  rounds: 7,
  warmMs: 4_000,
  pacedMs: 2_000,
  quietMs: 1_500,
  burstMs: 1_500,
  manyMs: 3_000,
}

/** What a quick run leaves out: they explain the figure, they are not it. */
const SLOW: readonly string[] = ['dialler', 'row first', 'unread']

type Samples = Record<keyof Row['numbers'], number[]>

/** 200 streams of 50 chunks a second: CPU per chunk, and whether the pace was kept. */
async function paced(target: Running, load: Driver, size: Size, into: Samples): Promise<void> {
  await load.hold(target, 200, 300, 'paced-50-100000')
  const before = { chunks: await load.chunks(), cpu: cpuMicros(target.pid ?? 0) }
  const startedMs = performance.now()
  await Bun.sleep(size.pacedMs)
  const chunks = (await load.chunks()) - before.chunks
  into.pace.push(chunks / (200 * 50 * ((performance.now() - startedMs) / 1000)))
  if (target.pid !== undefined) into.cpuPerChunk.push((cpuMicros(target.pid) - before.cpu) / chunks)
  await load.drop()
}

/** One and 8 streams at a time on an otherwise idle target: what it adds to the first byte. */
async function quiet(target: Running, load: Driver, size: Size, into: Samples): Promise<void> {
  into.ttftAlone.push(quantile(await load.probe(target, 1, size.quietMs, 'paced-100-5'), 0.5))
  const times = await load.probe(target, 8, size.quietMs, 'paced-100-5')
  into.ttftP50.push(quantile(times, 0.5))
  into.ttftP99.push(quantile(times, 0.99))
}

/** Whole streams of 200 chunks sent at once, 32 in flight. */
async function burst(target: Running, load: Driver, size: Size, into: Samples): Promise<void> {
  const before = cpuMicros(target.pid ?? 0)
  const whole = await load.burst(target, 32, size.burstMs, 'burst-200')
  into.burstPerSecond.push(whole / (size.burstMs / 1000))
  if (target.pid !== undefined)
    into.cpuPerBurst.push((cpuMicros(target.pid) - before) / Math.max(1, whole))
}

/** The first byte of a new stream while `count` paced ones run, and what the target then holds in memory. */
async function many(target: Running, load: Driver, size: Size, count: number): Promise<number> {
  await load.hold(target, count, 1_000, 'paced-10-100000')
  const times = await load.probe(target, 2, size.manyMs, 'paced-100-3')
  return quantile(times, 0.5)
}

async function measure(targets: readonly Running[], load: Driver, size: Size): Promise<Row[]> {
  const rows = targets.map((target) => ({ target, samples: emptySamples() }))
  for (const { target, samples } of rows) {
    if (target.pid !== undefined) samples.idleMb.push(megabytes(target.pid).rss)
    await load.burst(target, 8, 300, 'burst-20')
    await load.hold(target, 200, 300, 'paced-50-100000')
    await Bun.sleep(size.warmMs)
    await load.drop()
  }
  for (let round = 0; round < size.rounds; round++)
    for (const { target, samples } of rows) {
      await quiet(target, load, size, samples)
      await paced(target, load, size, samples)
      await burst(target, load, size, samples)
      progress(`round ${round + 1}/${size.rounds}: ${target.name}`)
    }
  for (const { target, samples } of rows) {
    samples.ttftAt100.push(await many(target, load, size, 100))
    await load.drop()
    samples.ttftAt1000.push(await many(target, load, size, 1_000))
    if (target.pid !== undefined) {
      const { rss, pss } = megabytes(target.pid)
      samples.rssAt1000.push(rss)
      samples.pssAt1000.push(pss)
    }
    await load.drop()
    progress(`1 000 streams: ${target.name}`)
  }
  return rows.map(({ target, samples }) => ({ name: target.name, numbers: medians(samples) }))
}

function emptySamples(): Samples {
  return {
    cpuPerChunk: [],
    pace: [],
    ttftAlone: [],
    ttftP50: [],
    ttftP99: [],
    burstPerSecond: [],
    cpuPerBurst: [],
    ttftAt100: [],
    ttftAt1000: [],
    idleMb: [],
    rssAt1000: [],
    pssAt1000: [],
  }
}

function medians(samples: Samples): Row['numbers'] {
  const middle = (name: keyof Samples): number => quantile(samples[name], 0.5)
  return {
    cpuPerChunk: middle('cpuPerChunk'),
    pace: middle('pace'),
    ttftAlone: middle('ttftAlone'),
    ttftP50: middle('ttftP50'),
    ttftP99: middle('ttftP99'),
    burstPerSecond: middle('burstPerSecond'),
    cpuPerBurst: middle('cpuPerBurst'),
    ttftAt100: middle('ttftAt100'),
    ttftAt1000: middle('ttftAt1000'),
    idleMb: middle('idleMb'),
    rssAt1000: middle('rssAt1000'),
    pssAt1000: middle('pssAt1000'),
  }
}

function megabytes(pid: number): { readonly rss: number; readonly pss: number } {
  const { rssBytes, pssBytes } = processCost(pid)
  return { rss: rssBytes / 2 ** 20, pss: pssBytes / 2 ** 20 }
}

/** Gives the share of the machine that other work has taken since: above a few percent no number is worth much. */
function watchOthers(): () => number {
  const before = { all: machineMicros(), own: cpuMicros(process.pid), atMs: performance.now() }
  return () => {
    const others = machineMicros() - before.all - (cpuMicros(process.pid) - before.own)
    return Math.max(0, others / ((performance.now() - before.atMs) * 1000 * availableParallelism()))
  }
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

async function main(args: readonly string[]): Promise<number> {
  if (process.platform !== 'linux') {
    console.error('This benchmark reads /proc: it runs on Linux only.')
    return 2
  }
  const only = args
    .find((arg) => arg.startsWith('--only='))
    ?.slice(7)
    .split(',')
  const folder = join(import.meta.dir, 'relay')
  const provider = await startProgram(
    [process.execPath, join(folder, 'fake-upstream.ts')],
    'others',
  )
  const load = driver([process.execPath, join(folder, 'load.ts')])
  const running: Running[] = []
  const quick = args.includes('--quick')
  let failed = false
  let interrupted = false
  const stop = async (): Promise<void> => {
    for (const target of running.splice(0)) await target.stop()
    load.stop()
    await provider.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      interrupted = true
      stop().finally(() => process.exit(130))
    })
  try {
    for (const [name, start] of Object.entries(TARGETS)) {
      if (only ? !only.includes(name) : quick && SLOW.includes(name)) continue
      try {
        const target = await start(new URL(`http://127.0.0.1:${provider.port}`))
        if (target) running.push(target)
      } catch (cause) {
        failed = true
        console.error(`✗ ${name}: ${cause instanceof Error ? cause.message : String(cause)}`)
      }
    }
    const watch = watchOthers()
    const rows = await measure(running, load, quick ? QUICK : FULL)
    progress('')
    const result = { bench: 'relay', machine: machineLine(), othersShare: watch(), rows }
    console.log(args.includes('--json') ? JSON.stringify(result, null, 2) : report(result))
  } catch (cause) {
    // What was under way breaks when its processes are ended: nobody needs to hear of it.
    if (!interrupted) throw cause
  } finally {
    await stop()
  }
  return failed ? 1 : 0
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)))
