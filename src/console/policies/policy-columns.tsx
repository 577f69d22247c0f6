import { UsageBar } from '../overview/caps.tsx'
import { Badge } from '../parts/badge.tsx'
import type { Column } from '../parts/data-table.tsx'
import { ago, fullMoment, money } from '../parts/format.ts'
import type { Names } from '../subjects/use-names.ts'
import {
  aboutOf,
  familyOf,
  labelOf,
  metersOf,
  nameOf,
  type Policy,
  summaryOf,
  usedOf,
} from './policy.ts'

/** The columns of the list of policies. */
export function policyColumns(names: Names): readonly Column<Policy>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      width: 'minmax(10.5rem,1.6fr)',
      cell: (policy) => (
        <span className="font-medium" title={policy.description}>
          {policy.parent_policy_id !== null && (
            <span className="pr-1 pl-2 text-ink-faint" title="Made from the default above">
              ↳
            </span>
          )}
          {nameOf(policy, names)}
        </span>
      ),
    },
    {
      id: 'kind',
      header: 'Kind',
      width: '8.5rem',
      cell: (policy) => (
        <span className="flex items-center gap-1">
          {labelOf(familyOf(policy.policy_type))}
          {policy.policy_type.startsWith('default_') && (
            <Badge tone="accent" title="A default: each subject gets one of its own">
              each
            </Badge>
          )}
        </span>
      ),
    },
    {
      id: 'about',
      header: 'About',
      width: 'minmax(10rem,1.3fr)',
      cell: (policy) => {
        const about = aboutOf(policy.subject_matchers, names)
        return <span title={about}>{about}</span>
      },
    },
    {
      id: 'says',
      header: 'Says',
      width: 'minmax(8rem,1.2fr)',
      cell: (policy) => {
        const says = summaryOf(policy)
        return <span title={says}>{says}</span>
      },
    },
    { id: 'used', header: 'Used', width: 'minmax(14rem,1.4fr)', cell: Used },
    { id: 'resets', header: 'Resets', width: '5.75rem', cell: Resets },
    {
      id: 'on',
      header: 'State',
      width: '3.75rem',
      cell: (policy) => (
        <Badge tone={policy.enabled ? 'good' : 'plain'}>{policy.enabled ? 'on' : 'off'}</Badge>
      ),
    },
  ]
}

/** The account that is nearest to its limit. */
function tightest(policy: Policy) {
  return [...metersOf(policy)].sort((left, right) => Number(shareOf(right) - shareOf(left)))[0]
}

function shareOf({ used, held, limit }: { used: bigint; held: bigint; limit: bigint }): bigint {
  return limit === 0n ? 1_000_000n : ((used + held) * 1_000_000n) / limit
}

function Used(policy: Policy) {
  const meter = tightest(policy)
  if (!meter || policy.policy_type.startsWith('default_'))
    return <span className="text-ink-faint">{waits(policy)}</span>
  const held = meter.held > 0n ? `, ${money(meter.held)} held` : ''
  const says = `${usedOf(meter)}${held}`
  return (
    <span className="flex items-center gap-2" title={says}>
      <span className="w-14 shrink-0">
        <UsageBar spent={meter.used} held={meter.held} limit={meter.limit} name={policy.name} />
      </span>
      <span className="tabular min-w-0 truncate">{says}</span>
    </span>
  )
}

function waits(policy: Policy): string {
  if (policy.policy_type.startsWith('default_')) return 'each counts on its own'
  return policy.current_spend_nanos === undefined && familyOf(policy.policy_type) === 'spend_cap'
    ? 'not known now'
    : '–'
}

function Resets(policy: Policy) {
  const meter = tightest(policy)
  return meter?.resetsAt === undefined ? (
    <span className="text-ink-faint">–</span>
  ) : (
    <span title={fullMoment(meter.resetsAt)}>{ago(meter.resetsAt)}</span>
  )
}
