import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ago, fullMoment } from '../parts/format.ts'
import { Refusal } from '../parts/refusal.tsx'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'

const KEY = ['my sessions']
const list = () => ask(api.auth.sessions.get())
type Row = Awaited<ReturnType<typeof list>>[number]
const rowId = (row: Row) => row.id

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const SYSTEMS = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS', 'Linux']

/** `Chrome on Linux`; a user agent that is none of the usual ones as it is. */
function browserOf(agent: string | null): string {
  if (agent === null) return 'unknown'
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1]
  const system = SYSTEMS.find((each) => agent.includes(each))
  return browser === undefined ? agent : [browser, system].filter(Boolean).join(' on ')
}

/** Where one is signed in, and the button that ends it. */
export function SessionList() {
  const { signOut } = useSession()
  const queries = useQueryClient()
  const sessions = useQuery({ queryKey: KEY, queryFn: list })
  const end = useMutation({
    mutationFn: async (row: Row) => {
      if (row.current) return signOut()
      await ask(api.auth.sessions({ id: row.id }).delete())
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: KEY })
      announce('The session has ended')
    },
  })
  const { mutate } = end
  const columns = useMemo<readonly Column<Row>[]>(
    () => [
      {
        id: 'agent',
        header: 'Browser',
        width: 'minmax(14rem,2fr)',
        cell: (row) => <span title={row.user_agent ?? ''}>{browserOf(row.user_agent)}</span>,
      },
      {
        id: 'current',
        header: 'Which',
        width: '8rem',
        cell: (row) => (row.current ? <Badge tone="good">this one</Badge> : <Badge>another</Badge>),
      },
      {
        id: 'begun',
        header: 'Signed in',
        width: '8rem',
        sortBy: (row) => row.created_at,
        cell: (row) => <span title={fullMoment(row.created_at)}>{ago(row.created_at)}</span>,
      },
      {
        id: 'seen',
        header: 'Last seen',
        width: '8rem',
        sortBy: (row) => row.last_seen_at,
        cell: (row) => <span title={fullMoment(row.last_seen_at)}>{ago(row.last_seen_at)}</span>,
      },
      {
        id: 'end',
        header: 'Actions',
        width: '8rem',
        align: 'end',
        cell: (row) => (
          <Button look="quiet" className="h-7" onClick={() => mutate(row)}>
            {row.current ? 'Sign out' : 'End'}
          </Button>
        ),
      },
    ],
    [mutate],
  )
  if (sessions.isPending) return <Loading what="sessions" />
  if (sessions.error)
    return <Trouble error={sessions.error} retry={() => void sessions.refetch()} />
  return (
    <>
      {end.error && (
        <div className="px-4 pt-3">
          <Refusal error={end.error} />
        </div>
      )}
      <DataTable
        label="Sessions"
        columns={columns}
        rows={sessions.data}
        rowId={rowId}
        empty={<Empty title="No session">You are signed in with a key.</Empty>}
      />
    </>
  )
}
