import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { Badge } from '../parts/badge.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { SelectField, TextArea } from '../parts/field.tsx'
import { count } from '../parts/format.ts'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { ConfigJson } from '../policies/config-json.tsx'
import { GuardFields } from '../policies/guard-fields.tsx'
import { familyOf, listPolicies } from '../policies/policy.ts'
import { EXAMPLE, preview, type Shown, TEXT_UNITS_MAX } from '../redaction/preview.ts'
import { Timeline } from '../redaction/timeline.tsx'
import { useSession } from '../session.tsx'

const TYPING_MS = 300
const CHUNK_MAX = 200
/** As many pieces as the gateway tells of. */
const PIECES_MAX = 2_000
const EVERYTHING = { detect: { pii: true, secrets: true }, operator: 'replace' }

type Finding = Shown['findings'][number] & { readonly value: string }

const COLUMNS: readonly Column<Finding>[] = [
  {
    id: 'entity',
    header: 'Found',
    width: 'minmax(8.5rem,1fr)',
    cell: (found) => <span className="font-medium">{found.entity}</span>,
    sortBy: (found) => found.entity,
  },
  {
    id: 'kind',
    header: 'Kind',
    width: '5.75rem',
    cell: (found) => (
      <Badge tone={found.kind === 'secret' ? 'bad' : 'warn'}>
        {found.kind === 'secret' ? 'secret' : 'personal'}
      </Badge>
    ),
    sortBy: (found) => found.kind,
  },
  {
    id: 'rule',
    header: 'Rule',
    width: 'minmax(7rem,1fr)',
    cell: (found) => <code className="font-mono text-xs">{found.detector}</code>,
    sortBy: (found) => found.detector,
  },
  {
    id: 'value',
    header: 'In your text',
    width: 'minmax(6.5rem,1.5fr)',
    cell: (found) => <span title={found.value}>{found.value}</span>,
  },
  {
    id: 'place',
    header: 'Place',
    width: '5.5rem',
    align: 'end',
    cell: (found) => `${count(found.start)}–${count(found.end)}`,
    sortBy: (found) => found.start,
  },
]
const findingId = (found: Finding) => `${found.start} ${found.detector}`

/** Try a text: what is found, what leaves instead, and when. */
export default function Redaction() {
  const { workspace } = useSession()
  const [filters, setFilters] = useFilters({ policy: '', chunk: '12' })
  const [text, setText] = useState(EXAMPLE)
  const [own, setOwn] = useState<Readonly<Record<string, unknown>>>(EVERYTHING)
  const policies = useQuery({ queryKey: ['policies', workspace?.id], queryFn: listPolicies })
  const guards = (policies.data ?? []).filter((each) => familyOf(each.policy_type) === 'guard')
  const chosen = guards.find(({ id }) => id === filters.policy)
  const config = chosen?.config ?? own
  const size = Math.min(CHUNK_MAX, Math.max(1, Math.trunc(Number(filters.chunk)) || 12))
  const asked = useSettled(text, config, size)
  const shown = useQuery({
    queryKey: ['redaction', workspace?.id, asked],
    queryFn: async () => ({
      ...(await preview(asked.text, asked.config, asked.size)),
      source: asked.text,
    }),
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  })
  // What stands there is still about the text before.
  const isBehind = shown.isPlaceholderData || asked.text !== text
  const findings = useMemo(
    () =>
      (shown.data?.findings ?? []).map((each): Finding => {
        return { ...each, value: shown.data?.source.slice(each.start, each.end) ?? '' }
      }),
    [shown.data],
  )
  return (
    <>
      <PageHead
        title="Redaction playground"
        says="Try a text against a data guard. Nothing of it is stored or logged."
      />
      <div className="grid gap-4 px-6 pb-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]">
        <div className="flex flex-col gap-4">
          <Section title="Text">
            <div className="p-4">
              <TextArea
                label="What a caller would send, or a model would say"
                className="w-full"
                rows={9}
                maxLength={TEXT_UNITS_MAX}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            </div>
          </Section>
          <Section title="Guard">
            <div className="flex flex-col gap-3 p-4">
              <SelectField
                label="Policy"
                value={chosen?.id ?? ''}
                onChange={(event) => setFilters({ policy: event.target.value })}
                options={[
                  { value: '', label: 'Tried here only' },
                  ...guards.map(({ id, name }) => ({ value: id, label: name })),
                ]}
              />
              {chosen ? (
                <>
                  <CodeBlock text={JSON.stringify(chosen.config, null, 2)} what="guard" />
                  <Link to="/policies" search={{ policy: chosen.id }} className="text-accent">
                    Open the policy
                  </Link>
                </>
              ) : (
                <>
                  <GuardFields config={own} onChange={setOwn} />
                  <ConfigJson config={own} onChange={setOwn} />
                </>
              )}
            </div>
          </Section>
        </div>
        <div
          aria-busy={isBehind || undefined}
          className={`flex min-w-0 flex-col gap-4 ${isBehind ? 'opacity-60' : ''}`}
        >
          {shown.error ? (
            <Trouble error={shown.error} retry={() => void shown.refetch()} />
          ) : shown.data === undefined ? (
            <Loading what="the answer" />
          ) : (
            <>
              <Section
                title="What leaves"
                says={`At most ${count(shown.data.hold_units_max)} units are ever held back by this guard.`}
                actions={
                  shown.data.blocked ? (
                    <Badge tone="bad">the call would be refused</Badge>
                  ) : (
                    <Badge tone={findings.length > 0 ? 'accent' : 'good'}>
                      {findings.length > 0 ? `${count(findings.length)} found` : 'nothing found'}
                    </Badge>
                  )
                }
              >
                <pre
                  tabIndex={0}
                  role="group"
                  aria-label="Redacted text"
                  className="m-0 max-h-64 overflow-auto whitespace-pre-wrap break-words p-4 font-mono text-xs leading-5"
                >
                  {shown.data.text}
                </pre>
              </Section>
              <Section title="Findings" says="In the order of the text; places count UTF-16 units.">
                <DataTable
                  label="Findings"
                  columns={COLUMNS}
                  rows={findings}
                  rowId={findingId}
                  className="max-h-72"
                  empty={<Empty title="Nothing was found" />}
                />
              </Section>
              <Section
                title="What leaves when"
                says="As in a stream: only what can no longer become part of a finding is let go."
              >
                <label className="flex items-center gap-3 px-4 pt-4">
                  <span className="w-40 shrink-0 font-medium">Size of a piece</span>
                  <input
                    type="range"
                    min={1}
                    max={CHUNK_MAX}
                    value={size}
                    aria-valuetext={`${size} units`}
                    onChange={(event) => setFilters({ chunk: event.target.value })}
                    className="min-w-0 flex-1 accent-(--accent)"
                  />
                  <output className="tabular w-20 shrink-0 text-right">{count(size)} units</output>
                </label>
                <Timeline text={shown.data.source} chunks={shown.data.chunks ?? []} />
              </Section>
            </>
          )}
        </div>
      </div>
    </>
  )
}

/** What is asked for, once nothing was typed for a moment. A long text is never cut into more pieces than are told of. */
function useSettled(text: string, config: unknown, wanted: number) {
  const size = Math.max(wanted, Math.ceil(text.length / PIECES_MAX))
  const [settled, setSettled] = useState({ text, config, size })
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ text, config, size }), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text, config, size])
  return settled
}
