import type { ReactNode } from 'react'
import { CopyButton } from './copy.tsx'

/** Text to be copied, as it is. `what` names it for the button and for screen readers; `caption` stands above it. */
export function CodeBlock({
  text,
  what,
  caption = what,
}: {
  text: string
  what: string
  caption?: ReactNode
}) {
  return (
    <figure className="m-0 overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-line border-b bg-surface py-1 pr-1 pl-3 text-ink-faint text-xs">
        <span className="min-w-0 truncate">{caption}</span>
        <CopyButton text={text} what={what} look="quiet" />
      </figcaption>
      <pre tabIndex={0} className="m-0 overflow-x-auto p-3 font-mono text-ink text-xs leading-5">
        {text}
      </pre>
    </figure>
  )
}
