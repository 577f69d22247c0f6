import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { FilterSelect } from '../parts/field.tsx'
import { IconPlus } from '../parts/icons.tsx'
import { PageHead } from '../parts/page-head.tsx'
import type { RowLink } from '../parts/row-link.ts'
import { Empty, Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { NewPolicy } from '../policies/new-policy.tsx'
import { FAMILIES, familyOf, listPolicies, type Policy } from '../policies/policy.ts'
import { policyColumns } from '../policies/policy-columns.tsx'
import { PolicyPane } from '../policies/policy-pane.tsx'
import { useSession } from '../session.tsx'
import { useNames } from '../subjects/use-names.ts'

const KINDS = [
  { value: '', label: 'All kinds' },
  ...FAMILIES.map(({ id, label }) => ({ value: id as string, label: `${label}s` })),
]
const rowId = (policy: Policy) => policy.id

/** What may be spent, how fast, on which models, and what of the text leaves. */
export default function Policies() {
  const { workspace, may } = useSession()
  const names = useNames()
  const [filters, setFilters] = useFilters({ kind: '', policy: '' })
  const [adding, setAdding] = useState(false)
  const mayRead = may('policies:read') || may('organization:read')
  const mayWrite = may('organization:manage')
  const policies = useQuery({
    queryKey: ['policies', workspace?.id],
    queryFn: listPolicies,
    enabled: mayRead,
    refetchInterval: 5_000,
  })
  const rows = useMemo(
    () =>
      nested(policies.data ?? []).filter(
        (each) => filters.kind === '' || familyOf(each.policy_type) === filters.kind,
      ),
    [policies.data, filters.kind],
  )
  const columns = useMemo(() => policyColumns(names), [names])
  const link = useMemo(() => {
    const kept: Record<string, string> = filters.kind === '' ? {} : { kind: filters.kind }
    return (policy: Policy): RowLink => ({
      to: '/policies',
      search: { ...kept, policy: policy.id },
    })
  }, [filters.kind])
  const family = FAMILIES.find(({ id }) => id === filters.kind)?.id ?? 'spend_cap'
  return (
    <>
      <PageHead
        title="Policies"
        says="What may be spent, how fast, on which models, and what of the text leaves."
      >
        <FilterSelect
          label="Kind"
          value={filters.kind}
          onChange={(kind) => setFilters({ kind })}
          options={KINDS}
        />
        {mayWrite && (
          <Button look="main" onClick={() => setAdding(true)}>
            <IconPlus />
            New policy
          </Button>
        )}
      </PageHead>
      {mayRead && !mayWrite && (
        <NotAllowed needs={['organization:manage']} what="change policies" />
      )}
      {!mayRead ? (
        <NotAllowed needs={['policies:read']} what="see policies" />
      ) : policies.isPending ? (
        <Loading what="policies" />
      ) : policies.error ? (
        <Trouble error={policies.error} retry={() => void policies.refetch()} />
      ) : (
        <div className="px-6 pb-6">
          <div className="card overflow-hidden">
            <DataTable
              label="Policies"
              columns={columns}
              rows={rows}
              rowId={rowId}
              link={link}
              empty={
                <Empty title={filters.kind === '' ? 'No policies yet' : 'None of this kind'}>
                  Without one, calls are only counted and traced. A cap refuses a call before it is
                  sent, so the limit is never crossed.
                </Empty>
              }
            />
          </div>
        </div>
      )}
      {adding && (
        <NewPolicy
          family={family}
          policies={policies.data ?? []}
          names={names}
          onClose={() => setAdding(false)}
        />
      )}
      {filters.policy !== '' && (
        <PolicyPane
          key={filters.policy}
          id={filters.policy}
          names={names}
          onClose={() => setFilters({ policy: '' })}
        />
      )}
    </>
  )
}

/** Defaults with what was made from them right below. */
function nested(policies: readonly Policy[]): readonly Policy[] {
  const children = Map.groupBy(policies, (each) => each.parent_policy_id)
  const known = new Set(policies.map(rowId))
  return policies
    .filter((each) => each.parent_policy_id === null || !known.has(each.parent_policy_id))
    .flatMap((each) => [each, ...(children.get(each.id) ?? [])])
}
