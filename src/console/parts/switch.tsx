import { classes } from './classes.ts'

/** On or off, at once. Its state is also written beside it: never by colour alone. */
export function Switch({
  label,
  on,
  onChange,
  disabled = false,
  busy = false,
}: {
  /** What is switched, for screen readers. */
  label: string
  on: boolean
  onChange: (on: boolean) => void
  disabled?: boolean
  busy?: boolean
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-label={label}
      aria-checked={on}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      onClick={() => onChange(!on)}
      className="inline-flex h-7 items-center gap-2 rounded-md px-1 disabled:opacity-60"
    >
      <span
        aria-hidden="true"
        className={classes(
          'inline-flex h-4.5 w-8 items-center rounded-full border px-0.5 transition-colors',
          on ? 'justify-end border-accent bg-accent' : 'justify-start border-line-strong bg-sunken',
        )}
      >
        <span className={classes('size-3 rounded-full', on ? 'bg-accent-ink' : 'bg-ink-faint')} />
      </span>
      <span aria-hidden="true" className="w-6 text-left">
        {on ? 'on' : 'off'}
      </span>
    </button>
  )
}
