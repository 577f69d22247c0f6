import { type ReactNode, useEffect } from 'react'
import { announce } from './announcer.tsx'

/** The head of every page: its name, one sentence, what can be done. Names the tab and tells screen readers. */
export function PageHead({
  title,
  says,
  children,
}: {
  title: string
  says?: ReactNode
  children?: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Sluice`
    announce(title)
  }, [title])
  return (
    <header className="flex min-h-14 flex-wrap items-center justify-between gap-x-6 gap-y-2 px-6 pt-5 pb-4">
      <div className="min-w-0">
        <h1 className="m-0 truncate font-semibold text-xl tracking-tight">{title}</h1>
        {says !== undefined && <p className="m-0 mt-0.5 max-w-3xl text-ink-faint">{says}</p>}
      </div>
      {children !== undefined && <div className="flex items-center gap-2">{children}</div>}
    </header>
  )
}

/** A titled block of a page. */
export function Section({
  title,
  says,
  actions,
  children,
}: {
  title: string
  says?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="card" aria-label={title}>
      <div className="flex items-center justify-between gap-4 border-line border-b px-4 py-2.5">
        <div>
          <h2 className="m-0 font-semibold text-sm">{title}</h2>
          {says !== undefined && <p className="m-0 text-ink-faint text-xs">{says}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}
