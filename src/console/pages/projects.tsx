import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ago, fullMoment } from '../parts/format.ts'
import { PageHead } from '../parts/page-head.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'

const list = () => ask(api.sessions.get({ query: { limit: 1000 } }))
type Project = Awaited<ReturnType<typeof list>>[number]

const COLUMNS: readonly Column<Project>[] = [
  {
    id: 'name',
    header: 'Project',
    width: 'minmax(16rem,2fr)',
    sortBy: (row) => row.name,
    cell: (row) => <span className="font-medium">{row.name}</span>,
  },
  {
    id: 'holds',
    header: 'Holds',
    width: 'minmax(12rem,1fr)',
    cell: (row) => <span className="text-ink-soft">{row.description}</span>,
  },
  {
    id: 'since',
    header: 'Since',
    width: '9rem',
    sortBy: (row) => row.start_time,
    cell: (row) => <span title={fullMoment(row.start_time)}>{ago(row.start_time)}</span>,
  },
]

const rowId = (row: Project) => row.id
const link = (row: Project): RowLink => ({
  to: '/requests',
  search: { since: 'all', ...(row.api_key_id === null ? {} : { key: row.api_key_id }) },
})

/** The tracing projects: `gateway` with every call, and one per key. */
export default function Projects() {
  const { workspace } = useSession()
  const projects = useQuery({ queryKey: ['projects', workspace?.id], queryFn: list })
  return (
    <>
      <PageHead
        title="Projects"
        says="Every call is traced to the project gateway and to the one of its key."
      />
      <div className="px-6 pb-6">
        {projects.isPending ? (
          <Loading what="projects" />
        ) : projects.error ? (
          <Trouble error={projects.error} retry={() => void projects.refetch()} />
        ) : (
          <div className="card overflow-hidden">
            <DataTable
              label="Projects"
              columns={COLUMNS}
              rows={projects.data}
              rowId={rowId}
              link={link}
              empty={<Empty title="No projects yet">They appear with the first key.</Empty>}
            />
          </div>
        )}
      </div>
    </>
  )
}
