import { Link, type LinkProps } from '@tanstack/react-router'
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { classes } from './classes.ts'

/** How loud a button is: one `main` per view, `danger` for what cannot be undone. */
export type Loudness = 'main' | 'plain' | 'quiet' | 'danger'

const LOOKS: Readonly<Record<Loudness, string>> = {
  main: 'bg-accent text-accent-ink border-transparent hover:bg-accent-strong',
  plain: 'bg-surface text-ink border-line-strong hover:bg-sunken',
  quiet: 'bg-transparent text-ink-soft border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-surface text-bad border-line-strong hover:bg-bad-soft',
}
const SHAPE =
  'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border px-3 font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-50'

/** A button that says what it does. `busy` keeps it from being pressed twice and tells screen readers so. */
export function Button({
  look = 'plain',
  busy = false,
  className,
  disabled,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Loudness; busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classes(SHAPE, LOOKS[look], className)}
    />
  )
}

/** A link that looks like a button: it goes somewhere, and can be opened in a new tab. */
export function ButtonLink({
  look = 'plain',
  className,
  children,
  ...rest
}: LinkProps & { look?: Loudness; className?: string; children: ReactNode }) {
  return (
    <Link {...rest} className={classes(SHAPE, LOOKS[look], className)}>
      {children}
    </Link>
  )
}

/** A square button with a drawing; `label` is its name. */
export function IconButton({
  label,
  children,
  className,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={classes(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-soft hover:bg-sunken hover:text-ink',
        className,
      )}
    >
      {children}
    </button>
  )
}
