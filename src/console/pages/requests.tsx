import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { api, ask } from '../client.ts'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { count } from '../parts/format.ts'
import { IconClose, IconPause, IconPlay } from '../parts/icons.tsx'
import { PageHead } from '../parts/page-head.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { VirtualRows } from '../parts/virtual-rows.tsx'
import { CALL_COLUMNS } from '../requests/call-cells.tsx'
import { SavedFilters } from '../requests/saved-filters.tsx'
import { type Call, type CallFilters, useCalls } from '../requests/use-calls.ts'
import { useSession } from '../session.tsx'

const DEFAULTS = {
  key: '',
  user: '',
  session: '',
  outcome: '',
  policy: '',
  text: '',
  since: '24h',
  live: 'on',
}
const HOURS: Readonly<Record<string, number>> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 }
const TYPING_MS = 250

const TEMPLATE = CALL_COLUMNS.map((column) => column.width).join(' ')
const rowId = (call: Call) => call.id
const link = (call: Call): RowLink => ({ to: '/requests/$id', params: { id: call.id } })
const HEAD = CALL_COLUMNS.map((column) => (
  <div
    key={column.id}
    role="columnheader"
    className={`flex items-center px-3 ${column.align === 'end' ? 'justify-end' : ''}`}
  >
    {column.header}
  </div>
))

/** Every call, as it happens. */
export default function Requests() {
  const { workspace } = useSession()
  const [filters, setFilters] = useFilters(DEFAULTS)
  const live = filters.live === 'on'
  // Counted from when the filter was chosen: a start that moves with the clock would be a new question every second.
  const fromMs = useMemo(() => {
    const hours = HOURS[filters.since]
    return hours === undefined ? undefined : Date.now() - hours * 3_600_000
  }, [filters.since])
  const asked: CallFilters = {
    key: filters.key,
    user: filters.user,
    session: filters.session,
    outcome: filters.outcome,
    policy: filters.policy,
    text: filters.text,
    fromMs,
  }
  const calls = useCalls(workspace?.id, asked, live)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHead title="Requests" says="Every call through this workspace, as it happens.">
        <SavedFilters defaults={DEFAULTS} filters={filters} onChoose={setFilters} />
        <Button
          aria-pressed={live}
          onClick={() => setFilters({ live: live ? 'off' : 'on' })}
          title={live ? 'New calls appear by themselves' : 'The list stands still'}
        >
          {live ? <IconPause /> : <IconPlay />}
          {live ? 'Live' : 'Paused'}
        </Button>
      </PageHead>
      <Bar
        filters={filters}
        setFilters={setFilters}
        shown={calls.rows.length}
        more={calls.hasMore}
      />
      <div className="card mx-6 mb-6 flex min-h-0 flex-1 flex-col overflow-hidden">
        {calls.error !== undefined && calls.state === 'ready' && (
          <p role="status" className="m-0 border-line border-b bg-warn-soft px-3 py-1.5 text-warn">
            Not live: the gateway does not answer. Trying again.
          </p>
        )}
        {calls.state === 'loading' ? (
          <Loading what="calls" />
        ) : calls.state === 'failed' ? (
          <Trouble error={calls.error} retry={calls.retry} />
        ) : (
          <VirtualRows
            label="Calls"
            template={TEMPLATE}
            head={HEAD}
            columns={CALL_COLUMNS}
            rows={calls.rows}
            rowId={rowId}
            link={link}
            onEnd={calls.more}
            className="flex-1"
            empty={
              <Empty title="No calls here">
                Nothing matches these filters. A new call appears by itself.
              </Empty>
            }
          />
        )}
      </div>
    </div>
  )
}

type Filters = typeof DEFAULTS

function Bar({
  filters,
  setFilters,
  shown,
  more,
}: {
  filters: Filters
  setFilters: (change: Partial<Filters>) => void
  shown: number
  more: boolean
}) {
  const { workspace, may } = useSession()
  const projects = useQuery({
    queryKey: ['projects', workspace?.id],
    queryFn: () => ask(api.sessions.get({ query: { limit: 1000 } })),
    enabled: may('projects:read'),
  })
  const keys = (projects.data ?? []).flatMap(({ api_key_id, name }) =>
    api_key_id === null ? [] : [{ value: api_key_id, label: name }],
  )
  const chips = [
    filters.session !== '' && { name: 'session', says: `Conversation ${filters.session}` },
    filters.policy !== '' && { name: 'policy', says: 'Blocked by one policy' },
    filters.user !== '' && { name: 'user', says: 'Of one person' },
  ].filter((each) => each !== false)
  return (
    <search className="flex flex-wrap items-center gap-2 px-6 pb-3">
      <TextFilter value={filters.text} onChange={(text) => setFilters({ text })} />
      <FilterSelect
        label="Outcome"
        value={filters.outcome}
        onChange={(outcome) => setFilters({ outcome })}
        options={[
          { value: '', label: 'Any outcome' },
          { value: 'ok', label: 'ok' },
          { value: 'refused', label: 'refused (blocked)' },
          { value: 'failed', label: 'failed' },
          { value: 'aborted', label: 'aborted by the caller' },
          { value: 'interrupted', label: 'interrupted' },
        ]}
      />
      <FilterSelect
        label="Project"
        value={filters.key}
        onChange={(key) => setFilters({ key })}
        options={[{ value: '', label: 'gateway (all keys)' }, ...keys]}
      />
      <FilterSelect
        label="Since"
        value={filters.since}
        usual={DEFAULTS.since}
        onChange={(since) => setFilters({ since })}
        options={[
          { value: '1h', label: 'Last hour' },
          { value: '24h', label: 'Last 24 hours' },
          { value: '7d', label: 'Last 7 days' },
          { value: '30d', label: 'Last 30 days' },
          { value: 'all', label: 'All time' },
        ]}
      />
      {chips.map((chip) => (
        <Badge key={chip.name} tone="accent">
          <span className="max-w-64 truncate">{chip.says}</span>
          <button
            type="button"
            aria-label={`Remove the filter: ${chip.says}`}
            onClick={() => setFilters({ [chip.name]: '' })}
            className="ml-1"
          >
            <IconClose size={12} />
          </button>
        </Badge>
      ))}
      <span className="tabular ml-auto text-ink-faint">
        {count(shown)}
        {more ? '+' : ''} {shown === 1 && !more ? 'call' : 'calls'}
      </span>
    </search>
  )
}

/** Asked for when the typing rests. */
function TextFilter({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onChange(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text, value, onChange])
  return (
    <input
      type="search"
      aria-label="Model, provider or operation"
      placeholder="Model, provider or operation"
      value={text}
      onChange={(event) => setText(event.target.value)}
      className="input w-64"
    />
  )
}
