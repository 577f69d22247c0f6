import { CopyButton } from './copy.tsx'

/** Text to be copied, as it is. `what` names it for the button and for screen readers. */
export function CodeBlock({ text, what }: { text: string; what: string }) {
  return (
    <figure className="relative m-0 rounded-md border border-line bg-sunken" aria-label={what}>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={text} what={what} />
      </div>
      <pre
        tabIndex={0}
        className="m-0 overflow-x-auto p-3 pr-24 font-mono text-ink text-xs leading-5"
      >
        {text}
      </pre>
    </figure>
  )
}
