import { useMemo } from 'react'
import { Chart } from '../parts/chart.tsx'
import { money } from '../parts/format.ts'

const HOUR_MS = 3_600_000
const USD = 1e9

interface Row {
  readonly bucket: string | null
  readonly cost_nanos: string
  readonly measured_nanos: string
}

/** Money by hour or day; hours without a call are there as nothing. */
export default function SpendChart({
  rows,
  from,
  to,
}: {
  rows: readonly Row[]
  from: string
  to: string
}) {
  const { times, series } = useMemo(() => {
    const isDaily = Date.parse(to) - Date.parse(from) > 49 * HOUR_MS
    const stepMs = isDaily ? 24 * HOUR_MS : HOUR_MS
    const known = new Map(rows.map((row) => [Date.parse(row.bucket ?? from), row]))
    const first = Math.floor(Date.parse(from) / stepMs) * stepMs
    const times: number[] = []
    for (let at = first; at <= Date.parse(to); at += stepMs) times.push(at)
    // A chart is drawn with floats; the table beside it and every tile come from whole amounts.
    const usd = (nanos: bigint) => Number(nanos) / USD
    const measured = times.map((at) => usd(BigInt(known.get(at)?.measured_nanos ?? 0)))
    const rest = times.map((at) => {
      const row = known.get(at)
      return row ? usd(BigInt(row.cost_nanos) - BigInt(row.measured_nanos)) : 0
    })
    const counted = { label: 'Counted or held at the ceiling', values: rest }
    return {
      times,
      series: [
        { label: 'As providers measured', values: measured },
        ...(rest.some((each) => each > 0) ? [counted] : []),
      ],
    }
  }, [rows, from, to])
  return <Chart label="Spend over time" times={times} series={series} format={usdText} bars />
}

/** Up to nine decimals of a float amount, through whole nanodollars. */
function usdText(value: number): string {
  return money(BigInt(Math.round(value * USD)))
}
