import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useMemo } from 'react'
import { api, ask } from '../client.ts'
import { BlockedList } from '../overview/blocked.tsx'
import { CapList } from '../overview/caps.tsx'
import { Tile } from '../parts/facts.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { compact, count, duration, money, percent } from '../parts/format.ts'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useSession } from '../session.tsx'

const HOUR_MS = 3_600_000
const HOURS: Readonly<Record<string, number>> = { '24h': 24, '7d': 168, '30d': 720 }

const SpendChart = lazy(() => import('../overview/spend-chart.tsx'))

/** How things stand: money, calls, speed, what was blocked and what was found. */
export default function Overview() {
  const { workspace, may } = useSession()
  const [{ since }, setFilters] = useFilters({ since: '24h' })
  const hours = HOURS[since] ?? 24
  const statistics = useQuery({
    queryKey: ['statistics', workspace?.id, hours],
    queryFn: () => ask(api.requests.statistics.get({ query: { from: startOf(hours) } })),
    refetchInterval: 5_000,
  })
  const usage = useQuery({
    queryKey: ['usage', workspace?.id, 'overview', hours],
    queryFn: () =>
      ask(api.usage.get({ query: { bucket: hours > 48 ? 'day' : 'hour', from: startOf(hours) } })),
    enabled: may('usage:read'),
    refetchInterval: 15_000,
  })
  const data = statistics.data
  const total = Object.values(data?.outcomes ?? {}).reduce((sum, each) => sum + each, 0)
  const of = (name: string) => data?.outcomes[name] ?? 0
  const failed = of('failed') + of('interrupted')
  const spent = useMemo(
    () => usage.data?.data.reduce((sum, row) => sum + BigInt(row.cost_nanos), 0n),
    [usage.data],
  )
  const unpriced = usage.data?.data.reduce((sum, row) => sum + row.unpriced_requests, 0) ?? 0
  const tokens = usage.data?.data.reduce((sum, row) => sum + row.tokens, 0)
  const found = data?.findings.reduce((sum, each) => sum + each.count, 0) ?? 0
  const sampled =
    data && data.sampled < total
      ? `of the newest ${count(data.sampled)} calls`
      : 'half of all calls'
  return (
    <>
      <PageHead title="Overview" says="What went through this workspace.">
        <FilterSelect
          label="Since"
          value={since}
          usual="24h"
          onChange={(value) => setFilters({ since: value })}
          options={[
            { value: '24h', label: 'Last 24 hours' },
            { value: '7d', label: 'Last 7 days' },
            { value: '30d', label: 'Last 30 days' },
          ]}
        />
      </PageHead>
      {statistics.isPending ? (
        <Loading what="the overview" />
      ) : statistics.error ? (
        <Trouble error={statistics.error} retry={() => void statistics.refetch()} />
      ) : (
        <div className="flex flex-col gap-4 px-6 pb-6">
          <div className="grid grid-cols-2 gap-3 md:grid-cols-4 2xl:grid-cols-8">
            <Tile
              name="Spent"
              value={may('usage:read') ? money(spent) : '–'}
              beside={unpriced > 0 ? `${count(unpriced)} calls without a price` : 'all priced'}
            />
            <TileLink to="/requests" search={{ since }}>
              <Tile name="Calls" value={compact(total)} beside={`${percent(of('ok'), total)} ok`} />
            </TileLink>
            <TileLink to="/requests" search={{ since, outcome: 'refused' }}>
              <Tile
                name="Blocked"
                value={compact(of('refused'))}
                beside={`${percent(of('refused'), total)} of calls`}
              />
            </TileLink>
            <TileLink to="/requests" search={{ since, outcome: 'failed' }}>
              <Tile
                name="Failed"
                value={compact(failed)}
                beside={`${percent(failed, total)} of calls`}
              />
            </TileLink>
            <Tile name="Tokens" value={compact(tokens)} beside="in and out" />
            <Tile
              name="First byte, median"
              value={duration(data?.first_byte_ms?.p50)}
              beside={`95 % within ${duration(data?.first_byte_ms?.p95)}`}
              title={sampled}
            />
            <Tile
              name="Gateway’s own time, median"
              value={duration(data?.overhead_ms?.p50)}
              beside={`95 % within ${duration(data?.overhead_ms?.p95)}`}
              title={sampled}
            />
            <Tile
              name="Sensitive values found"
              value={compact(found)}
              beside={
                data?.findings
                  .slice(0, 3)
                  .map((each) => `${each.entity} ${compact(each.count)}`)
                  .join(', ') || 'none'
              }
            />
          </div>
          <Section title="Spend over time">
            {!may('usage:read') ? (
              <NotAllowed needs={['usage:read']} what="see spend" />
            ) : usage.isPending ? (
              <Loading what="spend" />
            ) : usage.error ? (
              <Trouble error={usage.error} retry={() => void usage.refetch()} />
            ) : (
              <Suspense fallback={<Loading what="the chart" />}>
                <SpendChart rows={usage.data.data} from={usage.data.from} to={usage.data.to} />
              </Suspense>
            )}
          </Section>
          <div className="grid gap-4 xl:grid-cols-2">
            <CapList />
            <BlockedList since={since} from={startOf(hours)} />
          </div>
        </div>
      )}
    </>
  )
}

function TileLink({
  to,
  search,
  children,
}: {
  to: string
  search: Record<string, string>
  children: React.ReactNode
}) {
  return (
    <Link
      to={to}
      search={(old: Record<string, unknown>) => ({ w: old.w, ...search })}
      className="rounded-lg text-ink no-underline transition-colors [&:hover_.card]:border-line-strong"
    >
      {children}
    </Link>
  )
}

/** To the hour, so that the question stays the same for a while. */
function startOf(hours: number): string {
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  return new Date(now - (hours - 1) * HOUR_MS).toISOString()
}
