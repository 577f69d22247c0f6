import { Link } from '@tanstack/react-router'
import type { Column } from '../parts/data-table.tsx'
import { count, exactMoney, money, percent } from '../parts/format.ts'
import { type Room, roomOf } from './caps.ts'
import type { Dimension, Part } from './usage.ts'

/** The columns of the parts: what each spent, and what a cap about it alone holds and leaves. */
export function partColumns(
  by: Dimension,
  total: bigint,
  rooms: readonly Room[],
  nameOf: (id: string) => string,
): readonly Column<Part>[] {
  return [
    {
      id: 'name',
      header: by.label,
      width: 'minmax(12rem,2fr)',
      cell: (part) => (
        <span className="font-medium" title={part.id}>
          {nameOf(part.id)}
        </span>
      ),
      sortBy: (part) => nameOf(part.id),
    },
    {
      id: 'spent',
      header: 'Spent',
      width: '8rem',
      align: 'end',
      cell: (part) => <span title={exactMoney(part.cost)}>{money(part.cost)}</span>,
      sortBy: (part) => part.cost,
    },
    {
      id: 'share',
      header: 'Share',
      width: '8rem',
      cell: (part) => <Share part={part.cost} whole={total} />,
    },
    {
      id: 'held',
      header: 'Held now',
      width: '6.5rem',
      align: 'end',
      cell: (part) => <Left room={roomOf(by, part.id, rooms)} amount="held" />,
    },
    {
      id: 'free',
      header: 'Free',
      width: '8.5rem',
      align: 'end',
      cell: (part) => <Left room={roomOf(by, part.id, rooms)} amount="free" />,
    },
    {
      id: 'requests',
      header: 'Calls',
      width: '6rem',
      align: 'end',
      cell: (part) => count(part.requests),
      sortBy: (part) => part.requests,
    },
    {
      id: 'tokens',
      header: 'Tokens',
      width: '7rem',
      align: 'end',
      cell: (part) => count(part.tokens),
      sortBy: (part) => part.tokens,
    },
    {
      id: 'unpriced',
      header: 'No price',
      width: '6rem',
      align: 'end',
      cell: (part) =>
        part.unpriced === 0 ? (
          <span className="text-ink-faint">–</span>
        ) : (
          <span className="text-warn" title="Calls of models without a price: not in the sum">
            {count(part.unpriced)}
          </span>
        ),
      sortBy: (part) => part.unpriced,
    },
  ]
}

function Share({ part, whole }: { part: bigint; whole: bigint }) {
  const says = percent(Number(part), Number(whole))
  const share = whole === 0n ? 0 : Number((part * 1_000n) / whole) / 10
  return (
    <span className="flex items-center gap-2">
      <svg width="56" height="6" aria-hidden="true">
        <rect width="56" height="6" rx="3" fill="var(--sunken)" />
        <rect width={(56 * share) / 100} height="6" rx="3" fill="var(--accent)" />
      </svg>
      <span className="tabular">{says}</span>
    </span>
  )
}

function Left({ room, amount }: { room: Room | undefined; amount: 'held' | 'free' }) {
  if (!room)
    return (
      <span className="text-ink-faint" title="No cap is about it alone">
        –
      </span>
    )
  return amount === 'held' ? (
    money(room.held)
  ) : (
    <Link
      to="/policies"
      search={{ policy: room.policy.id }}
      title={`${room.policy.name}, ${room.window}`}
      className={room.free === 0n ? 'text-bad' : 'text-accent'}
    >
      {money(room.free)}
    </Link>
  )
}
