import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useChainCheck } from '../audit/chain-check.tsx'
import { EntryPane } from '../audit/entry-pane.tsx'
import { GROUPS } from '../audit/groups.ts'
import { type Entry, readOcsf, useAudit } from '../audit/use-audit.ts'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { fullMoment, moment } from '../parts/format.ts'
import { PageHead } from '../parts/page-head.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { saveFile } from '../parts/save-file.ts'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useMembers } from '../people/use-members.ts'
import { useSession } from '../session.tsx'

const rowId = (entry: Entry) => entry.id

/** Who changed what, in a chain that shows when somebody changes it. */
export default function Audit() {
  const { workspace, may } = useSession()
  const [filters, setFilters] = useFilters({ since: '30d', about: '', where: '' })
  const entries = useAudit(filters)
  const rows = useMemo(() => entries.data?.pages.flatMap((page) => page.data) ?? [], [entries.data])
  const [shown, setShown] = useState<Entry>()
  const actor = useActors()
  const columns = useColumns(actor, setShown)
  const chain = useChainCheck(may('audit:read'))
  const download = useMutation({
    mutationFn: () => readOcsf(filters, workspace?.id),
    onSuccess: ({ text, whole }) => {
      saveFile('audit-log.ocsf.jsonl', 'application/jsonl', text)
      announce(whole ? 'Downloaded' : 'Downloaded the newest fifty thousand entries')
    },
  })
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHead
        title="Audit"
        says="Who changed what. Each entry carries the hash of the one before."
      >
        {chain.button}
        <Button
          busy={download.isPending}
          title="The entries that fit the filters, as OCSF 1.7.0 events, one a line"
          onClick={() => download.mutate()}
        >
          Download OCSF
        </Button>
      </PageHead>
      <div className="flex flex-col gap-3 px-6 pb-3">
        <div className="flex flex-wrap gap-2">
          <FilterSelect
            label="Since"
            value={filters.since}
            usual="30d"
            onChange={(value) => setFilters({ since: value })}
            options={[
              { value: '1d', label: 'Last day' },
              { value: '7d', label: 'Last 7 days' },
              { value: '30d', label: 'Last 30 days' },
              { value: '90d', label: 'Last 90 days' },
              { value: 'all', label: 'From the beginning' },
            ]}
          />
          <FilterSelect
            label="About"
            value={filters.about}
            onChange={(value) => setFilters({ about: value })}
            options={[{ value: '', label: 'About anything' }, ...GROUPS]}
          />
          <FilterSelect
            label="Where"
            value={filters.where}
            onChange={(value) => setFilters({ where: value })}
            options={[
              { value: '', label: 'Everywhere' },
              { value: 'workspace', label: `In ${workspace?.name ?? 'this workspace'}` },
            ]}
          />
        </div>
        {chain.result}
        <Refusal error={download.error} />
      </div>
      <div className="card mx-6 mb-6 flex min-h-0 flex-col overflow-hidden">
        {entries.isPending ? (
          <Loading what="the audit log" />
        ) : entries.error ? (
          <Trouble error={entries.error} retry={() => void entries.refetch()} />
        ) : (
          <DataTable
            label="Audit log"
            columns={columns}
            rows={rows}
            rowId={rowId}
            className="flex-1"
            empty={<Empty title="Nothing fits">Choose a longer time or fewer filters.</Empty>}
          />
        )}
        {entries.hasNextPage && (
          <div className="border-line border-t p-2 text-center">
            <Button
              look="quiet"
              busy={entries.isFetchingNextPage}
              onClick={() => void entries.fetchNextPage()}
            >
              Show older
            </Button>
          </div>
        )}
      </div>
      <EntryPane
        entry={shown}
        actor={shown ? actor(shown) : ''}
        onClose={() => setShown(undefined)}
      />
    </div>
  )
}

/** Who did it, by name where the members may be read. */
function useActors(): (entry: Entry) => string {
  const members = useMembers('organization').data
  return useMemo(
    () =>
      ({ actor }) => {
        const email = members?.find((each) => each.user_id === actor.user_id)?.email
        if (actor.api_key_short === 'session') return email ?? 'at the console'
        if (actor.api_key_short !== null) return `key ${actor.api_key_short}`
        return email ?? (actor.user_id === null ? 'command line' : actor.user_id)
      },
    [members],
  )
}

function useColumns(
  actor: (entry: Entry) => string,
  show: (entry: Entry) => void,
): readonly Column<Entry>[] {
  const { workspaces } = useSession()
  return useMemo(
    () => [
      {
        id: 'time',
        header: 'Time',
        width: '9.5rem',
        cell: (row) => (
          <span className="tabular" title={fullMoment(row.time)}>
            {moment(row.time)}
          </span>
        ),
      },
      {
        id: 'operation',
        header: 'What was done',
        width: 'minmax(14rem,1.5fr)',
        cell: (row) => (
          <button
            type="button"
            className="max-w-full truncate font-medium hover:text-accent"
            onClick={() => show(row)}
          >
            {row.operation.replaceAll('_', ' ')}
          </button>
        ),
      },
      { id: 'actor', header: 'Who', width: 'minmax(11rem,1fr)', cell: actor },
      {
        id: 'resource',
        header: 'To what',
        width: 'minmax(14rem,1.5fr)',
        cell: (row) => (
          <span title={row.resource.id}>
            {row.resource.kind.replaceAll('_', ' ')}{' '}
            <code className="font-mono text-ink-faint text-xs">{row.resource.id}</code>
          </span>
        ),
      },
      {
        id: 'workspace',
        header: 'Workspace',
        width: 'minmax(8rem,1fr)',
        cell: (row) =>
          workspaces.find(({ id }) => id === row.workspace_id)?.name ?? row.workspace_id ?? '–',
      },
      {
        id: 'seq',
        header: 'Number',
        width: '6rem',
        align: 'end',
        cell: (row) => String(row.seq),
      },
    ],
    [actor, show, workspaces],
  )
}
