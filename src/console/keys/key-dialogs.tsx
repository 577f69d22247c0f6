import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { ConfirmByName, Dialog } from '../parts/dialog.tsx'
import { SelectField, TextField } from '../parts/field.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { Refusal, wordsOf } from '../parts/refusal.tsx'
import { SecretOnce } from '../parts/secret-once.tsx'
import { RoleSelect } from '../people/role-select.tsx'
import { type Key, type KeyKind, keyRoutes, nameOf } from './use-keys.ts'

/** What was chosen of a key's actions. */
export interface KeyAction {
  readonly verb: 'edit' | 'rotate' | 'deactivate' | 'delete'
  readonly key: Key
}

interface Props {
  readonly kind: KeyKind
  readonly action: KeyAction | undefined
  readonly onClose: () => void
}

/** The dialogs of a key's actions; one at most is open. */
export function KeyDialogs(props: Props) {
  return (
    <>
      <Edit {...props} />
      <Rotate {...props} />
      <Deactivate {...props} />
      <Delete {...props} />
    </>
  )
}

/** What the page knows of keys is asked anew after each change. */
function useKeyChange<T>(run: () => Promise<T>, onDone: (result: T) => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: (result) => {
      void queries.invalidateQueries({ queryKey: ['keys'] })
      onDone(result)
    },
  })
}

/** The chosen key while its dialog is open; closing forgets what came of it, a token above all. */
function useChosen(verb: KeyAction['verb'], action: KeyAction | undefined, reset: () => void) {
  const key = action?.verb === verb ? action.key : undefined
  const open = key !== undefined
  useEffect(() => {
    if (!open) reset()
  }, [open, reset])
  return key
}

function Edit({ kind, action, onClose }: Props) {
  const [name, setName] = useState('')
  const [roleId, setRoleId] = useState('')
  const save = useKeyChange(async () => {
    if (!key) return
    await keyRoutes.change(kind, key.id, { description: name.trim() })
    if (roleId !== '' && roleId !== key.role_id) await keyRoutes.giveRole(key.id, roleId)
  }, onClose)
  const key = useChosen('edit', action, save.reset)
  useEffect(() => {
    if (!key) return
    setName(key.description)
    setRoleId(key.role_id ?? '')
  }, [key])
  return (
    <FormDialog
      open={key !== undefined}
      onClose={onClose}
      title="Change the key"
      says="Its token, its caps and its trace project stay."
      action="Save"
      busy={save.isPending}
      error={save.error}
      onSubmit={save.mutate}
    >
      <TextField
        label="Name"
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {kind === 'service' && key?.scope === 'workspace' && (
        <RoleSelect scope="workspace" value={roleId} onChange={setRoleId} />
      )}
    </FormDialog>
  )
}

const OVERLAPS = [
  { value: '0', label: 'Ends at once' },
  { value: '3600', label: 'Works for another hour' },
  { value: '86400', label: 'Works for another day' },
  { value: '604800', label: 'Works for another week' },
]

function Rotate({ kind, action, onClose }: Props) {
  const [overlap, setOverlap] = useState('86400')
  const rotate = useKeyChange(
    async () => (key ? await keyRoutes.rotate(kind, key.id, Number(overlap)) : undefined),
    () => announce('The key has a new token'),
  )
  const key = useChosen('rotate', action, rotate.reset)
  const token = rotate.data?.key
  return (
    <Dialog
      open={key !== undefined}
      onClose={onClose}
      title={`Rotate ${key ? nameOf(key) : ''}`}
      says="A new token for the same key: its id, role, caps and trace project stay."
      footer={
        token === undefined ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="main" busy={rotate.isPending} onClick={() => rotate.mutate()}>
              Make a new token
            </Button>
          </>
        ) : (
          <Button look="main" onClick={onClose}>
            I have copied it
          </Button>
        )
      }
    >
      {token === undefined ? (
        <div className="flex flex-col gap-4">
          <SelectField
            label="The token of now"
            value={overlap}
            onChange={(event) => setOverlap(event.target.value)}
            options={OVERLAPS}
          />
          <Refusal error={rotate.error} />
        </div>
      ) : (
        <SecretOnce value={token} what="new token" />
      )}
    </Dialog>
  )
}

function Deactivate({ kind, action, onClose }: Props) {
  const change = useKeyChange(
    async () => key && keyRoutes.change(kind, key.id, { deactivated: !key.deactivated }),
    () => {
      announce(key?.deactivated ? 'The key works again' : 'The key is deactivated')
      onClose()
    },
  )
  const key = useChosen('deactivate', action, change.reset)
  const off = key?.deactivated === true
  return (
    <Dialog
      open={key !== undefined}
      onClose={onClose}
      title={`${off ? 'Activate' : 'Deactivate'} ${key ? nameOf(key) : ''}?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look={off ? 'main' : 'danger'}
            busy={change.isPending}
            onClick={() => change.mutate()}
          >
            {off ? 'Activate' : 'Deactivate'}
          </Button>
        </>
      }
    >
      <p className="m-0 pb-2 text-ink-soft">
        {off
          ? 'It works again within a second, with the token it had.'
          : 'It stops working everywhere within a second; running streams end at their next event. It can be activated again.'}
      </p>
      <Refusal error={change.error} />
    </Dialog>
  )
}

function Delete({ kind, action, onClose }: Props) {
  const remove = useKeyChange(async () => {
    if (key) await keyRoutes.remove(kind, key.id)
  }, onClose)
  const key = useChosen('delete', action, remove.reset)
  return (
    <ConfirmByName
      open={key !== undefined}
      onClose={onClose}
      title="Delete this key?"
      says="It stops working everywhere within a second and cannot come back. Its traces and its spend stay."
      name={key ? nameOf(key) : ''}
      action="Delete key"
      busy={remove.isPending}
      error={remove.error ? wordsOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  )
}
