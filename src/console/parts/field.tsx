import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import { classes } from './classes.ts'

interface About {
  readonly label: string
  readonly hint?: ReactNode
  /** Says what to change; tells screen readers that the value is wrong. */
  readonly error?: string | undefined
}

function useAbout({ label, hint, error }: About) {
  const id = useId()
  const describedBy = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(' ')
  const wrap = (control: ReactNode) => (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {control}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="m-0 text-ink-faint text-xs">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="m-0 text-bad text-xs">
          {error}
        </p>
      )}
    </div>
  )
  const props = {
    id,
    'aria-describedby': describedBy === '' ? undefined : describedBy,
    'aria-invalid': error === undefined ? undefined : (true as const),
  }
  return { wrap, props }
}

/** One line of text. */
export function TextField({
  label,
  hint,
  error,
  className,
  ...rest
}: About & InputHTMLAttributes<HTMLInputElement>) {
  const { wrap, props } = useAbout({ label, hint, error })
  return wrap(
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      {...rest}
      {...props}
      className={classes('input', className)}
    />,
  )
}

/** Several lines of text. */
export function TextArea({
  label,
  hint,
  error,
  className,
  ...rest
}: About & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { wrap, props } = useAbout({ label, hint, error })
  return wrap(
    <textarea
      rows={6}
      spellCheck={false}
      {...rest}
      {...props}
      className={classes('input h-auto py-2 font-mono text-xs leading-5', className)}
    />,
  )
}

/** One of a few; the browser's own list, which every keyboard and screen reader knows. */
export function SelectField({
  label,
  hint,
  error,
  options,
  className,
  ...rest
}: About &
  SelectHTMLAttributes<HTMLSelectElement> & {
    options: readonly { readonly value: string; readonly label: string }[]
  }) {
  const { wrap, props } = useAbout({ label, hint, error })
  return wrap(
    <select {...rest} {...props} className={classes('input', className)}>
      {options.map((each) => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ))}
    </select>,
  )
}

/** Yes or no, with its sentence. */
export function CheckField({
  label,
  hint,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <input id={id} type="checkbox" {...rest} className="mt-0.5 size-4 accent-(--accent)" />
      <label htmlFor={id}>
        <span className="font-medium">{label}</span>
        {hint !== undefined && <span className="block text-ink-faint text-xs">{hint}</span>}
      </label>
    </div>
  )
}

/** A filter above a list: small, its label is for screen readers; it stands out while it is not at `usual`. */
export function FilterSelect({
  label,
  value,
  usual = '',
  onChange,
  options,
}: {
  label: string
  value: string
  usual?: string
  onChange: (value: string) => void
  options: readonly { readonly value: string; readonly label: string }[]
}) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={classes('input max-w-44', value !== usual && 'border-accent')}
    >
      {options.map((each) => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ))}
    </select>
  )
}
