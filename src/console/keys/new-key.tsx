import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useId, useState } from 'react'
import { api, ask } from '../client.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { CheckField, SelectField, TextField } from '../parts/field.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { SecretOnce } from '../parts/secret-once.tsx'
import { RoleSelect } from '../people/role-select.tsx'
import { useGrantable } from '../people/use-roles.ts'
import { useSession } from '../session.tsx'
import type { KeyKind } from './use-keys.ts'

const DAY_MS = 24 * 3_600_000
const LIVES = [
  { value: '', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
]

/** Makes a key of a kind: what it is for, as what it works, where, until when. Its token is shown once. */
export function NewKey({
  kind,
  open,
  onClose,
}: {
  kind: KeyKind
  open: boolean
  onClose: () => void
}) {
  const form = useId()
  const queries = useQueryClient()
  const { workspaces, workspace, may } = useSession()
  const { roles } = useGrantable('workspace')
  const [description, setDescription] = useState('')
  const [roleId, setRoleId] = useState('')
  const [days, setDays] = useState('')
  const [places, setPlaces] = useState<readonly string[]>([])
  const service = kind === 'service'
  const chosenRole = roleId || (roles.find((each) => each.name === 'WORKSPACE_ADMIN')?.id ?? '')
  const make = useMutation({
    mutationFn: () => {
      const body = {
        description: description.trim(),
        ...(days === ''
          ? {}
          : { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
        ...(places.length === 0 ? {} : { workspaces: [...places] }),
      }
      return service
        ? ask(
            api.orgs.current['service-keys'].post({
              ...body,
              ...(chosenRole === '' ? {} : { role_id: chosenRole }),
            }),
          )
        : ask(api.orgs.current['personal-access-tokens'].post(body))
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['keys'] })
      void queries.invalidateQueries({ queryKey: ['projects'] })
    },
  })
  const { reset } = make
  useEffect(() => {
    // Closing forgets the token.
    if (!open) return reset()
    setDescription('')
    setDays('')
    setPlaces(service && workspace ? [workspace.id] : [])
  }, [open, reset, service, workspace])
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!make.isPending) make.mutate()
  }
  const what = service ? 'service key' : 'personal token'
  return (
    <Dialog
      pane
      open={open}
      onClose={onClose}
      title={make.data ? `The ${what} is made` : `New ${what}`}
      says={
        service
          ? 'For a program or a team. It belongs to nobody, and works in the workspaces you choose.'
          : 'Yours: it may do what you may, as long as you may.'
      }
      footer={
        make.data ? (
          <Button look="main" onClick={onClose}>
            I have copied it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              look="main"
              type="submit"
              form={form}
              busy={make.isPending}
              disabled={description.trim() === '' || (service && places.length === 0)}
            >
              Create {what}
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <SecretOnce value={make.data.key} what={what} />
      ) : (
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label="Name"
            hint="Who or what uses it, so that its calls can be told apart."
            maxLength={200}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
          {service &&
            (may('organization:read') ? (
              <RoleSelect
                scope="workspace"
                value={chosenRole}
                onChange={setRoleId}
                needs="gateway:invoke"
              />
            ) : (
              <p className="m-0 text-ink-faint">
                It works as WORKSPACE_ADMIN: choosing another role needs{' '}
                <code>organization:read</code>.
              </p>
            ))}
          <SelectField
            label="Expires"
            hint="It cannot be changed later."
            value={days}
            onChange={(event) => setDays(event.target.value)}
            options={LIVES}
          />
          <fieldset className="m-0 flex flex-col gap-1.5 border-0 p-0">
            <legend className="p-0 pb-1 font-medium">Workspaces</legend>
            {workspaces.map((each) => (
              <CheckField
                key={each.id}
                label={each.name}
                checked={places.includes(each.id)}
                onChange={(event) =>
                  setPlaces(
                    event.target.checked
                      ? [...places, each.id]
                      : places.filter((id) => id !== each.id),
                  )
                }
              />
            ))}
            {!service && places.length === 0 && (
              <p className="m-0 text-ink-faint text-xs">None chosen: all of yours.</p>
            )}
          </fieldset>
          <Refusal error={make.error} />
        </form>
      )}
    </Dialog>
  )
}
