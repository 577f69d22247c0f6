import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ConfirmByName } from '../parts/dialog.tsx'
import { ago, fullMoment } from '../parts/format.ts'
import { IconWarn } from '../parts/icons.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { wordsOf } from '../parts/refusal.tsx'
import { Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { SetSecret } from '../secrets/set-secret.tsx'
import { useSession } from '../session.tsx'
import { PROVIDER_SECRETS } from '../start/provider-secret.tsx'

const list = () => ask(api.workspaces.current.secrets.get())

/** A name that is set, or one that the gateway would look for. */
interface Row {
  readonly name: string
  readonly provider: string
  readonly set: Awaited<ReturnType<typeof list>>[number] | undefined
}

const rowId = (row: Row) => row.name

/** The keys of the providers that this workspace's calls travel with. */
export default function Secrets() {
  const { workspace, may } = useSession()
  const secrets = useQuery({ queryKey: ['secrets', workspace?.id], queryFn: list })
  const [setting, setSetting] = useState<string>()
  const [deleting, setDeleting] = useState<string>()
  const mayWrite = may('workspaces:manage')
  const rows = useMemo(() => rowsOf(secrets.data ?? []), [secrets.data])
  const columns = useColumns(mayWrite, setSetting, setDeleting)
  const unreadable = rows.filter((row) => row.set?.readable === false).map((row) => row.name)
  return (
    <>
      <PageHead
        title="Provider Secrets"
        says={`The providers’ own keys for ${workspace?.name ?? 'this workspace'}. The gateway puts them into calls; callers never see them.`}
      >
        <Button look="main" disabled={!mayWrite} onClick={() => setSetting('')}>
          New secret
        </Button>
      </PageHead>
      <div className="flex flex-col gap-4 px-6 pb-6">
        {unreadable.length > 0 && <Unreadable names={unreadable} />}
        {secrets.isPending ? (
          <Loading what="provider secrets" />
        ) : secrets.error ? (
          <Trouble error={secrets.error} retry={() => void secrets.refetch()} />
        ) : (
          <div className="card overflow-hidden">
            <DataTable label="Provider secrets" columns={columns} rows={rows} rowId={rowId} />
          </div>
        )}
      </div>
      {!mayWrite && <NotAllowed needs={['workspaces:manage']} what="set provider secrets" />}
      <SetSecret
        name={setting}
        replaces={rows.some((row) => row.name === setting && row.set !== undefined)}
        onClose={() => setSetting(undefined)}
      />
      <DeleteSecret name={deleting} onClose={() => setDeleting(undefined)} />
    </>
  )
}

function rowsOf(all: Awaited<ReturnType<typeof list>>): readonly Row[] {
  const provider = (name: string) =>
    PROVIDER_SECRETS.find((each) => each.value === name)?.label ?? 'Other'
  const known: string[] = PROVIDER_SECRETS.map((each) => each.value)
  const others = all.map((each) => each.key).filter((key) => !known.includes(key))
  return [...known, ...others].map((name) => ({
    name,
    provider: provider(name),
    set: all.find((each) => each.key === name),
  }))
}

function Unreadable({ names }: { names: readonly string[] }) {
  return (
    <div role="alert" className="rounded-md border border-bad bg-bad-soft p-4">
      <p className="m-0 flex items-center gap-2 font-medium text-bad">
        <IconWarn />
        {names.length === 1 ? 'One secret' : `${names.length} secrets`} cannot be opened:{' '}
        {names.join(', ')}
      </p>
      <p className="m-0 mt-1 text-ink-soft">
        The gateway’s master key is not the one they were sealed with, and calls that need them
        fail. Give it the former key as <code>SLUICE_MASTER_KEY_PREVIOUS</code> and run{' '}
        <code>sluice rewrap</code>, or set them again here.
      </p>
    </div>
  )
}

function DeleteSecret({ name, onClose }: { name: string | undefined; onClose: () => void }) {
  const { workspace } = useSession()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => ask(api.workspaces.current.secrets.post([{ key: name ?? '', value: null }])),
    onSuccess: (all) => {
      queries.setQueryData(['secrets', workspace?.id], all)
      announce(`${name} is deleted`)
      onClose()
    },
  })
  return (
    <ConfirmByName
      open={name !== undefined}
      onClose={onClose}
      title="Delete this provider secret?"
      says="Calls of this workspace that need it fail within a second. The key at the provider stays as it is."
      name={name ?? ''}
      action="Delete secret"
      busy={remove.isPending}
      error={remove.error ? wordsOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  )
}

function useColumns(
  mayWrite: boolean,
  set: (name: string) => void,
  remove: (name: string) => void,
): readonly Column<Row>[] {
  return useMemo(
    () => [
      {
        id: 'name',
        header: 'Secret name',
        width: 'minmax(14rem,2fr)',
        sortBy: (row) => row.name,
        cell: (row) => <code className="font-medium font-mono text-xs">{row.name}</code>,
      },
      {
        id: 'provider',
        header: 'Provider',
        width: 'minmax(9rem,1fr)',
        sortBy: (row) => row.provider,
        cell: (row) => row.provider,
      },
      {
        id: 'state',
        header: 'State',
        width: '9rem',
        cell: ({ set: found }) =>
          found === undefined ? (
            <Badge>not set</Badge>
          ) : found.readable ? (
            <Badge tone="good">set</Badge>
          ) : (
            <Badge tone="bad">cannot be opened</Badge>
          ),
      },
      {
        id: 'four',
        header: 'Ends in',
        width: '7rem',
        cell: ({ set: found }) =>
          found === undefined || found.last_four === '' ? (
            '–'
          ) : (
            <code className="font-mono text-xs">…{found.last_four}</code>
          ),
      },
      {
        id: 'changed',
        header: 'Changed',
        width: '8rem',
        sortBy: (row) => row.set?.updated_at ?? null,
        cell: ({ set: found }) =>
          found === undefined ? (
            '–'
          ) : (
            <span title={fullMoment(found.updated_at)}>{ago(found.updated_at)}</span>
          ),
      },
      {
        id: 'actions',
        header: 'Actions',
        width: '11rem',
        align: 'end',
        cell: (row) => (
          <span className="inline-flex gap-1">
            <Button
              look="quiet"
              className="h-7"
              disabled={!mayWrite}
              aria-label={`${row.set ? 'Replace' : 'Set'} ${row.name}`}
              onClick={() => set(row.name)}
            >
              {row.set ? 'Replace' : 'Set'}
            </Button>
            {row.set && (
              <Button
                look="danger"
                className="h-7 border-transparent bg-transparent"
                disabled={!mayWrite}
                aria-label={`Delete ${row.name}`}
                onClick={() => remove(row.name)}
              >
                Delete
              </Button>
            )}
          </span>
        ),
      },
    ],
    [mayWrite, set, remove],
  )
}
