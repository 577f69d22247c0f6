import { and, asc, eq } from 'drizzle-orm'
import type { JsonObject } from '../base/json.ts'
import type { Database } from './database.ts'
import { exchanges, spans } from './tables.ts'

/** A call's row, open or closed, with its moments in milliseconds since the Unix epoch. */
export type ExchangeRow = Omit<typeof exchanges.$inferSelect, 'startedAt' | 'endedAt'> & {
  readonly startedAtMs: number
  readonly endedAtMs: number | undefined
}

/** The row of one call, or undefined when this workspace has none of that id. The truth, also while it runs. */
export async function readExchange(
  database: Database,
  workspaceId: string,
  id: string,
): Promise<ExchangeRow | undefined> {
  const [row] = await database.orm
    .select()
    .from(exchanges)
    .where(and(eq(exchanges.workspaceId, workspaceId), eq(exchanges.id, id)))
  if (!row) return undefined
  const { startedAt, endedAt, ...rest } = row
  return { ...rest, startedAtMs: startedAt.getTime(), endedAtMs: endedAt?.getTime() }
}

/** One recorded step of a call. */
export interface SpanRow {
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly status: string
  readonly attributes: JsonObject
}

/** No call has more steps than this; a list of them stays one answer. */
const SPANS_MAX = 200

/** The recorded steps of a call of this workspace, in order of their start. */
export async function readSpans(
  database: Database,
  workspaceId: string,
  exchangeId: string,
): Promise<SpanRow[]> {
  const rows = await database.orm
    .select()
    .from(spans)
    .where(and(eq(spans.exchangeId, exchangeId), eq(spans.workspaceId, workspaceId)))
    .orderBy(asc(spans.startMs), asc(spans.spanId))
    .limit(SPANS_MAX)
  return rows.map((row) => ({
    spanId: row.spanId,
    parentSpanId: row.parentSpanId ?? undefined,
    name: row.name,
    kind: row.kind,
    startedAtMs: row.startMs,
    endedAtMs: row.endMs,
    status: row.status,
    attributes: row.attributes,
  }))
}
