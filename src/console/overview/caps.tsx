import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { ago, money, percent } from '../parts/format.ts'
import { Section } from '../parts/page-head.tsx'
import { Empty, Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'

const SHOWN_MAX = 6

/** The spend caps that are nearest to their end. */
export function CapList() {
  const { workspace, may } = useSession()
  const mayRead = may('policies:read') || may('organization:read')
  const policies = useQuery({
    queryKey: ['policies', workspace?.id],
    queryFn: () => ask(api.platform['gateway-policies'].get()),
    enabled: mayRead,
    refetchInterval: 10_000,
  })
  const caps = (policies.data ?? [])
    .flatMap((each) => {
      const limit = Reflect.get(each.config, 'limit_nanos')
      return each.current_spend_nanos !== undefined && typeof limit === 'string' && each.enabled
        ? [
            {
              id: each.id,
              name: each.name,
              resetsAt: each.resets_at,
              limit: BigInt(limit),
              spent: BigInt(each.current_spend_nanos),
              held: BigInt(each.reserved_nanos ?? '0'),
            },
          ]
        : []
    })
    .map((cap) => ({ ...cap, share: shareOf(cap.spent + cap.held, cap.limit) }))
    .sort((left, right) => right.share - left.share)
    .slice(0, SHOWN_MAX)
  return (
    <Section title="Spend caps" says="Nearest to their limit first.">
      {!mayRead ? (
        <NotAllowed needs={['policies:read']} what="see policies" />
      ) : policies.isPending ? (
        <Loading what="caps" />
      ) : policies.error ? (
        <Trouble error={policies.error} retry={() => void policies.refetch()} />
      ) : caps.length === 0 ? (
        <Empty title="No spend caps">Without one, calls are only counted.</Empty>
      ) : (
        <ul className="m-0 list-none p-0">
          {caps.map((cap) => (
            <li key={cap.id} className="border-line border-b px-4 py-2.5 last:border-b-0">
              <div className="flex items-baseline justify-between gap-4">
                <span className="truncate font-medium">{cap.name}</span>
                <span className="tabular shrink-0 text-ink-soft">
                  {money(cap.spent)} of {money(cap.limit)}
                </span>
              </div>
              <UsageBar spent={cap.spent} held={cap.held} limit={cap.limit} name={cap.name} />
              <p className="tabular m-0 text-ink-faint text-xs">
                {percent(Number(cap.spent), Number(cap.limit))} used
                {cap.held > 0n && `, ${money(cap.held)} held`}
                {cap.resetsAt !== undefined && ` · resets ${ago(cap.resetsAt)}`}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function shareOf(used: bigint, limit: bigint): number {
  return limit === 0n ? 1 : Number(used) / Number(limit)
}

const WARM = 0.8

/** Spent and held within a limit, drawn; nanodollars. */
export function UsageBar({
  spent,
  held,
  limit,
  name,
}: {
  spent: bigint
  held: bigint
  limit: bigint
  name: string
}) {
  const share = Math.min(1, shareOf(spent, limit))
  const heldShare = Math.min(1 - share, shareOf(held, limit))
  const fill = share >= 1 ? 'var(--bad)' : share >= WARM ? 'var(--warn)' : 'var(--accent)'
  return (
    <svg
      width="100%"
      height="6"
      role="img"
      aria-label={`${name}: ${Math.round(share * 100)} % used`}
      className="my-1.5 block"
    >
      <rect width="100%" height="6" rx="3" fill="var(--sunken)" />
      <rect width={`${share * 100}%`} height="6" rx="3" fill={fill} />
      <rect
        x={`${share * 100}%`}
        width={`${heldShare * 100}%`}
        height="6"
        fill="var(--line-strong)"
      />
    </svg>
  )
}
