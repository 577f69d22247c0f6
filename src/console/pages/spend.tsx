import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useMemo } from 'react'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Tile } from '../parts/facts.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { count, exactMoney, money, percent } from '../parts/format.ts'
import { IconClose } from '../parts/icons.tsx'
import { PageHead, Section } from '../parts/page-head.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { Empty, Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { listPolicies, nameOf as policyName } from '../policies/policy.ts'
import { useSession, useWho } from '../session.tsx'
import { roomsOf } from '../spend/caps.ts'
import { csvOf, download } from '../spend/csv.ts'
import { partColumns } from '../spend/part-columns.tsx'
import { type Asked, DIMENSIONS, type Part, spendByPart, spendOverTime } from '../spend/usage.ts'
import { useNames } from '../subjects/use-names.ts'

const TimeChart = lazy(() => import('../spend/time-chart.tsx'))

const HOUR_MS = 3_600_000
const SPANS = [
  { value: '24h', label: 'Last 24 hours', hours: 24 },
  { value: '7d', label: 'Last 7 days', hours: 168 },
  { value: '30d', label: 'Last 30 days', hours: 720 },
  { value: '90d', label: 'Last 90 days', hours: 2_160 },
  { value: '365d', label: 'Last 365 days', hours: 8_760 },
]
const BUCKETS = ['hour', 'day', 'week', 'month'] as const
/** So that a chart has at most a few hundred bars. */
const HOURLY_HOURS_MAX = 200
const DEFAULTS = {
  by: 'model',
  since: '30d',
  bucket: 'day',
  scope: '',
  ...{ workspace: '', key: '', user: '', model: '', provider: '' },
}
const partId = (part: Part) => part.id

/** What was spent, by whom and on what, and what caps still leave. */
export default function Spend() {
  const { workspace, may } = useSession()
  const whole = useWho(true).data?.who.permissions.includes('usage:read') ?? false
  const names = useNames()
  const [filters, setFilters] = useFilters(DEFAULTS)
  const by = DIMENSIONS.find(({ id }) => id === filters.by) ?? DIMENSIONS[3]
  const span = SPANS.find(({ value }) => value === filters.since) ?? SPANS[2]
  const hours = span?.hours ?? 720
  const asksHours = filters.bucket === 'hour' && hours > HOURLY_HOURS_MAX
  const bucket = asksHours ? 'day' : (BUCKETS.find((each) => each === filters.bucket) ?? 'day')
  const { workspace: inWorkspace, key, user, model, provider, scope } = filters
  const asked = useMemo<Asked>(() => {
    const toMs = Date.now()
    const narrowed = { workspace: inWorkspace, api_key: key, user, model, provider }
    return {
      by,
      narrowed: Object.fromEntries(Object.entries(narrowed).filter(([, value]) => value !== '')),
      ownWorkspace: scope !== 'all',
      fromMs: toMs - hours * HOUR_MS,
      toMs,
    }
  }, [by, hours, inWorkspace, key, user, model, provider, scope])
  const common = { enabled: may('usage:read'), placeholderData: keepPreviousData }
  const keyOf = (what: string) => ['usage', workspace?.id, what, asked] as const
  const parts = useQuery({
    ...common,
    queryKey: keyOf('parts'),
    queryFn: () => spendByPart(asked),
  })
  const overTime = useQuery({
    ...common,
    queryKey: [...keyOf('time'), bucket],
    queryFn: () => spendOverTime(asked, bucket),
  })
  const policies = useQuery({
    queryKey: ['policies', workspace?.id],
    queryFn: listPolicies,
    enabled: may('policies:read') || may('organization:read'),
    refetchInterval: 10_000,
  })
  const rooms = useMemo(() => roomsOf(policies.data ?? []), [policies.data])
  const nameOf = useCallback((id: string) => (id === '' ? 'none named' : names.of(id)), [names])
  const rows = parts.data?.parts
  const total = useMemo(() => (rows ?? []).reduce((sum, each) => sum + each.cost, 0n), [rows])
  const measured = (rows ?? []).reduce((sum, each) => sum + each.measured, 0n)
  const columns = useMemo(() => partColumns(by, total, rooms, nameOf), [by, total, rooms, nameOf])
  const order = useMemo(() => (rows ?? []).map(partId), [rows])
  const field = by.id === 'api_key' ? 'key' : by.id
  const nextBy = by.id === 'model' ? 'api_key' : 'model'
  const link = useCallback(
    (part: Part): RowLink => ({
      to: '/spend',
      search: { ...kept(filters), by: nextBy, [field]: part.id },
    }),
    [filters, field, nextBy],
  )
  const tightest = [...rooms].sort((left, right) => (left.free < right.free ? -1 : 1))[0]
  const narrowedBy = DIMENSIONS.flatMap(({ id, label }) => {
    const name = id === 'api_key' ? 'key' : id
    return filters[name] === '' ? [] : [{ name, label, value: filters[name] }]
  })
  return (
    <>
      <PageHead title="Spend" says="What calls cost, to the nanodollar, and what caps still leave.">
        {whole && (
          <FilterSelect
            label="Where"
            value={filters.scope}
            onChange={(value) => setFilters({ scope: value })}
            options={[
              { value: '', label: 'This workspace' },
              { value: 'all', label: 'All workspaces' },
            ]}
          />
        )}
        <FilterSelect
          label="Told apart by"
          value={by.id}
          usual="model"
          onChange={(value) => setFilters({ by: value })}
          options={DIMENSIONS.map(({ id, label }) => ({
            value: id,
            label: `By ${label.toLowerCase()}`,
          }))}
        />
        <FilterSelect
          label="Since"
          value={filters.since}
          usual="30d"
          onChange={(value) => setFilters({ since: value })}
          options={SPANS}
        />
        <FilterSelect
          label="Per"
          value={bucket}
          usual="day"
          onChange={(value) => setFilters({ bucket: value })}
          options={BUCKETS.filter((each) => each !== 'hour' || hours <= HOURLY_HOURS_MAX).map(
            (value) => ({ value, label: `Per ${value}` }),
          )}
        />
        <Button
          disabled={rows === undefined || rows.length === 0}
          onClick={() =>
            download(
              `spend-by-${by.id}.csv`,
              'text/csv;charset=utf-8',
              csvOf(by, rows ?? [], nameOf),
            )
          }
        >
          Download CSV
        </Button>
      </PageHead>
      {!may('usage:read') ? (
        <NotAllowed needs={['usage:read']} what="see spend" />
      ) : parts.isPending ? (
        <Loading what="spend" />
      ) : parts.error ? (
        <Trouble error={parts.error} retry={() => void parts.refetch()} />
      ) : (
        <div className="flex flex-col gap-4 px-6 pb-6">
          {narrowedBy.length > 0 && (
            <p className="m-0 flex flex-wrap items-center gap-2">
              Only
              {narrowedBy.map(({ name, label, value }) => (
                <Button
                  key={name}
                  aria-label={`No longer only ${label.toLowerCase()} ${names.of(value)}`}
                  onClick={() => setFilters({ [name]: '' })}
                >
                  {label.toLowerCase()} {names.of(value)}
                  <IconClose size={12} />
                </Button>
              ))}
            </p>
          )}
          <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
            <Tile
              name="Spent"
              value={money(total)}
              beside={
                total === 0n
                  ? 'nothing yet'
                  : `${percent(Number(measured), Number(total))} as providers measured`
              }
              title={exactMoney(total)}
            />
            <Tile
              name="Calls"
              value={count((rows ?? []).reduce((sum, each) => sum + each.requests, 0))}
              beside={`${count((rows ?? []).reduce((sum, each) => sum + each.unpriced, 0))} without a price`}
            />
            <Tile
              name="Held now, in the tightest cap"
              value={tightest ? money(tightest.held) : '–'}
              beside={tightest ? policyName(tightest.policy, names) : 'no cap counts'}
            />
            <Tile
              name="Free, in the tightest cap"
              value={tightest ? money(tightest.free) : '–'}
              beside={tightest ? `${money(tightest.spent)} spent, ${tightest.window}` : ''}
            />
          </div>
          {order.length > 0 && (
            <Section title="Over time" says={`Per ${bucket}, in UTC.`}>
              {overTime.error ? (
                <Trouble error={overTime.error} retry={() => void overTime.refetch()} />
              ) : overTime.data === undefined ? (
                <Loading what="the chart" />
              ) : (
                <Suspense fallback={<Loading what="the chart" />}>
                  <TimeChart
                    times={overTime.data.times}
                    order={order}
                    bucket={bucket}
                    fromMs={asked.fromMs}
                    toMs={asked.toMs}
                    nameOf={nameOf}
                  />
                  {!overTime.data.isComplete && <Cut />}
                </Suspense>
              )}
            </Section>
          )}
          <div className="card overflow-hidden">
            <DataTable
              label={`Spend by ${by.label.toLowerCase()}`}
              columns={columns}
              rows={rows ?? []}
              rowId={partId}
              link={link}
              empty={<Empty title="Nothing was spent">No call ended in this time.</Empty>}
            />
            {!parts.data.isComplete && <Cut />}
          </div>
        </div>
      )}
    </>
  )
}

function Cut() {
  return (
    <p role="status" className="m-0 px-4 py-2 text-warn">
      There is more than one answer holds: choose a shorter time or longer steps.
    </p>
  )
}

/** The filters that are not as at first, for a link that keeps them. */
function kept(filters: typeof DEFAULTS): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filters).filter(
      ([name, value]) => value !== Reflect.get(DEFAULTS, name) && value !== '',
    ),
  )
}
