import { useMemo } from 'react'
import { Chart, SERIES_MAX } from '../parts/chart.tsx'
import { money } from '../parts/format.ts'
import type { OverTime } from './usage.ts'

const DAY_MS = 86_400_000
const USD = 1e9

/** Spend by bucket, the dearest parts apart and the rest in one. Buckets without a call are there as nothing. */
export default function TimeChart({
  times,
  order,
  bucket,
  fromMs,
  toMs,
  nameOf,
}: Pick<OverTime, 'times'> & {
  /** The parts, dearest first. */
  order: readonly string[]
  bucket: string
  fromMs: number
  toMs: number
  nameOf: (id: string) => string
}) {
  const drawn = useMemo(() => {
    const starts = startsOf(bucket, fromMs, toMs)
    const apart = order.length > SERIES_MAX ? order.slice(0, SERIES_MAX - 1) : order
    const series = apart.map((id) => ({
      label: nameOf(id),
      values: starts.map((at) => usd(times.get(at)?.get(id) ?? 0n)),
    }))
    const rest = starts.map((at) => {
      const all = [...(times.get(at) ?? [])].filter(([id]) => !apart.includes(id))
      return usd(all.reduce((sum, [, amount]) => sum + amount, 0n))
    })
    const other = order.length > SERIES_MAX ? [{ label: 'Other', values: rest }] : []
    return { times: starts, series: [...series, ...other] }
  }, [times, order, bucket, fromMs, toMs, nameOf])
  return <Chart label="Spend over time" {...drawn} format={usdText} bars />
}

/** A chart is drawn with floats; every tile and table beside it comes from whole amounts. */
function usd(nanos: bigint): number {
  return Number(nanos) / USD
}

function usdText(value: number): string {
  return money(BigInt(Math.round(value * USD)))
}

/** Where each bucket begins, in UTC as the sums are kept; weeks on Monday. */
function startsOf(bucket: string, fromMs: number, toMs: number): number[] {
  const starts: number[] = []
  for (let at = startOf(bucket, fromMs); at < toMs; at = next(bucket, at)) starts.push(at)
  return starts
}

function startOf(bucket: string, atMs: number): number {
  const date = new Date(atMs)
  if (bucket === 'hour') return date.setUTCMinutes(0, 0, 0)
  date.setUTCHours(0, 0, 0, 0)
  if (bucket === 'month') return date.setUTCDate(1)
  // Sunday is 0.
  return bucket === 'week' ? date.getTime() - ((date.getUTCDay() + 6) % 7) * DAY_MS : date.getTime()
}

function next(bucket: string, atMs: number): number {
  if (bucket === 'hour') return atMs + DAY_MS / 24
  if (bucket !== 'month') return atMs + (bucket === 'week' ? 7 : 1) * DAY_MS
  return new Date(atMs).setUTCMonth(new Date(atMs).getUTCMonth() + 1)
}
