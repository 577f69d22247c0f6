import type { ReactNode } from 'react'
import { IconCheck } from '../parts/icons.tsx'

/** One step of a list of steps. */
export function Step({
  number,
  title,
  says,
  isDone = false,
  children,
}: {
  number: number
  title: string
  says: string
  isDone?: boolean
  children: ReactNode
}) {
  return (
    <li className="card p-5">
      <div className="mb-3 flex items-start gap-3">
        <span
          aria-hidden="true"
          className={`inline-flex size-6 shrink-0 items-center justify-center rounded-full font-semibold text-xs ${isDone ? 'bg-good-soft text-good' : 'bg-accent-soft text-accent-strong'}`}
        >
          {isDone ? <IconCheck size={14} /> : number}
        </span>
        <div>
          <h2 className="m-0 font-semibold text-base">
            {title}
            {isDone && <span className="sr-only"> (done)</span>}
          </h2>
          <p className="m-0 text-ink-faint">{says}</p>
        </div>
      </div>
      <div className="pl-9">{children}</div>
    </li>
  )
}
