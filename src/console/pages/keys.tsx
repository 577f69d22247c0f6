import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { type KeyAction, KeyDialogs } from '../keys/key-dialogs.tsx'
import { NewKey } from '../keys/new-key.tsx'
import { type Key, type KeyKind, nameOf, stateOf, useKeys } from '../keys/use-keys.ts'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ago, fullMoment } from '../parts/format.ts'
import { PageHead } from '../parts/page-head.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { RowMenu } from '../parts/row-menu.tsx'
import { Empty, Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useRoles } from '../people/use-roles.ts'
import { useSession } from '../session.tsx'
import { PAGES } from './index.ts'

const TONES = { active: 'good', deactivated: 'plain', expired: 'warn' } as const

const rowId = (key: Key) => key.id
const link = (key: Key): RowLink => ({
  to: '/requests',
  search: { key: key.id, since: 'all' },
})

/** What callers hold: keys of programs, and tokens of people. */
export default function Keys() {
  const [{ kind }, setFilters] = useFilters({ kind: 'service' })
  const { may } = useSession()
  const [making, setMaking] = useState(false)
  const shown: KeyKind = kind === 'personal' ? 'personal' : 'service'
  const needs = shown === 'service' ? 'workspaces:manage-keys' : 'organization:pats:create'
  return (
    <>
      <PageHead
        title="Keys"
        says="What callers send instead of a provider’s key. Each has a trace project of its own, and can have a cap of its own."
      >
        <Button
          look="main"
          disabled={!may(needs)}
          title={may(needs) ? undefined : `Your role lacks ${needs}`}
          onClick={() => setMaking(true)}
        >
          {shown === 'service' ? 'New service key' : 'New personal token'}
        </Button>
      </PageHead>
      <div className="px-6 pb-6">
        <Tabs
          label="Kinds of key"
          value={shown}
          onChange={(value) => setFilters({ kind: value })}
          tabs={[
            { value: 'service', label: 'Service keys', content: <KeyList kind="service" /> },
            { value: 'personal', label: 'Personal tokens', content: <KeyList kind="personal" /> },
          ]}
        />
        {!may(needs) && (
          <NotAllowed
            needs={[needs]}
            what={shown === 'service' ? 'make or change service keys' : 'make personal tokens'}
          />
        )}
      </div>
      <NewKey kind={shown} open={making} onClose={() => setMaking(false)} />
    </>
  )
}

function KeyList({ kind }: { kind: KeyKind }) {
  const keys = useKeys(kind)
  const [action, setAction] = useState<KeyAction>()
  const columns = useColumns(kind, setAction)
  if (keys.isPending) return <Loading what="keys" />
  if (keys.error) return <Trouble error={keys.error} retry={() => void keys.refetch()} />
  return (
    <>
      <div className="card overflow-hidden">
        <DataTable
          label={kind === 'service' ? 'Service keys' : 'Personal tokens'}
          columns={columns}
          rows={keys.data}
          rowId={rowId}
          link={link}
          empty={
            <Empty title={kind === 'service' ? 'No service keys yet' : 'No personal tokens yet'}>
              {kind === 'service'
                ? 'Make one for each program or team, so that spend and traces can be told apart.'
                : 'A personal token lets you call models and this API as yourself.'}
            </Empty>
          }
        />
      </div>
      <KeyDialogs kind={kind} action={action} onClose={() => setAction(undefined)} />
    </>
  )
}

function useColumns(kind: KeyKind, act: (action: KeyAction) => void): readonly Column<Key>[] {
  const roles = useRoles().data
  const { workspaces } = useSession()
  const navigate = useNavigate()
  return useMemo(() => {
    const role = (key: Key) =>
      roles?.find(({ id }) => id === (key.role_id ?? key.org_role_id))?.display_name ?? '–'
    const places = (key: Key) =>
      key.scope === 'organization'
        ? 'The organisation'
        : key.workspaces.length === 0
          ? 'All of the person'
          : key.workspaces
              .map((id) => workspaces.find((each) => each.id === id)?.name ?? 'another')
              .join(', ')
    const go = (to: string, search: Record<string, string>) =>
      void navigate({
        to,
        search: ((old: Record<string, unknown>) => ({ w: old.w, ...search })) as never,
      })
    const items = (key: Key) => [
      { label: 'Requests', onSelect: () => go('/requests', { key: key.id, since: 'all' }) },
      ...(PAGES.some((page) => page.path === '/spend')
        ? [{ label: 'Spend', onSelect: () => go('/spend', { by: 'api_key', key: key.id }) }]
        : []),
      { label: 'Change…', onSelect: () => act({ verb: 'edit', key }) },
      {
        label: 'Rotate…',
        disabled: key.deactivated,
        onSelect: () => act({ verb: 'rotate', key }),
      },
      {
        label: key.deactivated ? 'Activate…' : 'Deactivate…',
        onSelect: () => act({ verb: 'deactivate', key }),
      },
      { label: 'Delete…', danger: true, onSelect: () => act({ verb: 'delete', key }) },
    ]
    return [
      {
        id: 'name',
        header: 'Name',
        width: 'minmax(11rem,2fr)',
        sortBy: (key) => nameOf(key),
        cell: (key) => <span className="font-medium">{nameOf(key)}</span>,
      },
      {
        id: 'state',
        header: 'State',
        width: '6.5rem',
        sortBy: (key) => stateOf(key),
        cell: (key) => <Badge tone={TONES[stateOf(key)]}>{stateOf(key)}</Badge>,
      },
      {
        id: 'short',
        header: 'Key',
        width: '8rem',
        cell: (key) => <code className="font-mono text-xs">{key.short_key}</code>,
      },
      ...(kind === 'service'
        ? [
            {
              id: 'role',
              header: 'Role',
              width: 'minmax(8rem,1fr)',
              sortBy: role,
              cell: role,
            } satisfies Column<Key>,
          ]
        : []),
      { id: 'places', header: 'Works in', width: 'minmax(8rem,1fr)', cell: places },
      {
        id: 'used',
        header: 'Last used',
        width: '7rem',
        sortBy: (key) => key.last_used_at,
        cell: (key) => (
          <span title={key.last_used_at === null ? undefined : fullMoment(key.last_used_at)}>
            {ago(key.last_used_at)}
          </span>
        ),
      },
      {
        id: 'expires',
        header: 'Expires',
        width: '7rem',
        sortBy: (key) => key.expires_at,
        cell: (key) => (key.expires_at === null ? 'never' : ago(key.expires_at)),
      },
      {
        id: 'actions',
        header: 'Actions',
        width: '5rem',
        align: 'end',
        cell: (key) => <RowMenu of={nameOf(key)} items={items(key)} />,
      },
    ]
  }, [kind, roles, workspaces, navigate, act])
}
