import { useEffect, useId, useRef, useState } from 'react'
import uPlot from 'uplot'
import { useScheme } from '../theme.ts'
import { Button } from './button.tsx'
import { fullMoment } from './format.ts'

/** One line or stack of bars; `values` stand beside the chart's times. */
export interface Series {
  readonly label: string
  readonly values: readonly (number | null)[]
}

const HEIGHT_PX = 220
/** As many as can be told apart; a caller sums up the rest. */
export const SERIES_MAX = 6

/**
 * A chart over time and its twin, the same numbers as a table: one button changes between them. `times` are epoch
 * milliseconds; `format` writes a value with its unit.
 */
export function Chart({
  label,
  times,
  series,
  format,
  bars = false,
}: {
  label: string
  times: readonly number[]
  series: readonly Series[]
  format: (value: number) => string
  bars?: boolean
}) {
  const [asTable, setAsTable] = useState(false)
  return (
    <figure className="m-0 px-4 py-3" aria-label={label}>
      <div className="mb-2 flex items-center justify-between gap-4">
        <ul className="m-0 flex list-none flex-wrap gap-x-4 gap-y-1 p-0 text-ink-soft text-xs">
          {series.map((each, index) => (
            <li key={each.label} className="flex items-center gap-1.5">
              <svg width="10" height="10" aria-hidden="true">
                <rect width="10" height="10" rx="2" fill={`var(--series-${index + 1})`} />
              </svg>
              {each.label}
            </li>
          ))}
        </ul>
        <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Chart' : 'Table'}
        </Button>
      </div>
      {asTable ? (
        <Twin label={label} times={times} series={series} format={format} />
      ) : (
        <Plot label={label} times={times} series={series} format={format} bars={bars} />
      )}
    </figure>
  )
}

interface Drawn {
  readonly label: string
  readonly times: readonly number[]
  readonly series: readonly Series[]
  readonly format: (value: number) => string
}

function Twin({ label, times, series, format }: Drawn) {
  return (
    <div className="max-h-56 overflow-auto" tabIndex={0}>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr className="text-ink-faint text-xs">
            <th scope="col" className="py-1 pr-4 font-medium">
              From
            </th>
            {series.map((each) => (
              <th key={each.label} scope="col" className="py-1 pr-4 text-right font-medium">
                {each.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="tabular">
          {times.map((at, row) => (
            <tr key={at} className="border-line border-t">
              <th scope="row" className="py-1 pr-4 font-normal">
                {fullMoment(at)}
              </th>
              {series.map((each) => (
                <td key={each.label} className="py-1 pr-4 text-right">
                  {format(each.values[row] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Plot({ label, times, series, format, bars }: Drawn & { bars: boolean }) {
  const place = useRef<HTMLDivElement>(null)
  const id = useId()
  const scheme = useScheme()
  const [said, setSaid] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme means other colours on the canvas
  useEffect(() => {
    const box = place.current
    if (!box) return
    const colours = coloursOf(box)
    const stacked = bars ? stack(series) : series.map((each) => [...each.values])
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 } },
        scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
        axes: [
          {
            stroke: colours.faint,
            grid: { show: false },
            size: 34,
            ticks: { stroke: colours.line, width: 1 },
            values: (_, all) => timeLabels(all),
          },
          {
            stroke: colours.faint,
            size: 64,
            grid: { stroke: colours.line, width: 1 },
            ticks: { show: false },
            values: (_, all) => all.map((value) => format(value)),
          },
        ],
        series: [
          {},
          ...series.map((each, index): uPlot.Series => {
            const colour = colours.series[index] ?? colours.faint
            const common = { label: each.label, stroke: colour, width: bars ? 0 : 1.5 }
            return bars && uPlot.paths.bars
              ? {
                  ...common,
                  fill: colour,
                  paths: uPlot.paths.bars({ size: [0.7, 48] }),
                  points: { show: false },
                }
              : { ...common, points: { show: times.length < 2 } }
          }),
        ],
        hooks: {
          setCursor: [
            ({ cursor }) => {
              const at = cursor.idx
              const time = at === null || at === undefined ? undefined : times[at]
              setSaid(
                time === undefined || typeof at !== 'number'
                  ? ''
                  : `${fullMoment(time)}: ${series.map((each) => `${each.label} ${format(each.values[at] ?? 0)}`).join(', ')}`,
              )
            },
          ],
        },
      },
      [times.map((at) => at / 1_000), ...stacked],
      box,
    )
    const sized = new ResizeObserver(() =>
      plot.setSize({ width: box.clientWidth, height: HEIGHT_PX }),
    )
    sized.observe(box)
    return () => {
      sized.disconnect()
      plot.destroy()
    }
  }, [times, series, bars, format, scheme])
  return (
    <>
      <div
        ref={place}
        role="img"
        aria-label={`${label}, drawn. The button Table shows its numbers.`}
        aria-describedby={id}
        className="h-[220px] w-full"
      />
      <p id={id} className="tabular m-0 min-h-5 truncate text-ink-soft text-xs">
        {said}
      </p>
    </>
  )
}

const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** The hour, and where a day begins its date; in the person's own zone. `seconds` as uPlot has them. */
function timeLabels(seconds: readonly number[]): string[] {
  return seconds.map((each, index) => {
    const at = new Date(each * 1_000)
    const before = seconds[index - 1]
    const sameDay =
      before !== undefined && new Date(before * 1_000).toDateString() === at.toDateString()
    const isMidnight = at.getHours() === 0 && at.getMinutes() === 0
    return sameDay
      ? HOUR.format(at)
      : isMidnight
        ? DAY.format(at)
        : `${DAY.format(at)} ${HOUR.format(at)}`
  })
}

/** Bars stand on each other: the first series is drawn last, so the sums go from the end. */
function stack(series: readonly Series[]): (number | null)[][] {
  return series.map((_, from) =>
    (series[0]?.values ?? []).map((__, at) =>
      series.slice(from).reduce((sum, each) => sum + (each.values[at] ?? 0), 0),
    ),
  )
}

/** A canvas knows no variables of a style sheet: a throw-away element resolves them. */
function coloursOf(box: HTMLElement) {
  const probe = document.createElement('span')
  box.append(probe)
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const series = Array.from({ length: SERIES_MAX }, (_, index) => read(`series-${index + 1}`))
  const found = { series, faint: read('ink-faint'), line: read('line') }
  probe.remove()
  return found
}
