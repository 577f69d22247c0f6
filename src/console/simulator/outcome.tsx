import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, ask, Problem } from '../client.ts'
import { Badge } from '../parts/badge.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { Facts } from '../parts/facts.tsx'
import { count, duration, exactMoney, money } from '../parts/format.ts'
import { NotAllowed, Trouble } from '../parts/states.tsx'
import { OutcomeBadge } from '../requests/call-cells.tsx'
import { useSession } from '../session.tsx'
import type { Ended } from './run.ts'

const POLL_MS = 300
/** A call that the gateway turned away before it looked at it has no record: then there is nothing to wait for. */
const POLLS_MAX = 20

/** What policies said of the call, what it cost, and the way to its trace. */
export function Outcome({ ended }: { ended: Ended }) {
  const { workspace, may } = useSession()
  const call = useQuery({
    queryKey: ['requests', workspace?.id, 'simulated', ended.id],
    queryFn: () => ask(api.requests({ id: ended.id ?? '' }).get()),
    enabled: ended.id !== undefined && may('runs:read'),
    retry: (failures, error) =>
      error instanceof Problem && error.status === 404 && failures < POLLS_MAX,
    retryDelay: POLL_MS,
    refetchInterval: ({ state: { data } }) => (data?.state === 'ended' ? false : POLL_MS),
  })
  if (!may('runs:read'))
    return <NotAllowed needs={['runs:read']} what="see the trace of the call" />
  if (call.error)
    return call.error instanceof Problem && call.error.status === 404 ? (
      <p className="m-0 p-4 text-ink-faint">
        The gateway turned it away before it became a call: there is no trace.
      </p>
    ) : (
      <Trouble error={call.error} />
    )
  const data = call.data
  if (data === undefined)
    return (
      <p role="status" className="m-0 p-4 text-ink-faint">
        Waiting for its trace…
      </p>
    )
  const { matched, violated } = data.policies
  const passed = matched.filter(({ id }) => !violated.some((each) => each.id === id))
  return (
    <>
      <Facts
        facts={[
          [
            'Outcome',
            <OutcomeBadge
              key="outcome"
              call={{ ...data, blocked_by: violated.map(({ name }) => name) }}
            />,
          ],
          ['Status', count(ended.status)],
          ['First byte', duration(ended.firstMs)],
          ['Duration', duration(ended.forMs)],
          [
            'Cost',
            <span key="cost" title={data.cost_nanos === null ? '' : exactMoney(data.cost_nanos)}>
              {money(data.cost_nanos)} {data.cost_basis ?? ''}
            </span>,
          ],
          [
            'Found and redacted',
            data.findings
              .map((each) => `${count(each.count)} ${each.entity} (${each.direction})`)
              .join(', ') || 'nothing',
          ],
        ]}
      />
      <div className="flex flex-wrap items-center gap-2 border-line border-t px-4 py-3">
        <span className="text-ink-faint">Policies</span>
        {violated.map(({ id, name }) => (
          <Link key={id} to="/policies" search={{ policy: id }}>
            <Badge tone="warn">{name}: blocked</Badge>
          </Link>
        ))}
        {passed.map(({ id, name }) => (
          <Link key={id} to="/policies" search={{ policy: id }}>
            <Badge tone="good">{name}: passed</Badge>
          </Link>
        ))}
        {matched.length + violated.length === 0 && <span>none is about this call</span>}
        <span className="flex-1" />
        <ButtonLink
          look="main"
          to="/requests/$id"
          params={{ id: data.id }}
          search={(old: Record<string, unknown>) => ({ w: old.w })}
        >
          Open the trace
        </ButtonLink>
      </div>
    </>
  )
}
