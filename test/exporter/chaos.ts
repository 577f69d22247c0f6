import { openBus } from '../../src/bus/bus.ts'
import { exchangeWriter } from '../../src/store/exchanges.ts'
import { outboxSize } from '../../src/store/outbox.ts'
import { freeze } from '../support/freeze.ts'
import { someEvent, TIMINGS, testNats } from '../support/nats.ts'
import { accept, partial, type Reply, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'
import { type ExporterProcess, startExporter } from './exporter-process.ts'

export interface ChaosOptions {
  readonly calls: number
  readonly perSecond: number
  /** SIGKILLs of the exporter, spread evenly. */
  readonly exporterKills: number
  /** Times NATS is killed and, in turn, frozen for a second. */
  readonly natsFaults: number
  /** Waiting for the last delivery after the last call. */
  readonly settleMs: number
}

/** What stood where in the end. */
export interface ChaosResult {
  readonly calls: number
  readonly runs: number
  readonly outbox: number
  /** Spans in our own store, and how many distinct ids they have. */
  readonly spans: number
  readonly spansDropped: number
  /** Distinct root spans at the healthy and at the unwell backend. */
  readonly healthyRoots: number
  readonly unwellRoots: number
  /** Repeats at the unwell backend whose content was not that of the first time. */
  readonly changedRepeats: number
}

/** Answers of a backend on a very bad day, in turn. */
const BAD_DAY: readonly (() => Reply)[] = [
  accept,
  () => new Response('', { status: 429, headers: { 'retry-after': '0' } }),
  () => new Response('', { status: 500 }),
  accept,
  () => partial(1, 'one of them is too old'),
  'hang',
  () => new Response('', { status: 503, headers: { 'retry-after': '1' } }),
].map((reply) => (typeof reply === 'function' ? reply : () => 'hang' as const))

/** Ends calls at a steady rate while exporter, NATS and one of two backends fail again and again. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const world = testWorld()
  const [nats, database] = await Promise.all([testNats(), testDatabase()])
  const healthy = startOtlpReceiver()
  const unwell = startOtlpReceiver((_request, count) =>
    (BAD_DAY[count % BAD_DAY.length] ?? accept)(),
  )
  const exports = [
    { type: 'otlp', name: 'healthy', endpoint: healthy.url },
    { type: 'otlp', name: 'unwell', endpoint: unwell.url, timeout_seconds: 0.5 },
  ]
  const env = {
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    SLUICE_EXPORTS: JSON.stringify(exports),
    SLUICE_LOG_LEVEL: 'silent',
  }
  let exporter: ExporterProcess = await startExporter(env)
  const bus = openBus({ url: nats.url, world })
  const writer = exchangeWriter(database, world)
  const ids: string[] = []
  const endCall = async (): Promise<void> => {
    const event = someEvent()
    ids.push(event.opened.id)
    await writer.record(event)
    bus.publishCall({ event, timings: TIMINGS, detail: 'calls' })
  }
  await endCall()
  // From then on the backends have their cursors.
  const isRoot = (span: { kind: number }): boolean => span.kind === 2
  await until('the first call at both', () =>
    [healthy, unwell].every((receiver) => receiver.accepted().some(isRoot)),
  )
  const writing: Promise<void>[] = []
  let [kills, faults] = [0, 0]
  const began = performance.now()
  for (let call = 1; call < options.calls; call++) {
    writing.push(endCall())
    const share = call / options.calls
    if (share > (kills + 1) / (options.exporterKills + 1)) {
      kills++
      exporter.kill()
      exporter = await startExporter(env)
    }
    if (share > (faults + 1) / (options.natsFaults + 1)) {
      faults++
      if (faults % 2 === 1) {
        await nats.kill()
        await nats.restart()
      } else {
        await freeze(nats.pid())
        setTimeout(() => process.kill(nats.pid(), 'SIGCONT'), 1_000)
      }
    }
    const ahead = (call / options.perSecond) * 1_000 - (performance.now() - began)
    if (ahead > 2) await Bun.sleep(ahead)
  }
  await Promise.all(writing)
  const roots = (receiver: typeof healthy): number =>
    new Set(
      receiver
        .accepted()
        .filter(isRoot)
        .map((span) => span.spanId),
    ).size
  const countSpans = async () =>
    (await database.sql<{ count: number }[]>`select count(*)::int as count from spans`)[0]?.count ??
    0
  const reached = async (): Promise<boolean> =>
    (await outboxSize(database)).waiting === 0 &&
    roots(healthy) >= options.calls &&
    roots(unwell) >= options.calls &&
    (await countSpans()) >= options.calls * 2
  // A question that a busy machine answers too late is asked again: it says nothing about what was delivered.
  await until('everything everywhere', () => reached().catch(() => false), options.settleMs).catch(
    () => undefined,
  )
  const [runs] = await database.sql<{ count: number }[]>`
    select count(*)::int as count from runs where id = any(${ids}::uuid[])`
  const first = new Map<string, string>()
  let changedRepeats = 0
  for (const span of unwell.accepted()) {
    const text = Bun.inspect(span, { sorted: true })
    const before = first.get(span.spanId)
    if (before === undefined) first.set(span.spanId, text)
    else if (before !== text) changedRepeats++
  }
  const result = {
    calls: ids.length,
    runs: runs?.count ?? 0,
    outbox: (await outboxSize(database)).waiting,
    spans: await countSpans(),
    spansDropped: bus.stats().spansDropped,
    healthyRoots: roots(healthy),
    unwellRoots: roots(unwell),
    changedRepeats,
  }
  await exporter.stop()
  await bus.close(0)
  await Promise.all([nats.stop(), database.close(), healthy.stop(), unwell.stop()])
  return result
}
