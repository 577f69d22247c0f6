import { useMemo } from 'react'
import { type Issue, type Status, useIssues } from '../issues/use-issues.ts'
import { Webhooks } from '../issues/webhooks.tsx'
import { kindWords, STATUSES, severityWords } from '../issues/words.ts'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { ago, count, fullMoment } from '../parts/format.ts'
import { PageHead } from '../parts/page-head.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { type Names, useNames } from '../subjects/use-names.ts'

const columnsFor = (names: Names): readonly Column<Issue>[] => [
  {
    id: 'kind',
    header: 'Issue',
    width: 'minmax(13rem,2fr)',
    sortBy: (row) => kindWords(row.kind),
    cell: (row) => <span className="font-medium">{kindWords(row.kind)}</span>,
  },
  {
    id: 'severity',
    header: 'Severity',
    width: '6rem',
    sortBy: (row) => row.severity,
    cell: (row) => {
      const { says, tone } = severityWords(row.severity)
      return <Badge tone={tone}>{says}</Badge>
    },
  },
  {
    id: 'policy',
    header: 'Policy',
    width: 'minmax(9rem,1fr)',
    sortBy: (row) => row.policy?.name ?? null,
    cell: (row) => row.policy?.name ?? '–',
  },
  {
    id: 'subject',
    header: 'About',
    width: 'minmax(10rem,1.5fr)',
    cell: (row) => <span title={row.subject.id}>{aboutOf(row, names)}</span>,
  },
  {
    id: 'count',
    header: 'Calls',
    width: '6rem',
    align: 'end',
    sortBy: (row) => row.count,
    cell: (row) => count(row.count),
  },
  {
    id: 'status',
    header: 'Status',
    width: '8rem',
    sortBy: (row) => row.status,
    cell: (row) => (
      <span className="inline-flex items-center gap-1.5">
        <Badge tone={STATUSES.find((each) => each.value === row.status)?.tone ?? 'plain'}>
          {row.status}
        </Badge>
        {row.reopened > 0 && row.status === 'open' && (
          <span className="text-ink-faint text-xs">again</span>
        )}
      </span>
    ),
  },
  {
    id: 'last',
    header: 'Last seen',
    width: '7rem',
    align: 'end',
    sortBy: (row) => row.last_seen_at,
    cell: (row) => <span title={fullMoment(row.last_seen_at)}>{ago(row.last_seen_at)}</span>,
  },
]

/** A key by its name, a model as it is called. */
function aboutOf({ subject }: Issue, names: Names): string {
  return subject.kind === 'api_key' ? names.of(subject.id) : subject.id
}

const rowId = (row: Issue) => row.id
const link = (row: Issue): RowLink => ({ to: '/issues/$id', params: { id: row.id } })

/** What policies and books complain about, to be looked through. */
export default function Issues() {
  const [filters, setFilters] = useFilters({ status: 'open' })
  const status = STATUSES.find((each) => each.value === filters.status)?.value
  const names = useNames()
  const columns = useMemo(() => columnsFor(names), [names])
  const issues = useIssues(status as Status | undefined)
  const rows = useMemo(() => issues.data?.pages.flatMap((page) => page.data) ?? [], [issues.data])
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHead
        title="Issues"
        says="Blocked and redacted calls, models without a price, calls without usage: one issue per policy and subject."
      >
        <Webhooks />
        <FilterSelect
          label="Status"
          value={filters.status}
          usual="open"
          onChange={(value) => setFilters({ status: value })}
          options={[...STATUSES, { value: 'all', label: 'All' }]}
        />
      </PageHead>
      <div className="card mx-6 mb-6 flex min-h-0 flex-col overflow-hidden">
        {issues.isPending ? (
          <Loading what="issues" />
        ) : issues.error ? (
          <Trouble error={issues.error} retry={() => void issues.refetch()} />
        ) : (
          <DataTable
            label="Issues"
            columns={columns}
            rows={rows}
            rowId={rowId}
            link={link}
            className="flex-1"
            empty={
              <Empty title={status === 'open' ? 'Nothing is open' : 'Nothing here'}>
                Issues appear by themselves. They can also be told to a webhook: a destination of
                type <code>issues</code> in <code>SLUICE_EXPORTS</code>.
              </Empty>
            }
          />
        )}
        {issues.hasNextPage && (
          <div className="border-line border-t p-2 text-center">
            <Button
              look="quiet"
              busy={issues.isFetchingNextPage}
              onClick={() => void issues.fetchNextPage()}
            >
              Show more
            </Button>
          </div>
        )}
      </div>
    </div>
  )
}
