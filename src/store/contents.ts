import type { CapturedText, ContentRecord } from '../base/call.ts'
import { LIMITS } from '../base/limits.ts'
import type { Database } from './database.ts'
import { storableJson } from './storable.ts'

/**
 * Rows are taken in id order, each against what its workspace has kept of the day so far; one that does not fit keeps its
 * sizes only. The day is that of the call's id, so a repeat counts for the same day, and only a new row counts at all. The
 * counters are locked first, in the order of their workspaces: two exporters cannot both take the last room.
 */
const STORE = `
  with given as materialized (
    select g.*, trace_day_of(g.exchange_id) as day,
           octet_length(coalesce(g.request, '')) + octet_length(coalesce(g.response, '')) as bytes
      from json_to_recordset($1::text::json) as g(
           exchange_id uuid, organization_id uuid, workspace_id uuid, request text, response text,
           request_bytes bigint, response_bytes bigint, request_cut boolean, response_cut boolean)
     where not exists (select 1 from run_contents c where c.exchange_id = g.exchange_id)),
  summed as (
    select given.*, coalesce(d.bytes, 0) + sum(given.bytes)
             over (partition by given.workspace_id, given.day order by given.exchange_id) > $2 as full_up
      from given left join content_days d on d.workspace_id = given.workspace_id and d.day = given.day),
  stored as (
    insert into run_contents (exchange_id, organization_id, workspace_id, request, response, request_bytes,
                              response_bytes, request_cut, response_cut, day_full)
    select exchange_id, organization_id, workspace_id, case when full_up then null else request end,
           case when full_up then null else response end, request_bytes, response_bytes, request_cut,
           response_cut, full_up
      from summed order by exchange_id
    on conflict (exchange_id) do nothing
    returning exchange_id, day_full)
  update content_days d set bytes = d.bytes + kept.bytes
    from (select s.workspace_id, s.day, sum(s.bytes) as bytes from summed s
            join stored on stored.exchange_id = s.exchange_id and not stored.day_full group by 1, 2) kept
   where d.workspace_id = kept.workspace_id and d.day = kept.day`

const COUNTERS = `
  insert into content_days (workspace_id, day, bytes)
  select distinct workspace_id, trace_day_of(exchange_id), 0
    from json_to_recordset($1::text::json) as g(exchange_id uuid, workspace_id uuid)
   order by 1, 2
  on conflict (workspace_id, day) do nothing`

const LOCK = `
  select 1 from content_days d
   where (d.workspace_id, d.day) in (
     select workspace_id, trace_day_of(exchange_id)
       from json_to_recordset($1::text::json) as g(exchange_id uuid, workspace_id uuid))
   order by d.workspace_id, d.day for update`

/** Stores what calls said, each once however often it comes. `dayBytesMax` is the bound of one workspace and day (UTC). */
export async function storeContents(
  database: Database,
  contents: readonly ContentRecord[],
  dayBytesMax: number = LIMITS.capturedDayBytesMax,
): Promise<void> {
  const once = new Map(contents.map((each) => [each.exchangeId, each]))
  if (once.size === 0) return
  const text = storableJson([...once.values()].map(rowOf))
  await database.sql.begin(async (sql) => {
    await sql.unsafe(COUNTERS, [text], { prepare: true })
    await sql.unsafe(LOCK, [text], { prepare: true })
    await sql.unsafe(STORE, [text, dayBytesMax], { prepare: true })
  })
}

function rowOf(content: ContentRecord) {
  return {
    exchange_id: content.exchangeId,
    organization_id: content.organizationId,
    workspace_id: content.workspaceId,
    request: content.request?.text ?? null,
    response: content.response?.text ?? null,
    request_bytes: content.request?.bytes ?? 0,
    response_bytes: content.response?.bytes ?? 0,
    request_cut: content.request?.isCut ?? false,
    response_cut: content.response?.isCut ?? false,
  }
}

/** True when some workspace keeps content. */
export async function anyCapture(database: Database): Promise<boolean> {
  const [row] = await database.sql<{ found: boolean }[]>`
    select exists (select 1 from workspaces where capture_content) as found`
  return row?.found ?? false
}

/** What one call said, as it was kept. */
export interface RunContent {
  readonly request: CapturedText | undefined
  readonly response: CapturedText | undefined
  /** The workspace had kept all it may of that day: there are sizes only. */
  readonly isDayFull: boolean
}

/**
 * The redacted content of one call of this workspace, or undefined when none was captured. Reading it is for who holds
 * `runs:read`, and is to be noted in the audit log by the caller.
 */
export async function readContent(
  database: Database,
  workspaceId: string,
  exchangeId: string,
): Promise<RunContent | undefined> {
  const [row] = await database.sql<
    {
      request: string | null
      response: string | null
      request_bytes: number
      response_bytes: number
      request_cut: boolean
      response_cut: boolean
      day_full: boolean
    }[]
  >`select request, response, request_bytes::float8, response_bytes::float8, request_cut, response_cut, day_full
      from run_contents where exchange_id = ${exchangeId} and workspace_id = ${workspaceId}`
  if (!row) return undefined
  const side = (text: string | null, bytes: number, isCut: boolean): CapturedText | undefined =>
    text === null ? undefined : { text, bytes, isCut }
  return {
    request: side(row.request, row.request_bytes, row.request_cut),
    response: side(row.response, row.response_bytes, row.response_cut),
    isDayFull: row.day_full,
  }
}
