import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, ask } from '../client.ts'
import { ago, fullMoment } from '../parts/format.ts'
import { Section } from '../parts/page-head.tsx'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { OutcomeBadge } from '../requests/call-cells.tsx'
import { useSession } from '../session.tsx'

const SHOWN_MAX = 8

/** The newest calls that policies refused. */
export function BlockedList({ since, from }: { since: string; from: string }) {
  const { workspace } = useSession()
  const calls = useQuery({
    queryKey: ['requests', workspace?.id, 'blocked', from],
    queryFn: () => ask(api.requests.get({ query: { outcome: 'refused', limit: SHOWN_MAX, from } })),
    refetchInterval: 5_000,
  })
  return (
    <Section
      title="Blocked calls"
      says="Newest first."
      actions={
        <Link to="/requests" search={{ outcome: 'refused', since }} className="text-accent">
          All
        </Link>
      }
    >
      {calls.isPending ? (
        <Loading what="blocked calls" />
      ) : calls.error ? (
        <Trouble error={calls.error} retry={() => void calls.refetch()} />
      ) : calls.data.data.length === 0 ? (
        <Empty title="Nothing was blocked" />
      ) : (
        <ul className="m-0 list-none p-0">
          {calls.data.data.map((call) => (
            <li key={call.id} className="border-line border-b last:border-b-0">
              <Link
                to="/requests/$id"
                params={{ id: call.id }}
                search={(old: Record<string, unknown>) => ({ w: old.w })}
                className="flex items-center gap-3 px-4 py-2 text-ink no-underline hover:bg-sunken"
              >
                <span className="min-w-0 flex-1 truncate font-medium">
                  {call.request_model ?? call.operation}
                </span>
                <OutcomeBadge call={call} />
                <span
                  className="w-24 text-right text-ink-faint"
                  title={fullMoment(call.started_at)}
                >
                  {ago(call.started_at)}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
