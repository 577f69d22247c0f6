import { type ReactNode, type SubmitEvent, useId } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Refusal } from './refusal.tsx'

/** A modal that is one form: its fields, why it was refused, Cancel, and `action`, the word on the button that sends it. */
export function FormDialog({
  action,
  busy,
  disabled = false,
  error,
  onSubmit,
  children,
  ...dialog
}: {
  open: boolean
  onClose: () => void
  title: string
  says?: ReactNode
  pane?: boolean
  action: string
  busy: boolean
  disabled?: boolean
  error: unknown
  onSubmit: () => void
  children: ReactNode
}) {
  const form = useId()
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!busy) onSubmit()
  }
  return (
    <Dialog
      {...dialog}
      footer={
        <>
          <Button onClick={dialog.onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={busy} disabled={disabled}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {children}
        <Refusal error={error} />
      </form>
    </Dialog>
  )
}
