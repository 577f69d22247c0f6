import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { TextField } from '../parts/field.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { useSession } from '../session.tsx'

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/

/** Writes a provider secret. With a name it sets or replaces that one; `''` lets the name be chosen. */
export function SetSecret({
  name,
  replaces,
  onClose,
}: {
  /** Undefined while closed. */
  name: string | undefined
  replaces: boolean
  onClose: () => void
}) {
  const { workspace } = useSession()
  const queries = useQueryClient()
  const [typed, setTyped] = useState('')
  const [value, setValue] = useState('')
  const wanted = name === '' ? typed.trim() : (name ?? '')
  const save = useMutation({
    mutationFn: () =>
      ask(api.workspaces.current.secrets.post([{ key: wanted, value: value.trim() }])),
    onSuccess: (all) => {
      queries.setQueryData(['secrets', workspace?.id], all)
      announce(`${wanted} is set`)
      onClose()
    },
  })
  const { reset } = save
  const open = name !== undefined
  useEffect(() => {
    if (open) return
    // Closing forgets what was typed: a secret stays nowhere.
    setTyped('')
    setValue('')
    reset()
  }, [open, reset])
  const isName = NAME.test(wanted)
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={replaces ? `Replace ${wanted}` : name === '' ? 'New provider secret' : `Set ${wanted}`}
      says="It is sealed before it is stored, and cannot be read again by anybody. Calls use it within a second."
      action={replaces ? 'Replace' : 'Save'}
      busy={save.isPending}
      disabled={!isName || value.trim().length < 8}
      error={save.error}
      onSubmit={save.mutate}
    >
      {name === '' && (
        <TextField
          label="Secret name"
          hint="As an environment variable, such as OPENAI_API_KEY."
          maxLength={64}
          value={typed}
          onChange={(event) => setTyped(event.target.value.toUpperCase())}
          error={
            typed === '' || isName ? undefined : 'Only capital letters, digits and underscores.'
          }
        />
      )}
      <TextField
        label="Value"
        hint="The key that the provider gave you; at least 8 characters."
        type="password"
        autoComplete="new-password"
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
    </FormDialog>
  )
}
