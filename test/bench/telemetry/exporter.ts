import { openBus } from '../../../src/bus/bus.ts'
import { encodeCalls } from '../../../src/bus/call-messages.ts'
import { decodeCalls } from '../../../src/bus/events.ts'
import { startExporter } from '../../exporter/exporter-process.ts'
import { someCall, someEvent, testNats } from '../../support/nats.ts'
import { testDatabase } from '../../support/postgres.ts'
import { testWorld, until } from '../../support/world.ts'
import { cpuMicros } from '../relay/process-cost.ts'

/** Spans per second, and per second of the exporter's CPU, from a full bus into each kind of store. */
export async function measureExporter(spans: number) {
  const postgres = await intoPostgres(spans)
  const otlp = await intoOtlp(spans)
  return {
    spans,
    postgresPerSecond: postgres.perSecond,
    postgresPerCpuSecond: postgres.perCpuSecond,
    otlpPerSecond: otlp.perSecond,
    otlpPerCpuSecond: otlp.perCpuSecond,
    decodePerCpuSecond: decodeAlone(spans),
  }
}

/** Spans only: the bus is filled first, then a fresh exporter empties it. */
async function intoPostgres(spans: number) {
  const [nats, database] = await Promise.all([testNats(), testDatabase()])
  const bus = openBus({ url: nats.url, world: testWorld() })
  const organizationId = crypto.randomUUID()
  for (let sent = 0; sent < spans; sent += 2) {
    bus.publishCall(someCall({ opened: { organizationId } }))
    // Faster than the bus takes them they would fill memory and be dropped.
    while (bus.stats().spoolBytes > 8e6) await Bun.sleep(1)
    if (sent % 1_000 === 0) await Bun.sleep(0)
  }
  await until('a full bus', () => bus.stats().spansAcked === spans, 60_000)
  const count = async (): Promise<number> =>
    (await database.sql<{ count: number }[]>`select count(*)::int as count from spans`)[0]?.count ??
    0
  const rate = await drain(spans, { DATABASE_URL: database.url, NATS_URL: nats.url }, count)
  await bus.close(0)
  await Promise.all([nats.stop(), database.close()])
  return rate
}

/** Calls: each is two spans at the backend. They pass our own trace store too, whose share is measured first and taken off. */
async function intoOtlp(spans: number) {
  const with_ = await callsThrough(spans / 2, true)
  const without = await callsThrough(spans / 2, false)
  const cpuSeconds = Math.max(1e-3, with_.cpuSeconds - without.cpuSeconds)
  return { perSecond: spans / with_.seconds, perCpuSecond: spans / cpuSeconds }
}

async function callsThrough(calls: number, toOtlp: boolean) {
  const [nats, database] = await Promise.all([testNats(), testDatabase()])
  const bus = openBus({ url: nats.url, world: testWorld() })
  await until('the connection', () => bus.stats().connected)
  const since = new Date(Date.now() - 1_000).toISOString()
  const organizationId = crypto.randomUUID()
  for (let sent = 0; sent < calls; sent += 500)
    await bus.sendUsage(
      Array.from({ length: 500 }, () => someEvent({ opened: { organizationId } })),
    )
  let received = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      await request.arrayBuffer()
      received++
      return new Response()
    },
  })
  const exports = [{ type: 'otlp', endpoint: `http://127.0.0.1:${server.port}`, since }]
  const env = {
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    ...(toOtlp ? { SLUICE_EXPORTS: JSON.stringify(exports) } : {}),
  }
  const count = async (): Promise<number> => {
    const [row] = await database.sql<{ count: number }[]>`select count(*)::int as count from runs`
    // Requests hold up to 512 spans; the last batches are small.
    const delivered = toOtlp ? Math.min(calls, received * 256) : calls
    return Math.min(row?.count ?? 0, delivered)
  }
  const rate = await drain(calls, env, count)
  await server.stop(true)
  await bus.close(0)
  await Promise.all([nats.stop(), database.close()])
  return rate
}

async function drain(goal: number, env: Record<string, string>, count: () => Promise<number>) {
  const exporter = await startExporter(env)
  const began = performance.now()
  // What starting costs is not delivery.
  const before = cpuMicros(exporter.pid)
  await until('everything delivered', async () => (await count()) >= goal, 300_000)
  const seconds = (performance.now() - began) / 1_000
  const cpuSeconds = (cpuMicros(exporter.pid) - before) / 1e6
  exporter.kill()
  return { seconds, cpuSeconds, perSecond: goal / seconds, perCpuSecond: goal / cpuSeconds }
}

/** What reading the messages costs with nothing done to them: no exporter can be faster. */
function decodeAlone(spans: number): number {
  const [batch] = encodeCalls(
    Array.from({ length: 50 }, () => someCall({ opened: { organizationId: 'one' } })),
  )
  if (batch === undefined) throw new Error('no message')
  const cpu = process.cpuUsage()
  for (let read = 0; read < spans; read += 100) decodeCalls(batch.bytes)
  const used = process.cpuUsage(cpu)
  return spans / ((used.user + used.system) / 1e6)
}
