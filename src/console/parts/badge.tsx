import type { ReactNode } from 'react'

/** What a badge means; never told by colour alone, its text says it too. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'accent'

const TONES: Readonly<Record<Tone, string>> = {
  plain: 'bg-sunken text-ink-soft',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  info: 'bg-info-soft text-info',
  accent: 'bg-accent-soft text-accent-strong',
}

/** A short word on a soft ground. */
export function Badge({
  tone = 'plain',
  title,
  children,
}: {
  tone?: Tone
  title?: string
  children: ReactNode
}) {
  return (
    <span
      title={title}
      className={`inline-flex h-5 min-w-0 max-w-full items-center rounded-sm px-1.5 font-medium text-xs ${TONES[tone]}`}
    >
      {/* An element of its own: what is cut off in a flex box shows no dots. */}
      <span className="truncate">{children}</span>
    </span>
  )
}
