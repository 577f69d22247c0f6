import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ConfirmByName } from '../parts/dialog.tsx'
import { wordsOf } from '../parts/refusal.tsx'
import { RowMenu } from '../parts/row-menu.tsx'
import { Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'
import { RoleForm } from './role-form.tsx'
import { type Role, useRoles } from './use-roles.ts'

const rowId = (role: Role) => role.id

/** The roles: built-in ones, which never change, and the organisation's own. */
export function RoleList() {
  const { may } = useSession()
  const roles = useRoles()
  const mayManage = may('organization:manage')
  const [form, setForm] = useState<{ role: Role | undefined }>()
  const [deleting, setDeleting] = useState<Role>()
  const columns = useColumns(mayManage, setForm, setDeleting)
  if (!may('organization:read'))
    return <NotAllowed needs={['organization:read']} what="see roles" />
  return (
    <div className="flex flex-col gap-3">
      <div className="flex justify-end">
        <Button look="main" disabled={!mayManage} onClick={() => setForm({ role: undefined })}>
          New role
        </Button>
      </div>
      {roles.isPending ? (
        <Loading what="roles" />
      ) : roles.error ? (
        <Trouble error={roles.error} retry={() => void roles.refetch()} />
      ) : (
        <div className="card overflow-hidden">
          <DataTable label="Roles" columns={columns} rows={roles.data} rowId={rowId} />
        </div>
      )}
      {!mayManage && <NotAllowed needs={['organization:manage']} what="make or change roles" />}
      <RoleForm role={form?.role} open={form !== undefined} onClose={() => setForm(undefined)} />
      <DeleteRole role={deleting} onClose={() => setDeleting(undefined)} />
    </div>
  )
}

function DeleteRole({ role, onClose }: { role: Role | undefined; onClose: () => void }) {
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => ask(api.orgs.current.roles({ id: role?.id ?? '' }).delete()),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['roles'] })
      announce('The role is deleted')
      onClose()
    },
  })
  const { reset } = remove
  useEffect(() => {
    if (!role) reset()
  }, [role, reset])
  return (
    <ConfirmByName
      open={role !== undefined}
      onClose={onClose}
      title="Delete this role?"
      says="Only a role that nobody and no key holds can be deleted."
      name={role?.display_name ?? ''}
      action="Delete role"
      busy={remove.isPending}
      error={remove.error ? wordsOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  )
}

function useColumns(
  mayManage: boolean,
  edit: (form: { role: Role }) => void,
  remove: (role: Role) => void,
): readonly Column<Role>[] {
  return useMemo(
    () => [
      {
        id: 'name',
        header: 'Role',
        width: 'minmax(12rem,1fr)',
        sortBy: (role) => role.display_name,
        cell: (role) => (
          <button
            type="button"
            className="max-w-full truncate font-medium hover:text-accent"
            onClick={() => edit({ role })}
          >
            {role.display_name}
          </button>
        ),
      },
      {
        id: 'kind',
        header: 'Kind',
        width: '7rem',
        sortBy: (role) => (role.built_in ? 'built-in' : 'custom'),
        cell: (role) => (
          <Badge tone={role.built_in ? 'plain' : 'accent'}>
            {role.built_in ? 'built-in' : 'custom'}
          </Badge>
        ),
      },
      {
        id: 'scope',
        header: 'Given in',
        width: '9rem',
        sortBy: (role) => role.access_scope,
        cell: (role) => (role.access_scope === 'organization' ? 'the organisation' : 'a workspace'),
      },
      {
        id: 'calls',
        header: 'May call models',
        width: '9rem',
        cell: (role) => (role.permissions.includes('gateway:invoke') ? 'yes' : 'no'),
      },
      {
        id: 'permissions',
        header: 'Permissions',
        width: 'minmax(14rem,2fr)',
        cell: (role) => (
          <span className="text-ink-soft" title={role.permissions.join(', ')}>
            {role.permissions.join(', ')}
          </span>
        ),
      },
      {
        id: 'actions',
        header: 'Actions',
        width: '5rem',
        align: 'end',
        cell: (role) => (
          <RowMenu
            of={role.display_name}
            items={[
              {
                label: role.built_in || !mayManage ? 'Look…' : 'Change…',
                onSelect: () => edit({ role }),
              },
              {
                label: role.built_in ? 'Delete (built-in stay)' : 'Delete…',
                danger: true,
                disabled: role.built_in || !mayManage,
                onSelect: () => remove(role),
              },
            ]}
          />
        ),
      },
    ],
    [mayManage, edit, remove],
  )
}
