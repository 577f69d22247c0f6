import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ago, count, fullMoment } from '../parts/format.ts'
import { Section } from '../parts/page-head.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'

const list = () => ask(api.exports.parked.get())
type Parked = Awaited<ReturnType<typeof list>>['data'][number]

const rowId = (row: Parked) => row.id

/** What could not be delivered and waits for a person, and the button that tries again. */
export function ParkedList() {
  const { workspace } = useSession()
  const queries = useQueryClient()
  const parked = useQuery({ queryKey: ['parked', workspace?.id], queryFn: list })
  const replay = useMutation({
    mutationFn: (ids: readonly string[] | undefined) =>
      ask(api.exports.parked.replay.post(ids === undefined ? {} : { ids: [...ids] })),
    onSuccess: ({ replayed }) => {
      void queries.invalidateQueries({ queryKey: ['parked'] })
      announce(`${replayed} on their way again`)
    },
  })
  const { mutate } = replay
  const columns = useMemo(() => columnsFor((id) => mutate([id])), [mutate])
  const rows = parked.data?.data ?? []
  return (
    <Section
      title="Set aside"
      says="What a destination refused again and again. It stays until it is delivered or dropped by age."
      actions={
        <Button
          disabled={rows.length === 0}
          busy={replay.isPending}
          onClick={() => mutate(undefined)}
        >
          Deliver all again
        </Button>
      }
    >
      {replay.data && (
        <p role="status" className="m-0 px-4 pt-3 text-good">
          {count(replay.data.replayed)} on their way again.
        </p>
      )}
      {replay.error && (
        <div className="px-4 pt-3">
          <Refusal error={replay.error} />
        </div>
      )}
      {parked.isPending ? (
        <Loading what="what was set aside" />
      ) : parked.error ? (
        <Trouble error={parked.error} retry={() => void parked.refetch()} />
      ) : (
        <DataTable
          label="Set aside"
          columns={columns}
          rows={rows}
          rowId={rowId}
          empty={<Empty title="Nothing is set aside">Every call was delivered.</Empty>}
        />
      )}
    </Section>
  )
}

function columnsFor(again: (id: string) => void): readonly Column<Parked>[] {
  return [
    { id: 'kind', header: 'What', width: '7rem', cell: (row) => row.kind },
    {
      id: 'destination',
      header: 'Destination',
      width: '10rem',
      cell: (row) => row.destination ?? 'none yet',
    },
    {
      id: 'reason',
      header: 'Why',
      width: 'minmax(14rem,2fr)',
      cell: (row) => <span title={row.reason}>{row.reason}</span>,
    },
    {
      id: 'at',
      header: 'Since',
      width: '8rem',
      cell: (row) => <span title={fullMoment(row.parked_at)}>{ago(row.parked_at)}</span>,
    },
    {
      id: 'again',
      header: 'Actions',
      width: '9rem',
      align: 'end',
      cell: (row) => (
        <Button
          look="quiet"
          className="h-7"
          aria-label={`Deliver ${row.id} again`}
          onClick={() => again(row.id)}
        >
          Deliver again
        </Button>
      ),
    },
  ]
}
