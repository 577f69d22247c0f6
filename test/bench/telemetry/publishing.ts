import { openBus } from '../../../src/bus/bus.ts'
import { encodeSpan, encodeSpanBatch } from '../../../src/bus/events.ts'
import { openSpool } from '../../../src/bus/spool.ts'
import { spansOf } from '../../../src/telemetry/trace.ts'
import { someEvent, testNats } from '../../support/nats.ts'
import { testWorld, until } from '../../support/world.ts'

const TIMINGS = {
  authenticatedMs: 1,
  readMs: 2,
  admittedMs: 3,
  forwardedMs: 4,
  headMs: 50,
  firstByteMs: 60,
  endedMs: 900,
}
/** Published between two turns of the event loop: about what a busy gateway ends in a millisecond. */
const AT_ONCE = 50

/** CPU microseconds of this process per acknowledged span. */
export async function measurePublishing(spans: number) {
  const world = testWorld()
  const nats = await testNats()
  const bus = openBus({ url: nats.url, world })
  await until('the connection', () => bus.stats().connected)
  const organizationId = crypto.randomUUID()
  const event = someEvent({ opened: { organizationId } })
  const made = spansOf(event, TIMINGS)

  async function batched(count: number): Promise<number> {
    const before = bus.stats().spansAcked
    const cpu = process.cpuUsage()
    for (let sent = 0; sent < count; sent += made.length) {
      bus.publishSpans(made)
      if (sent % AT_ONCE === 0) await Bun.sleep(0)
      while (bus.stats().spoolBytes > 8e6) await Bun.sleep(1)
    }
    while (bus.stats().spansAcked - before < count) await Bun.sleep(2)
    return micros(cpu) / count
  }

  async function single(count: number): Promise<number> {
    const { connect } = await import('nats')
    const { host, username } = new URL(nats.url)
    const nc = await connect({ servers: host, token: username })
    const js = nc.jetstream()
    const spool = openSpool({
      clock: world.clock,
      bytesMax: 1e9,
      inFlightMax: 64,
      isReady: () => true,
      onDrop: () => {},
      send: (message) =>
        js
          .publish(message.subject, message.bytes, { msgID: message.id })
          .then(() => 'acked' as const),
    })
    const cpu = process.cpuUsage()
    for (let sent = 0; sent < count; sent++) {
      const [span = made[0]] = made
      if (span === undefined) break
      const bytes = encodeSpanBatch([encodeSpan(span)])
      spool.push({ subject: `spans.${organizationId}`, id: `single-${sent}`, bytes, events: 1 })
      if (sent % AT_ONCE === 0) await Bun.sleep(0)
    }
    while (spool.stats().acked < count) await Bun.sleep(2)
    const cost = micros(cpu) / count
    await nc.close()
    return cost
  }

  await batched(20_000)
  const batchedMicros = await batched(spans)
  const singleMicros = await single(Math.min(20_000, spans))
  const cpu = process.cpuUsage()
  for (let call = 0; call < spans / made.length; call++) spansOf(event, TIMINGS)
  const makingMicros = micros(cpu) / spans
  await bus.close()
  await nats.stop()
  return { spans, batchedMicros, singleMicros, makingMicros }
}

function micros(since: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(since)
  return used.user + used.system
}
