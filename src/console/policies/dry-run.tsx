import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, ask, Problem } from '../client.ts'
import { Badge } from '../parts/badge.tsx'
import { count, fullMoment, moment, percent } from '../parts/format.ts'
import { useSession } from '../session.tsx'
import type { Names } from '../subjects/use-names.ts'
import { changeOf, type Draft, typeOf } from './draft.ts'
import { amountOf } from './policy.ts'

const TYPING_MS = 500
const ACCOUNTS_SHOWN = 5

/** What the policy as it stands in the form would have done to the calls of the last day. */
export function DryRun({ draft, names }: { draft: Draft; names: Names }) {
  const { workspace } = useSession()
  const settled = useSettled(draft)
  const trial = useQuery({
    queryKey: ['policies', workspace?.id, 'dry-run', settled],
    queryFn: () =>
      ask(
        api.platform['gateway-policies']['dry-run'].post({
          ...changeOf(settled),
          // The name is not asked for before the end, and does not matter here.
          name: settled.name.trim() || 'Not named yet',
          policy_type: typeOf(settled),
        }),
      ),
    enabled: draft.family !== 'guard',
    placeholderData: keepPreviousData,
    retry: false,
  })
  const { data, error } = trial
  return (
    <section
      aria-label="Dry run"
      aria-live="polite"
      className="rounded-md border border-line bg-sunken p-3"
    >
      <h3 className="m-0 font-semibold text-sm">On the last 24 hours</h3>
      {draft.family === 'guard' ? (
        <p className="m-0 text-ink-soft">
          What calls said is not kept, so a guard is tried on a text of yours: in the{' '}
          <Link to="/redaction" className="text-accent">
            redaction playground
          </Link>
          .
        </p>
      ) : error ? (
        <Untried error={error} />
      ) : data === undefined ? (
        <p className="m-0 text-ink-faint">Trying…</p>
      ) : (
        <>
          <p className="m-0 flex flex-wrap items-center gap-2">
            <Badge tone={data.would_refuse > 0 ? 'warn' : 'good'}>
              {data.would_refuse > 0
                ? `would have refused ${count(data.would_refuse)}`
                : 'would have refused none'}
            </Badge>
            <span className="text-ink-soft">
              of {count(data.matched)} calls that it is about
              {data.would_refuse > 0 && ` (${percent(data.would_refuse, data.matched)})`}; there
              were {count(data.calls)}
              {!data.complete && ', more than can be tried at once'}.
            </span>
          </p>
          {data.first_refused_at !== null && (
            <p className="m-0 text-ink-faint text-xs" title={fullMoment(data.first_refused_at)}>
              The first at {moment(data.first_refused_at)}.
            </p>
          )}
          {data.accounts.length > 0 && (
            <ul className="tabular mt-1.5 mb-0 list-none p-0 text-xs">
              {data.accounts.slice(0, ACCOUNTS_SHOWN).map((each) => (
                <li
                  key={`${JSON.stringify(each.member)} ${each.metric} ${each.window_start}`}
                  className="flex justify-between gap-3 border-line border-t py-0.5"
                >
                  <span className="min-w-0 truncate">
                    {Object.values(each.member)
                      .map((id) => names.of(String(id)))
                      .join(', ') || 'all together'}
                    , window from {moment(each.window_start)}
                  </span>
                  <span className="shrink-0">
                    {amountOf(each.metric, BigInt(each.used))} of{' '}
                    {amountOf(each.metric, BigInt(each.limit))}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  )
}

function Untried({ error }: { error: Error }) {
  const problem = error instanceof Problem ? error : undefined
  return (
    <p className="m-0 text-ink-soft">{problem?.message ?? 'It could not be tried just now.'}</p>
  )
}

/** The draft once nothing was typed for a moment: a try-out of each key press would be one too many. */
function useSettled(draft: Draft): Draft {
  const [settled, setSettled] = useState(draft)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), TYPING_MS)
    return () => clearTimeout(timer)
  }, [draft])
  return settled
}
