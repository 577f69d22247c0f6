import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, ask } from '../client.ts'
import { CopyButton } from '../parts/copy.tsx'
import { Facts, Tile } from '../parts/facts.tsx'
import { count, duration, exactMoney, fullMoment, money } from '../parts/format.ts'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Loading, Trouble } from '../parts/states.tsx'
import { OutcomeBadge } from '../requests/call-cells.tsx'
import { CallContent } from '../requests/call-content.tsx'
import { curlOf } from '../requests/curl.ts'
import { FindingTable, LedgerTable, PolicyTable } from '../requests/detail-tables.tsx'
import { type Bar, Waterfall } from '../requests/waterfall.tsx'
import { useSession } from '../session.tsx'
import { gatewayUrl } from '../start/clients.ts'

const read = (id: string) => ask(api.requests({ id }).get())

/** One call in full, as the API gives it. */
export type CallDetail = Awaited<ReturnType<typeof read>>

/** Looks again while it runs, and a little longer: its steps are stored a moment after its end. */
const AGAIN_MS = 1_000
const SETTLED_MS = 5_000

/** One call: what happened, why, and what it cost. */
export default function Request() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { workspace } = useSession()
  const call = useQuery({
    queryKey: ['request', workspace?.id, id],
    queryFn: () => read(id),
    refetchInterval: ({ state: { data } }) => {
      if (!data) return false
      const endedAt = data.timings.ended_at
      const isSettled = endedAt !== null && Date.now() - Date.parse(endedAt) > SETTLED_MS
      return isSettled ? false : AGAIN_MS
    },
  })
  if (call.isPending) return <Loading what="the call" />
  if (call.error)
    return (
      <>
        <PageHead title="Call" />
        <Trouble error={call.error} retry={() => void call.refetch()} />
      </>
    )
  return <Detail call={call.data} />
}

function Detail({ call }: { call: CallDetail }) {
  return (
    <>
      <PageHead title={call.request_model ?? call.operation} says={<Lead call={call} />}>
        <CopyButton text={curlOf(call, gatewayUrl())} what="as curl" label="Copy as curl" />
      </PageHead>
      <div className="flex flex-col gap-4 px-6 pb-6">
        <Tiles call={call} />
        <Section title="Where the time went">
          <Waterfall bars={barsOf(call)} totalMs={call.timings.duration_ms ?? 0} />
        </Section>
        <div className="grid gap-4 xl:grid-cols-2">
          <Section title="Policies" says="What looked at this call, and what it said.">
            <PolicyTable call={call} />
          </Section>
          <Section
            title="Redaction"
            says="What detectors found, by rule and place; never the value."
          >
            <FindingTable call={call} />
          </Section>
        </div>
        <Section
          title="Money"
          says="Set aside before the call was forwarded, settled when its usage was known."
        >
          <LedgerTable call={call} />
        </Section>
        <CallContent id={call.id} />
        <Section title="Facts">
          <Facts facts={factsOf(call)} />
        </Section>
      </div>
    </>
  )
}

function Lead({ call }: { call: CallDetail }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <OutcomeBadge
        call={{ ...call, blocked_by: call.policies.violated.map(({ name }) => name) }}
      />
      <span>{fullMoment(call.timings.started_at)}</span>
      <code className="font-mono text-xs">{call.id}</code>
    </span>
  )
}

function Tiles({ call }: { call: CallDetail }) {
  const { timings } = call
  const input = numberOf(call.usage, 'inputTokens')
  const output = numberOf(call.usage, 'outputTokens')
  const cached = numberOf(call.usage, 'cacheReadTokens')
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      <Tile
        name="Cost"
        value={money(call.cost_nanos)}
        beside={call.cost_basis ?? (call.state === 'running' ? 'not yet known' : 'no price')}
        title={call.cost_nanos === null ? '' : exactMoney(call.cost_nanos)}
      />
      <Tile
        name="Input tokens"
        value={count(input)}
        beside={cached ? `${count(cached)} from the cache` : ''}
      />
      <Tile name="Output tokens" value={count(output)} beside={call.finish_reasons.join(', ')} />
      <Tile name="First byte" value={duration(timings.first_byte_ms)} beside="after arrival" />
      <Tile
        name="Duration"
        value={duration(timings.duration_ms)}
        beside={call.stream ? 'streamed' : 'in one piece'}
      />
      <Tile
        name="Gateway's own time"
        value={duration(timings.overhead_ms)}
        beside="before forwarding"
      />
    </div>
  )
}

/** The phases every call has, then the recorded steps. */
function barsOf(call: CallDetail): Bar[] {
  const { overhead_ms, first_byte_ms, duration_ms } = call.timings
  const bars: Bar[] = []
  if (overhead_ms !== null)
    bars.push({ name: 'Gateway, before forwarding', fromMs: 0, forMs: overhead_ms, tone: 'own' })
  if (first_byte_ms !== null && overhead_ms !== null && first_byte_ms > overhead_ms)
    bars.push({
      name: 'Waiting for the provider',
      fromMs: overhead_ms,
      forMs: first_byte_ms - overhead_ms,
      tone: 'wait',
    })
  if (first_byte_ms !== null && duration_ms !== null)
    bars.push({
      name: 'Answer',
      fromMs: first_byte_ms,
      forMs: Math.max(0, duration_ms - first_byte_ms),
      tone: 'answer',
    })
  const steps = call.steps.map(
    (step): Bar => ({
      name: step.kind === 'client' ? `Attempt: ${step.name}` : step.name,
      fromMs: Math.max(0, step.offset_ms),
      forMs: step.duration_ms,
      tone: step.status === 'error' ? 'error' : 'step',
    }),
  )
  return [...bars, ...steps]
}

function factsOf(call: CallDetail) {
  const attempts = call.steps.filter((step) => step.kind === 'client').length
  const session = call.session_id
  return [
    ['Asked for', call.request_model ?? '–'],
    ['Served by', call.response_model ?? '–'],
    ['Provider', `${call.provider} (${call.dialect})`],
    ['Route', `${call.method} ${call.path}`],
    ['Status to the caller', call.status ?? '–'],
    ['Status of the provider', call.upstream_status ?? 'not asked'],
    ['Attempts', count(attempts)],
    ['Provider’s request id', call.upstream_request_id ?? '–'],
    ['Answer id', call.response_id ?? '–'],
    ['Failure', call.error_code ?? 'none'],
    [
      'Key',
      <Link key="key" to="/requests" search={{ key: call.key.id }} className="text-accent">
        {call.key.short}
      </Link>,
    ],
    [
      'Conversation',
      session === null ? (
        'none named'
      ) : (
        <Link key="session" to="/requests" search={{ session }} className="text-accent">
          {session}
        </Link>
      ),
    ],
    ['Client', call.user_agent ?? '–'],
    ['Trace id', call.trace_id],
  ] as const
}

function numberOf(bag: object | null, name: string): number | undefined {
  const found = bag === null ? undefined : Reflect.get(bag, name)
  return typeof found === 'number' ? found : undefined
}
