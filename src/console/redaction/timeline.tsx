import { type ReactNode, useEffect, useState } from 'react'
import { count } from '../parts/format.ts'
import type { Shown } from './preview.ts'

type Chunks = NonNullable<Shown['chunks']>

/** What had come, what had left and what was held back after a piece; a slider goes from piece to piece. */
export function Timeline({ text, chunks }: { text: string; chunks: Chunks }) {
  const last = chunks.length - 1
  const [wanted, setWanted] = useState(Number.POSITIVE_INFINITY)
  const at = Math.min(wanted, last)
  // Another text or size of piece: from the end again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number of pieces tells it
  useEffect(() => setWanted(Number.POSITIVE_INFINITY), [last])
  const now = chunks[at]
  if (!now) return null
  const before = at === 0 ? 0 : (chunks[at - 1]?.until ?? 0)
  const left = chunks
    .slice(0, at)
    .map((each) => each.left)
    .join('')
  const isEnd = at === last
  return (
    <div className="flex flex-col gap-3 p-4">
      <label className="flex items-center gap-3">
        <span className="w-40 shrink-0 font-medium">
          {isEnd ? 'The text has ended' : `After piece ${count(at + 1)} of ${count(last)}`}
        </span>
        <input
          type="range"
          min={0}
          max={last}
          value={at}
          onChange={(event) => setWanted(event.target.valueAsNumber)}
          aria-label="Moment"
          aria-valuetext={isEnd ? 'the text has ended' : `after piece ${at + 1} of ${last}`}
          className="min-w-0 flex-1 accent-(--accent)"
        />
        <span className="tabular w-20 shrink-0 text-right">{count(now.held)} held</span>
      </label>
      <div className="grid gap-3 lg:grid-cols-2">
        <Pane title={`Came in: ${count(now.until)} of ${count(text.length)} units`}>
          {text.slice(0, before)}
          <mark className="rounded-sm bg-info-soft text-info">{text.slice(before, now.until)}</mark>
        </Pane>
        <Pane title={`Left: ${count(left.length + now.left.length)} units`}>
          {left}
          <mark className="rounded-sm bg-good-soft text-good">{now.left}</mark>
        </Pane>
      </div>
      <p className="tabular m-0 text-ink-soft" role="status">
        {now.held === 0
          ? 'Nothing is held back here.'
          : `${count(now.held)} units are held back: what they are cannot be told before more comes.`}
      </p>
    </div>
  )
}

function Pane({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="tabular m-0 mb-1 font-medium text-ink-faint text-xs">{title}</h3>
      <pre
        tabIndex={0}
        role="group"
        aria-label={title}
        className="m-0 max-h-56 min-h-24 overflow-auto whitespace-pre-wrap break-words rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5"
      >
        {children}
      </pre>
    </div>
  )
}
