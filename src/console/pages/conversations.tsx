import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, ask } from '../client.ts'
import { Badge } from '../parts/badge.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { ago, count, duration, exactMoney, fullMoment, money } from '../parts/format.ts'
import { PageHead } from '../parts/page-head.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useSession } from '../session.tsx'

const DAY_MS = 24 * 3_600_000
const DAYS: Readonly<Record<string, number>> = { '1': 1, '7': 7, '30': 30 }

const list = (days: number) =>
  ask(
    api.conversations.get({ query: { from: new Date(Date.now() - days * DAY_MS).toISOString() } }),
  )
type Conversation = Awaited<ReturnType<typeof list>>[number]

const COLUMNS: readonly Column<Conversation>[] = [
  {
    id: 'id',
    header: 'Conversation',
    width: 'minmax(14rem,2fr)',
    cell: (row) => <code className="font-mono text-xs">{row.id}</code>,
  },
  {
    id: 'models',
    header: 'Models',
    width: 'minmax(10rem,1.5fr)',
    cell: (row) => <span title={row.models.join(', ')}>{row.models.join(', ')}</span>,
  },
  {
    id: 'calls',
    header: 'Calls',
    width: '9rem',
    align: 'end',
    sortBy: (row) => row.requests,
    cell: (row) => (
      <span className="inline-flex items-center gap-1.5">
        {row.failed > 0 && <Badge tone="warn">{count(row.failed)} not ok</Badge>}
        {count(row.requests)}
      </span>
    ),
  },
  {
    id: 'tokens',
    header: 'Tokens',
    width: '7rem',
    align: 'end',
    sortBy: (row) => row.tokens,
    cell: (row) => count(row.tokens),
  },
  {
    id: 'cost',
    header: 'Cost',
    width: '7rem',
    align: 'end',
    sortBy: (row) => BigInt(row.cost_nanos),
    cell: (row) => <span title={exactMoney(row.cost_nanos)}>{money(row.cost_nanos)}</span>,
  },
  {
    id: 'length',
    header: 'Lasted',
    width: '7rem',
    align: 'end',
    sortBy: (row) => lengthOf(row),
    cell: (row) => duration(lengthOf(row)),
  },
  {
    id: 'last',
    header: 'Last call',
    width: '8rem',
    align: 'end',
    sortBy: (row) => row.ended_at,
    cell: (row) => <span title={fullMoment(row.ended_at)}>{ago(row.ended_at)}</span>,
  },
]

const rowId = (row: Conversation) => row.id
const link = (row: Conversation): RowLink => ({
  to: '/requests',
  search: { session: row.id, since: 'all' },
})

/** Calls grouped by the session ids of the agents that made them. */
export default function Conversations() {
  const { workspace } = useSession()
  const [{ days }, setFilters] = useFilters({ days: '7' })
  const span = DAYS[days] ?? 7
  const found = useQuery({
    queryKey: ['conversations', workspace?.id, span],
    queryFn: () => list(span),
  })
  const rows = useMemo(() => found.data ?? [], [found.data])
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHead
        title="Conversations"
        says="Calls grouped by the session id that coding agents send, with what each has cost so far."
      >
        <FilterSelect
          label="Since"
          value={days}
          usual="7"
          onChange={(value) => setFilters({ days: value })}
          options={[
            { value: '1', label: 'Last day' },
            { value: '7', label: 'Last 7 days' },
            { value: '30', label: 'Last 30 days' },
          ]}
        />
      </PageHead>
      <div className="card mx-6 mb-6 flex min-h-0 flex-col overflow-hidden">
        {found.isPending ? (
          <Loading what="conversations" />
        ) : found.error ? (
          <Trouble error={found.error} retry={() => void found.refetch()} />
        ) : (
          <DataTable
            label="Conversations"
            columns={COLUMNS}
            rows={rows}
            rowId={rowId}
            link={link}
            className="flex-1"
            empty={
              <Empty title="No conversations in this time">
                Claude Code, Codex and others name theirs by themselves; any client can with the
                header <code>x-session-id</code>.
              </Empty>
            }
          />
        )}
      </div>
    </div>
  )
}

function lengthOf(row: Conversation): number {
  return Date.parse(row.ended_at) - Date.parse(row.started_at)
}
