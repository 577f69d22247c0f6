import { useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { count } from '../parts/format.ts'
import { wordsOf } from '../parts/refusal.tsx'

/** Where calls and notices are sent. */
export const readExports = () => ask(api.exports.get())

/** One destination as the API gives it. */
export type Destination = Awaited<ReturnType<typeof readExports>>['data'][number]

const GETS: Readonly<Record<Destination['gets'], string>> = {
  calls: 'every call',
  issues: 'issues, as webhooks',
  budgets: 'spent shares of caps, as webhooks',
}
/** Above it a destination is behind by more than a busy second. */
const BEHIND = 1_000

const rowId = (row: Destination) => row.name

/** The destinations with what waits for each; any that gets calls can be tried. */
export function Destinations({ rows }: { rows: readonly Destination[] }) {
  const columns = useMemo<readonly Column<Destination>[]>(
    () => [
      {
        id: 'name',
        header: 'Destination',
        width: 'minmax(11rem,1fr)',
        sortBy: (row) => row.name,
        cell: (row) => (
          <span className="font-medium">{row.outside ? row.name : `Own ${row.type}`}</span>
        ),
      },
      {
        id: 'type',
        header: 'Type',
        width: '9rem',
        sortBy: (row) => row.type,
        cell: (row) => <Badge>{row.outside ? row.type : 'built-in'}</Badge>,
      },
      { id: 'gets', header: 'Gets', width: 'minmax(10rem,1fr)', cell: (row) => GETS[row.gets] },
      {
        id: 'origin',
        header: 'Address',
        width: 'minmax(12rem,1.5fr)',
        cell: (row) => (row.origin === null ? '–' : <code className="text-xs">{row.origin}</code>),
      },
      {
        id: 'waiting',
        header: 'Waiting',
        width: '9rem',
        align: 'end',
        sortBy: (row) => row.waiting,
        cell: (row) => (
          <span
            className="inline-flex items-center gap-1.5"
            title={
              row.waiting === null
                ? 'The bus does not say, or the destination has no place on it'
                : undefined
            }
          >
            {(row.waiting ?? 0) > BEHIND && <Badge tone="warn">behind</Badge>}
            {count(row.waiting)}
          </span>
        ),
      },
      {
        id: 'test',
        header: 'Test call',
        width: 'minmax(13rem,1.5fr)',
        cell: (row) => (row.outside && row.gets === 'calls' ? <TestCall name={row.name} /> : null),
      },
    ],
    [],
  )
  return <DataTable label="Destinations" columns={columns} rows={rows} rowId={rowId} />
}

/** Sends one made-up call and tells what the destination said. */
function TestCall({ name }: { name: string }) {
  const test = useMutation({
    mutationFn: () => ask(api.exports.test.post({ name })),
    onSuccess: ({ ok, says }) => announce(ok ? `${name} took the test call` : `${name}: ${says}`),
  })
  const says = test.error ? wordsOf(test.error) : test.data?.says
  const ok = test.data?.ok === true && !test.error
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Button
        className="h-7"
        aria-label={`Send a test call to ${name}`}
        busy={test.isPending}
        onClick={() => test.mutate()}
      >
        Send
      </Button>
      {says !== undefined && (
        <span className={`truncate ${ok ? 'text-good' : 'text-bad'}`} title={says}>
          {ok ? 'accepted' : says}
        </span>
      )}
    </span>
  )
}
