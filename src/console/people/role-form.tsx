import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useId, useState } from 'react'
import type { Permission } from '../../base/permission.ts'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { CheckField, SelectField, TextField } from '../parts/field.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { useSession } from '../session.tsx'
import { PERMISSION_WORDS, permissionsFor } from './permissions.ts'
import type { Role } from './use-roles.ts'

/** What who calls models needs at least; a new role begins with it. */
const CALLER: readonly Permission[] = ['workspaces:read', 'gateway:invoke']

/** Makes a custom role, or changes one. A built-in one is only shown. */
export function RoleForm({
  role,
  open,
  onClose,
}: {
  /** Undefined: a new one. */
  role: Role | undefined
  open: boolean
  onClose: () => void
}) {
  const form = useId()
  const { may } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [scope, setScope] = useState<Role['access_scope']>('workspace')
  const [held, setHeld] = useState<readonly string[]>(CALLER)
  const fixed = role?.built_in === true || !may('organization:manage')
  const save = useMutation({
    mutationFn: () => {
      const body = {
        display_name: name.trim(),
        description: description.trim(),
        permissions: permissionsFor(scope).filter((each) => held.includes(each)),
      }
      return role
        ? ask(api.orgs.current.roles({ id: role.id }).patch(body))
        : ask(api.orgs.current.roles.post({ ...body, access_scope: scope }))
    },
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ['roles'] })
      void queries.invalidateQueries({ queryKey: ['who'] })
      announce(`${saved.display_name} is saved`)
      onClose()
    },
  })
  const { reset } = save
  useEffect(() => {
    reset()
    setName(role?.display_name ?? '')
    setDescription(role?.description ?? '')
    setScope(role?.access_scope ?? 'workspace')
    setHeld(role?.permissions ?? CALLER)
    // Also when it opens anew for the same role: what was not saved is gone.
    void open
  }, [role, open, reset])
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate()
  }
  const chosen = permissionsFor(scope).filter((each) => held.includes(each))
  return (
    <Dialog
      pane
      open={open}
      onClose={onClose}
      title={role ? role.display_name : 'New role'}
      says={
        role?.built_in
          ? 'Built-in roles never change. Make a custom one for other permissions.'
          : 'A set of permissions. Holders have a change within a second.'
      }
      footer={
        fixed ? (
          <Button onClick={onClose}>Close</Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              look="main"
              type="submit"
              form={form}
              busy={save.isPending}
              disabled={name.trim() === '' || chosen.length === 0}
            >
              {role ? 'Save role' : 'Create role'}
            </Button>
          </>
        )
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4 pb-3">
        <TextField
          label="Role name"
          maxLength={100}
          disabled={fixed}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Description"
          maxLength={500}
          disabled={fixed}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
        <SelectField
          label="Given in"
          disabled={fixed || role !== undefined}
          value={scope}
          onChange={(event) =>
            setScope(event.target.value === 'organization' ? 'organization' : 'workspace')
          }
          options={[
            { value: 'workspace', label: 'A workspace' },
            { value: 'organization', label: 'The organisation' },
          ]}
        />
        <fieldset className="m-0 flex flex-col gap-2 border-0 p-0">
          <legend className="p-0 pb-1 font-medium">Permissions</legend>
          {permissionsFor(scope).map((each) => (
            <CheckField
              key={each}
              label={<code className="font-mono text-xs">{each}</code>}
              hint={
                may(each)
                  ? PERMISSION_WORDS[each]
                  : `${PERMISSION_WORDS[each]}. You do not hold it, so you cannot give it.`
              }
              disabled={fixed || (!may(each) && !held.includes(each))}
              checked={held.includes(each)}
              onChange={(event) =>
                setHeld(
                  event.target.checked ? [...held, each] : held.filter((other) => other !== each),
                )
              }
            />
          ))}
        </fieldset>
        <Refusal error={save.error} />
      </form>
    </Dialog>
  )
}
