import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { CallDetail } from '../pages/request.tsx'
import { Badge } from '../parts/badge.tsx'
import { count, exactMoney, fullMoment, moment, money } from '../parts/format.ts'

/** A small table that needs no window of its own. */
function Plain({
  label,
  heads,
  rows,
  none,
}: {
  label: string
  heads: readonly string[]
  rows: readonly (readonly ReactNode[])[]
  none: string
}) {
  if (rows.length === 0) return <p className="m-0 p-4 text-ink-faint">{none}</p>
  return (
    <table className="w-full border-collapse">
      <caption className="sr-only">{label}</caption>
      <thead>
        <tr className="text-left text-ink-faint text-xs">
          {heads.map((head, index) => (
            <th
              key={head}
              scope="col"
              className={`px-4 py-2 font-medium ${index > 0 && index === heads.length - 1 ? 'text-right' : ''}`}
            >
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and the list does not change order
          <tr key={row} className="border-line border-t">
            {cells.map((cell, index) => (
              <td
                key={heads[index]}
                className={`px-4 py-1.5 ${index > 0 && index === cells.length - 1 ? 'tabular text-right' : ''}`}
              >
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Which policies looked at the call and what each said. */
export function PolicyTable({ call }: { call: CallDetail }) {
  const violated = new Set(call.policies.violated.map((each) => each.id))
  const all = [
    ...call.policies.violated,
    ...call.policies.matched.filter((each) => !violated.has(each.id)),
  ]
  return (
    <Plain
      label="Policies and their verdicts"
      heads={['Policy', 'Verdict']}
      none="No policy is about this call."
      rows={all.map((each) => [
        violated.has(each.id) ? (
          <Link key="name" to="/requests" search={{ policy: each.id }} className="text-accent">
            {each.name}
          </Link>
        ) : (
          each.name
        ),
        <Badge key="verdict" tone={violated.has(each.id) ? 'warn' : 'good'}>
          {violated.has(each.id) ? 'blocked' : 'passed'}
        </Badge>,
      ])}
    />
  )
}

/** What detectors found: rule, kind, place and how often. */
export function FindingTable({ call }: { call: CallDetail }) {
  return (
    <Plain
      label="Findings by rule and place"
      heads={['Rule', 'Kind', 'Place', 'Found']}
      none="Nothing was found."
      rows={call.findings.map((each) => [
        each.detector,
        each.entity,
        each.direction,
        count(each.count),
      ])}
    />
  )
}

const WORDS: Readonly<Record<string, string>> = {
  reserve: 'Reserved: the most this call can cost',
  extend: 'Reserved more',
  settle: 'Settled: what it did cost',
  void: 'Given back: it was never sent',
  expire: 'Expired: counted in full until the truth comes',
  correct: 'Corrected',
}

/** The lines of the ledger about one call, and what the settlement gave back. */
export function LedgerTable({ call }: { call: CallDetail }) {
  const held = call.ledger
    .filter(({ kind }) => kind === 'reserve' || kind === 'extend')
    .reduce(
      (most, line) => (BigInt(line.amount_nanos) > most ? BigInt(line.amount_nanos) : most),
      0n,
    )
  const settled = call.ledger.findLast(({ kind }) => kind === 'settle' || kind === 'correct')
  const released = settled === undefined ? undefined : held - BigInt(settled.amount_nanos)
  const rows: ReactNode[][] = call.ledger.map((line) => [
    WORDS[line.kind] ?? line.kind,
    <span key="at" title={fullMoment(line.at)}>
      {moment(line.at)}
    </span>,
    line.basis ?? '',
    <span key="amount" title={exactMoney(line.amount_nanos)}>
      {money(line.amount_nanos)}
    </span>,
  ])
  if (released !== undefined && released > 0n)
    rows.push(['Released to the caps', '', '', <span key="released">{money(released)}</span>])
  return (
    <Plain
      label="Ledger lines"
      heads={['Line', 'At', 'Known as', 'Amount']}
      none="Nothing was set aside for this call."
      rows={rows}
    />
  )
}
