import { join } from 'node:path'
import { openMetrics } from '../../src/telemetry/metrics.ts'
import { someEvent } from '../support/nats.ts'
import { until } from '../support/world.ts'

// A second gateway for the tests of shared metrics: counts two calls, leaves its values, stays.
const dir = process.argv[2] ?? ''
const metrics = openMetrics({ dir, program: 'gateway' })
metrics.exchangeEnded(someEvent())
metrics.exchangeEnded(someEvent())
const counted = /"name":"gateway_requests_total"[^\]]*"value":2/
await until('the values on disk', async () =>
  counted.test(
    await Bun.file(join(dir, `${process.pid}.json`))
      .text()
      .catch(() => ''),
  ),
)
process.stdout.write('written\n')
setInterval(() => {}, 1_000)
