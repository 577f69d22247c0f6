import type { ReactNode } from 'react'
import { Badge, type Tone } from '../parts/badge.tsx'
import { count, duration, exactMoney, fullMoment, moment, money } from '../parts/format.ts'
import type { RowColumn } from '../parts/virtual-rows.tsx'
import type { Call } from './use-calls.ts'

/** What a badge needs to know of a call. */
export interface Ending {
  readonly state: string
  readonly outcome: string | null
  readonly status: number | null
  readonly error_code: string | null
  readonly blocked_by: readonly string[]
}

const TONES: Readonly<Record<string, Tone>> = {
  ok: 'good',
  refused: 'warn',
  failed: 'bad',
  aborted: 'plain',
  interrupted: 'bad',
}

/** How a call ended, in words: `ok`, `blocked: Daily cap`, `failed 502`, `running`. */
export function OutcomeBadge({ call }: { call: Ending }) {
  if (call.state === 'running') return <Badge tone="info">running</Badge>
  const tone = TONES[call.outcome ?? ''] ?? 'plain'
  const blocked = call.blocked_by.length > 0
  const words = blocked
    ? `blocked: ${call.blocked_by.join(', ')}`
    : call.outcome === 'ok'
      ? 'ok'
      : `${call.outcome} ${call.status ?? ''}`
  return (
    <Badge tone={tone} title={[words, call.error_code].filter(Boolean).join(' · ')}>
      {words}
    </Badge>
  )
}

interface Named extends RowColumn<Call> {
  readonly header: string
  readonly width: string
}

/** The columns of the list of calls. */
export const CALL_COLUMNS: readonly Named[] = [
  {
    id: 'time',
    header: 'Time',
    width: '8rem',
    cell: (call) => (
      <span className="tabular" title={fullMoment(call.started_at)}>
        {moment(call.started_at)}
      </span>
    ),
  },
  {
    id: 'model',
    header: 'Model',
    width: 'minmax(11rem,2fr)',
    cell: (call) => (
      <span title={served(call)}>
        <span className="font-medium">{call.request_model ?? call.operation}</span>
        <span className="text-ink-faint"> {call.provider}</span>
      </span>
    ),
  },
  {
    id: 'outcome',
    header: 'Outcome',
    width: 'minmax(11rem,1.4fr)',
    cell: (call) => (
      <span className="flex min-w-0 items-center gap-1.5">
        <OutcomeBadge call={call} />
        {call.findings > 0 && (
          <Badge tone="accent" title="Values that detectors found">
            {count(call.findings)} found
          </Badge>
        )}
      </span>
    ),
  },
  {
    id: 'key',
    header: 'Key',
    width: '8rem',
    cell: (call) => <code className="font-mono text-ink-soft text-xs">{call.key.short}</code>,
  },
  {
    id: 'tokens',
    header: 'Tokens in / out',
    width: '8.5rem',
    align: 'end',
    cell: (call) =>
      call.input_tokens === null ? (
        <Unknown />
      ) : (
        `${count(call.input_tokens)} / ${count(call.output_tokens)}`
      ),
  },
  {
    id: 'cost',
    header: 'Cost',
    width: '6rem',
    align: 'end',
    cell: (call) =>
      call.cost_nanos === null ? (
        <Unknown />
      ) : (
        <span title={exactMoney(call.cost_nanos)}>{money(call.cost_nanos)}</span>
      ),
  },
  {
    id: 'first',
    header: 'First byte',
    width: '5rem',
    align: 'end',
    cell: (call) => duration(call.first_byte_ms),
  },
  {
    id: 'duration',
    header: 'Duration',
    width: '5rem',
    align: 'end',
    cell: (call) => duration(call.duration_ms),
  },
]

function Unknown(): ReactNode {
  return <span className="text-ink-faint">–</span>
}

function served(call: Call): string {
  return call.response_model === null || call.response_model === call.request_model
    ? (call.request_model ?? '')
    : `${call.request_model} → ${call.response_model}`
}
