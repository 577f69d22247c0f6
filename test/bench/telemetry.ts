/**
 * What telemetry costs: `bun run bench telemetry [--quick] [--json]`. Gateway CPU per acknowledged span, against one
 * acknowledged message per span in the same run; the exporter's rate per core into Postgres and into OTLP, against decoding
 * alone; the first byte's delay while NATS is gone, against the same load with it.
 */
import { machineLine } from './relay/machine.ts'
import { measureExporter } from './telemetry/exporter.ts'
import { measureOutage } from './telemetry/outage.ts'
import { measurePublishing } from './telemetry/publishing.ts'

const isQuick = process.argv.includes('--quick')
const result = {
  machine: machineLine(),
  publishing: await measurePublishing(isQuick ? 50_000 : 300_000),
  exporter: await measureExporter(isQuick ? 40_000 : 200_000),
  outage: await measureOutage(isQuick ? 8 : 60),
}
if (process.argv.includes('--json')) console.log(JSON.stringify(result))
else {
  const { publishing, exporter, outage } = result
  const round = (value: number, digits = 2): string => value.toFixed(digits)
  console.log(`${result.machine}
Publishing, gateway CPU per acknowledged span
  batches over the spool   ${round(publishing.batchedMicros)} µs
  one message per span     ${round(publishing.singleMicros)} µs (baseline, ${round(publishing.singleMicros / publishing.batchedMicros, 1)} times as much)
Exporter, per second of its own CPU
  into Postgres   ${round(exporter.postgresPerCpuSecond, 0)} spans (${round(exporter.postgresPerSecond, 0)} a second by the clock)
  into OTLP       ${round(exporter.otlpPerCpuSecond, 0)} spans (${round(exporter.otlpPerSecond, 0)} a second by the clock)
  decoding alone  ${round(exporter.decodePerCpuSecond, 0)} spans (baseline)
NATS away for ${outage.seconds} s under ${outage.streams} streams
  first byte p50  ${round(outage.normalP50Ms)} ms with it, ${round(outage.awayP50Ms)} ms without (× ${round(outage.awayP50Ms / outage.normalP50Ms, 3)})
  calls ${outage.calls}, runs stored ${outage.runs}, spans stored ${outage.spans} of ${outage.spansWanted}`)
}
process.exit(0)
