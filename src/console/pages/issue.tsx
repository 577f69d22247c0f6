import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, ask } from '../client.ts'
import { type Status, useIssue, useStatusChange } from '../issues/use-issues.ts'
import { kindWords, STATUSES, severityWords } from '../issues/words.ts'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Facts } from '../parts/facts.tsx'
import { ago, count, fullMoment } from '../parts/format.ts'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Refusal } from '../parts/refusal.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { Empty, Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { CALL_COLUMNS } from '../requests/call-cells.tsx'
import { useSession } from '../session.tsx'
import { useNames } from '../subjects/use-names.ts'
import { PAGES } from './index.ts'

/** The API takes this many ids at once. */
const CALLS_MAX = 50

/** One issue: what it is about, the calls it was seen in, and what is to be done with it. */
export default function IssuePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const { may } = useSession()
  const issue = useIssue(id)
  const change = useStatusChange(id)
  if (issue.isPending) return <Loading what="the issue" />
  if (issue.error)
    return (
      <>
        <PageHead title="Issue" />
        <Trouble error={issue.error} retry={() => void issue.refetch()} />
      </>
    )
  const found = issue.data
  const severity = severityWords(found.severity)
  const mayChange = may('workspaces:manage')
  const status = STATUSES.find((each) => each.value === found.status)
  return (
    <>
      <PageHead title={kindWords(found.kind)} says={status?.says}>
        <fieldset className="m-0 inline-flex gap-1 border-0 p-0" aria-label="Status">
          {STATUSES.map((each) => (
            <Button
              key={each.value}
              aria-pressed={each.value === found.status}
              look={each.value === found.status ? 'main' : 'plain'}
              disabled={!mayChange}
              title={each.says}
              onClick={() => change.mutate(each.value as Status)}
            >
              {each.label}
            </Button>
          ))}
        </fieldset>
      </PageHead>
      <div className="flex flex-col gap-4 px-6 pb-6">
        <Refusal error={change.error} />
        <div className="card">
          <Facts
            facts={[
              [
                'Severity',
                <Badge key="s" tone={severity.tone}>
                  {severity.says}
                </Badge>,
              ],
              ['Policy', <PolicyLink key="p" policy={found.policy} />],
              ['About', <Subject key="a" subject={found.subject} />],
              ['Calls', count(found.count)],
              ['First seen', fullMoment(found.first_seen_at)],
              ['Last seen', `${fullMoment(found.last_seen_at)} (${ago(found.last_seen_at)})`],
              ['Opened again', found.reopened === 0 ? 'never' : `${count(found.reopened)} times`],
            ]}
          />
        </div>
        <Section
          title="Calls"
          says={
            found.count > CALLS_MAX
              ? `The newest ${CALLS_MAX} of ${count(found.count)}.`
              : 'The calls it was seen in.'
          }
        >
          <SeenIn ids={found.run_ids.slice(0, CALLS_MAX)} />
        </Section>
      </div>
      {!mayChange && <NotAllowed needs={['workspaces:manage']} what="change the status" />}
    </>
  )
}

function PolicyLink({ policy }: { policy: { readonly id: string; readonly name: string } | null }) {
  if (policy === null) return '–'
  if (!PAGES.some((page) => page.path === '/policies')) return policy.name
  return (
    <Link
      to="/policies"
      search={((old: Record<string, unknown>) => ({ w: old.w, policy: policy.id })) as never}
      className="text-accent"
    >
      {policy.name}
    </Link>
  )
}

function Subject({ subject }: { subject: { readonly kind: string; readonly id: string } }) {
  const names = useNames()
  if (subject.kind !== 'api_key') return <code>{subject.id}</code>
  return (
    <Link
      to="/requests"
      search={((old: Record<string, unknown>) => ({ w: old.w, key: subject.id })) as never}
      className="text-accent"
    >
      Key {names.of(subject.id)}
    </Link>
  )
}

type Call = Parameters<(typeof CALL_COLUMNS)[number]['cell']>[0]
const rowId = (call: Call) => call.id
const link = (call: Call): RowLink => ({ to: '/requests/$id', params: { id: call.id } })

function SeenIn({ ids }: { ids: readonly string[] }) {
  const { workspace } = useSession()
  const calls = useQuery({
    queryKey: ['requests', workspace?.id, 'of issue', ids],
    queryFn: () => ask(api.requests.get({ query: { ids: [...ids], limit: CALLS_MAX } })),
    enabled: ids.length > 0,
  })
  if (ids.length === 0) return <Empty title="Its calls are gone with their traces" />
  if (calls.isPending) return <Loading what="calls" />
  if (calls.error) return <Trouble error={calls.error} retry={() => void calls.refetch()} />
  return (
    <DataTable
      label="Calls of the issue"
      columns={CALL_COLUMNS}
      rows={calls.data.data}
      rowId={rowId}
      link={link}
      empty={<Empty title="Its calls are gone with their traces" />}
    />
  )
}
