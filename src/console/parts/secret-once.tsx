import { CopyButton } from './copy.tsx'

/** A value that is shown this once: it cannot be read again, only replaced. */
export function SecretOnce({ value, what }: { value: string; what: string }) {
  return (
    <div className="rounded-md border border-warn bg-warn-soft p-3">
      <p className="m-0 mb-2 font-medium text-warn">
        Copy this {what} now. It is shown once and cannot be read again.
      </p>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 break-all rounded-sm bg-surface px-2 py-1.5 font-mono text-ink text-xs">
          {value}
        </code>
        <CopyButton text={value} what={what} look="main" />
      </div>
    </div>
  )
}
