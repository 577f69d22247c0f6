import { exchangeText } from '../../../src/base/exchange-json.ts'
import { openBus } from '../../../src/bus/bus.ts'
import { encodeCalls } from '../../../src/bus/call-messages.ts'
import { openSpool } from '../../../src/bus/spool.ts'
import { someCall, testNats } from '../../support/nats.ts'
import { testWorld, until } from '../../support/world.ts'

/** Published between two turns of the event loop: about what a busy gateway ends in a millisecond. */
const AT_ONCE = 50
const DIFFERENT_CALLS = 500

/** CPU microseconds of this process per acknowledged span. */
export async function measurePublishing(spans: number) {
  const world = testWorld()
  const nats = await testNats()
  const bus = openBus({ url: nats.url, world })
  await until('the connection', () => bus.stats().connected)
  const organizationId = crypto.randomUUID()
  const organisation = { opened: { organizationId } }

  // As in a gateway: one call differs from the next, and its text was made for its outbox row. Few enough that
  // the collector's work on them is not measured.
  const calls = Array.from({ length: DIFFERENT_CALLS }, () => someCall(organisation))
  for (const { event } of calls) exchangeText(event)

  async function batched(count: number): Promise<number> {
    const before = bus.stats().spansAcked
    const cpu = process.cpuUsage()
    for (let sent = 0; sent < count; ) {
      for (const call of calls.slice(0, (count - sent) / 2)) {
        bus.publishCall(call)
        sent += 2
        if (sent % AT_ONCE === 0) await Bun.sleep(0)
      }
      while (bus.stats().spoolBytes > 1e6) await Bun.sleep(1)
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
    // Half a call a span.
    const bytes = encodeCalls([someCall(organisation)])[0]?.bytes ?? new Uint8Array()
    for (let sent = 0; sent < count; sent++) {
      spool.push({ subject: `calls.${organizationId}`, id: `single-${sent}`, bytes, events: 1 })
      if (sent % AT_ONCE === 0) await Bun.sleep(0)
    }
    while (spool.stats().acked < count) await Bun.sleep(2)
    const cost = micros(cpu) / count
    await nc.close()
    return cost
  }

  // A gateway runs for days: what compiling its code costs is not the cost of a span.
  await batched(spans)
  const batchedMicros = await batched(spans)
  const singleMicros = await single(Math.min(20_000, spans))
  await bus.close()
  await nats.stop()
  return { spans, batchedMicros, singleMicros }
}

function micros(since: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(since)
  return used.user + used.system
}
