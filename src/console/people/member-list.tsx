import { useMemo, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { ago, fullMoment } from '../parts/format.ts'
import { RowMenu } from '../parts/row-menu.tsx'
import { Empty, Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useSession } from '../session.tsx'
import { AddMember } from './add-member.tsx'
import { ChangeRole, type MemberAction, PasswordLink, RemoveMember } from './member-dialogs.tsx'
import { type At, type Member, useMembers } from './use-members.ts'

const rowId = (member: Member) => member.id

/** The people of the organisation or of the workspace, and what can be done with them. */
export function MemberList() {
  const { workspace, may, userId } = useSession()
  const [filters, setFilters] = useFilters({ at: 'organization' })
  const at: At = filters.at === 'workspace' ? 'workspace' : 'organization'
  const place = at === 'workspace' ? (workspace?.name ?? 'the workspace') : 'the organisation'
  const members = useMembers(at)
  const [action, setAction] = useState<MemberAction>()
  const [adding, setAdding] = useState(false)
  const read = at === 'organization' ? 'organization:read' : 'workspaces:read'
  const manage = at === 'organization' ? 'organization:manage' : 'workspaces:manage-members'
  const mayManage = may(manage)
  const columns = useColumns(at, mayManage, userId, setAction)
  const close = () => setAction(undefined)
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <FilterSelect
          label="Members of"
          value={at}
          usual="organization"
          onChange={(value) => setFilters({ at: value })}
          options={[
            { value: 'organization', label: 'In the organisation' },
            { value: 'workspace', label: `In ${workspace?.name ?? 'the workspace'}` },
          ]}
        />
        <Button look="main" disabled={!mayManage} onClick={() => setAdding(true)}>
          Add member
        </Button>
      </div>
      {!may(read) ? (
        <NotAllowed needs={[read]} what={`see the people of ${place}`} />
      ) : members.isPending ? (
        <Loading what="members" />
      ) : members.error ? (
        <Trouble error={members.error} retry={() => void members.refetch()} />
      ) : (
        <div className="card overflow-hidden">
          <DataTable
            label="Members"
            columns={columns}
            rows={members.data}
            rowId={rowId}
            empty={
              <Empty title="Nobody yet">
                Add who works here; a newcomer joins the organisation as a viewer.
              </Empty>
            }
          />
        </div>
      )}
      {may(read) && !mayManage && (
        <NotAllowed needs={[manage]} what={`change the people of ${place}`} />
      )}
      <AddMember at={at} place={place} open={adding} onClose={() => setAdding(false)} />
      <ChangeRole at={at} place={place} action={action} onClose={close} />
      <PasswordLink action={action} onClose={close} />
      <RemoveMember at={at} place={place} action={action} onClose={close} />
    </div>
  )
}

function useColumns(
  at: At,
  mayManage: boolean,
  userId: string | null,
  act: (action: MemberAction) => void,
): readonly Column<Member>[] {
  return useMemo(
    () => [
      {
        id: 'email',
        header: 'E-mail',
        width: 'minmax(14rem,2fr)',
        sortBy: (row) => row.email,
        cell: (row) => (
          <span className="font-medium">
            {row.email}
            {row.user_id === userId && <span className="text-ink-faint"> (you)</span>}
          </span>
        ),
      },
      {
        id: 'name',
        header: 'Name',
        width: 'minmax(9rem,1fr)',
        sortBy: (row) => row.full_name,
        cell: (row) => (row.full_name === '' ? '–' : row.full_name),
      },
      {
        id: 'role',
        header: 'Role',
        width: 'minmax(11rem,1fr)',
        sortBy: (row) => row.role_name,
        cell: (row) => row.role_name,
      },
      {
        id: 'since',
        header: 'Since',
        width: '8rem',
        sortBy: (row) => row.created_at,
        cell: (row) => <span title={fullMoment(row.created_at)}>{ago(row.created_at)}</span>,
      },
      {
        id: 'actions',
        header: 'Actions',
        width: '5rem',
        align: 'end',
        cell: (member) => (
          <RowMenu
            of={member.email}
            items={[
              {
                label: 'Give another role…',
                disabled: !mayManage,
                onSelect: () => act({ verb: 'role', member }),
              },
              ...(at === 'organization'
                ? [
                    {
                      label: 'Make a password link…',
                      disabled: !mayManage,
                      onSelect: () => act({ verb: 'password', member }),
                    } as const,
                  ]
                : []),
              {
                label: 'Remove…',
                danger: true,
                disabled: !mayManage,
                onSelect: () => act({ verb: 'remove', member }),
              },
            ]}
          />
        ),
      },
    ],
    [at, mayManage, userId, act],
  )
}
