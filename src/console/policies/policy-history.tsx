import { useMutation, useQuery } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { ago, fullMoment } from '../parts/format.ts'
import { Refusal } from '../parts/refusal.tsx'
import { Empty, Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'
import type { Names } from '../subjects/use-names.ts'
import type { Policy } from './policy.ts'
import { StateDiff } from './state-diff.tsx'

const WORDS: Readonly<Record<string, string>> = {
  create_gateway_policy: 'Created',
  update_gateway_policy: 'Changed',
}

/** What became of a policy, each change as a comparison with the one before; a former state can be put back. */
export function PolicyHistory({
  policy,
  names,
  etag,
  onChanged,
}: {
  policy: Policy
  names: Names
  /** Of the state that the page shows: going back from another one is refused. */
  etag: string
  onChanged: () => void
}) {
  const { workspace, may } = useSession()
  const changes = useQuery({
    queryKey: ['policies', workspace?.id, policy.id, 'history', policy.updated_at],
    queryFn: () => ask(api.platform['gateway-policies']({ id: policy.id }).history.get()),
    enabled: may('organization:read'),
  })
  type State = NonNullable<typeof changes.data>[number]['state']
  const revert = useMutation({
    mutationFn: ({ name, description, subject_matchers, config, enabled, priority }: State) =>
      ask(
        api.platform['gateway-policies']({ id: policy.id }).patch(
          {
            ...{ name, subject_matchers, config, enabled, priority },
            ...(description === undefined ? {} : { description }),
          },
          { headers: { 'if-match': etag } },
        ),
      ),
    onSuccess: onChanged,
  })
  if (!may('organization:read'))
    return <NotAllowed needs={['organization:read']} what="see its history" />
  if (changes.isPending) return <Loading what="the history" />
  if (changes.error) return <Trouble error={changes.error} retry={() => void changes.refetch()} />
  if (changes.data.length === 0)
    return (
      <Empty title="Nothing was changed by hand">
        A policy that was made from a default for one subject follows that default.
      </Empty>
    )
  return (
    <>
      <Refusal error={revert.error} />
      <ol className="m-0 flex list-none flex-col gap-3 p-0">
        {changes.data.map((change, at) => {
          const before = changes.data[at + 1]?.state
          const { user_id: user, api_key_short: key } = change.actor
          return (
            <li key={change.id} className="rounded-md border border-line p-3">
              <div className="mb-1.5 flex items-center justify-between gap-3">
                <span>
                  <span className="font-medium">{WORDS[change.operation] ?? change.operation}</span>{' '}
                  <span className="text-ink-faint" title={fullMoment(change.time)}>
                    {ago(change.time)} by{' '}
                    {user === null ? `key ${key ?? 'unknown'}` : names.of(user)}
                  </span>
                </span>
                {at === 0 ? (
                  <Badge tone="good">as it is now</Badge>
                ) : (
                  may('organization:manage') && (
                    <Button
                      busy={revert.isPending}
                      onClick={() => revert.mutate(change.state)}
                      aria-label={`Put this back: as of ${fullMoment(change.time)}`}
                    >
                      Put this back
                    </Button>
                  )
                )}
              </div>
              {before ? (
                <StateDiff before={before} after={change.state} nameOf={names.of} />
              ) : (
                <p className="m-0 text-ink-faint">The first state that is on record.</p>
              )}
            </li>
          )
        })}
      </ol>
    </>
  )
}
