import { type ReactNode, type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { Button, IconButton } from './button.tsx'
import { TextField } from './field.tsx'
import { IconClose } from './icons.tsx'

/**
 * A modal on the browser's own `<dialog>`: focus stays inside and returns, Escape closes, the rest is inert. As a
 * `pane` it stands at the right edge, for forms.
 */
export function Dialog({
  open,
  onClose,
  title,
  says,
  pane = false,
  children,
  footer,
}: {
  open: boolean
  onClose: () => void
  title: string
  says?: ReactNode
  pane?: boolean
  children?: ReactNode
  footer?: ReactNode
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    if (open && !dialog.open) dialog.showModal()
    if (!open && dialog.open) dialog.close()
  }, [open])
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      onKeyDown={(event) => event.stopPropagation()}
      className={
        pane
          ? 'fixed top-0 right-0 left-auto m-0 h-full max-h-none w-[min(36rem,100vw)] border-line border-l bg-raised p-0 text-ink'
          : 'm-auto w-[min(30rem,calc(100vw-2rem))] rounded-lg border border-line bg-raised p-0 text-ink'
      }
    >
      {open && (
        <div className={`flex max-h-full flex-col ${pane ? 'h-full' : ''}`}>
          <div className="flex items-start justify-between gap-4 px-5 pt-4 pb-2">
            <div>
              <h2 id={id} className="m-0 font-semibold text-lg">
                {title}
              </h2>
              {says !== undefined && <p className="m-0 text-ink-faint">{says}</p>}
            </div>
            <IconButton label="Close" onClick={onClose}>
              <IconClose />
            </IconButton>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-2">{children}</div>
          {footer !== undefined && (
            <div className="flex justify-end gap-2 border-line border-t px-5 py-3">{footer}</div>
          )}
        </div>
      )}
    </dialog>
  )
}

/** Asks for the name of a thing before it is destroyed. `says` tells what will happen. */
export function ConfirmByName({
  open,
  onClose,
  title,
  says,
  name,
  action,
  onConfirm,
  busy = false,
  error,
}: {
  open: boolean
  onClose: () => void
  title: string
  says: ReactNode
  name: string
  /** The word on the button, such as `Delete`. */
  action: string
  onConfirm: () => void
  busy?: boolean
  error?: string | undefined
}) {
  const [typed, setTyped] = useState('')
  const form = useId()
  useEffect(() => {
    if (open) setTyped('')
  }, [open])
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (typed === name && !busy) onConfirm()
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" form={form} disabled={typed !== name} busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-3">
        <div className="text-ink-soft">{says}</div>
        <TextField
          label={`Type “${name}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          error={error}
        />
      </form>
    </Dialog>
  )
}
