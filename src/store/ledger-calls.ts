import type { ExchangeOpened } from '../base/exchange.ts'
import { rowText } from './event-columns.ts'
import { openedRow } from './exchange-rows.ts'
import { arrayText } from './ledger-text.ts'

/**
 * Rows of calls as the last parameters of `ledger_reserve` (migration 0027): id, group, start and trace of each, then the
 * groups as JSON. Calls of one batch are by few keys for few models: what they share is written, sent and read once.
 */
export function callColumns(rows: readonly ExchangeOpened[]): readonly string[] {
  const groups = new Map<string, number>()
  let last: ExchangeOpened | undefined
  let lastGroup = 0
  const places = rows.map((row) => {
    if (last && isSameCall(last, row)) return lastGroup
    const text = sharedText(row)
    last = row
    lastGroup = groups.get(text) ?? groups.size + 1
    groups.set(text, lastGroup)
    return lastGroup
  })
  return [
    arrayText(rows.map(({ id }) => id)),
    arrayText(places),
    arrayText(rows.map(({ startedAtMs }) => startedAtMs)),
    arrayText(rows.map(({ traceId }) => traceId)),
    arrayText(rows.map(({ parentSpanId }) => parentSpanId ?? null)),
    `[${[...groups.keys()].join(',')}]`,
  ]
}

function sharedText(row: ExchangeOpened): string {
  const { id: _, started_ms, trace_id, parent_span_id, ...shared } = openedRow(row)
  return rowText(shared)
}

/** True when two rows differ in nothing but what each has of its own. */
function isSameCall(a: ExchangeOpened, b: ExchangeOpened): boolean {
  return (
    a.keyId === b.keyId &&
    a.requestModel === b.requestModel &&
    a.sessionId === b.sessionId &&
    a.traceState === b.traceState &&
    a.unsampled === b.unsampled &&
    a.userAgent === b.userAgent &&
    a.path === b.path &&
    a.stream === b.stream &&
    a.operation === b.operation &&
    a.method === b.method &&
    a.dialect === b.dialect &&
    a.provider === b.provider &&
    a.userId === b.userId &&
    a.keyShort === b.keyShort &&
    a.workspaceId === b.workspaceId &&
    a.organizationId === b.organizationId &&
    a.processId === b.processId
  )
}
