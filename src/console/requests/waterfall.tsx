import { duration } from '../parts/format.ts'

/** One bar; both in milliseconds, from the arrival of the call. */
export interface Bar {
  readonly name: string
  readonly fromMs: number
  readonly forMs: number
  readonly tone: 'own' | 'wait' | 'answer' | 'step' | 'error'
}

const FILLS: Readonly<Record<Bar['tone'], string>> = {
  own: 'var(--series-2)',
  wait: 'var(--series-3)',
  answer: 'var(--series-1)',
  step: 'var(--series-6)',
  error: 'var(--bad)',
}

/** Where the time of a call went: a table whose last column is drawn. */
export function Waterfall({ bars, totalMs }: { bars: readonly Bar[]; totalMs: number }) {
  const whole = Math.max(totalMs, ...bars.map((bar) => bar.fromMs + bar.forMs), 0.001)
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">Where the time went, from arrival to end</caption>
      <thead>
        <tr className="text-left text-ink-faint text-xs">
          <th scope="col" className="w-72 px-4 py-2 font-medium">
            Step
          </th>
          <th scope="col" className="w-24 py-2 text-right font-medium">
            Starts at
          </th>
          <th scope="col" className="w-24 py-2 text-right font-medium">
            Takes
          </th>
          <th scope="col" className="px-4 py-2 font-medium">
            0 to {duration(whole)}
          </th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two steps may have one name, and the list does not change
          <tr key={index} className="border-line border-t">
            <th scope="row" className="truncate px-4 py-1.5 text-left font-normal" title={bar.name}>
              {bar.name}
            </th>
            <td className="tabular py-1.5 text-right text-ink-soft">{duration(bar.fromMs)}</td>
            <td className="tabular py-1.5 text-right">{duration(bar.forMs)}</td>
            <td className="px-4 py-1.5">
              <svg width="100%" height="12" aria-hidden="true" className="block overflow-visible">
                <rect width="100%" height="12" rx="3" fill="var(--sunken)" />
                <rect
                  x={`${(bar.fromMs / whole) * 100}%`}
                  width={`${Math.max((bar.forMs / whole) * 100, 0.3)}%`}
                  height="12"
                  rx="3"
                  fill={FILLS[bar.tone]}
                />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
