import type { TraceDetail } from './base/call.ts'
import type { ExchangeEvent } from './base/exchange.ts'
import type { World } from './base/world.ts'
import type { Bus } from './bus/port.ts'
import type { Reporter } from './gateway/deps.ts'
import type { Metrics } from './telemetry/metrics.ts'

/** Tells metrics and bus of every end. Never awaited and never throws: an unwell part costs a caller nothing. */
export function reporter(
  bus: Bus,
  metrics: Metrics,
  world: World,
  detail: TraceDetail = 'calls',
): Reporter {
  return {
    ended(opened, closed, timings) {
      const event: ExchangeEvent = { version: 1, opened, closed }
      try {
        metrics.exchangeEnded(event)
        bus.publishCall({ event, timings, detail })
      } catch (cause) {
        world.log.error('report.failed', { requestId: opened.id, cause: String(cause) })
      }
    },
    content: (content) => bus.publishContent(content),
    turnedAway(facts) {
      metrics.turnedAway(facts.door, facts.code)
      world.log.info('call.refused', {
        requestId: facts.requestId,
        door: facts.door,
        method: facts.method,
        status: facts.status,
        code: facts.code,
      })
    },
  }
}
