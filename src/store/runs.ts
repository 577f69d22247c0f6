import type { ExchangeEvent } from '../base/exchange.ts'
import { newId } from '../base/id.ts'
import type { SpanRecord } from '../base/span.ts'
import type { World } from '../base/world.ts'
import type { Database } from './database.ts'
import { ENDING, EVENTS, eventsText, FROM_EVENT } from './event-columns.ts'
import { confirm } from './outbox.ts'
import { storableJson } from './storable.ts'

/** The project that holds every call of a workspace. */
export const GATEWAY_PROJECT = 'gateway'

/** The project of one key. */
export function keyProject(keyShort: string, keyId: string): string {
  return `gateway-${keyShort}-${keyId}`
}

const RUN: Readonly<Record<string, string>> = { ...FROM_EVENT, ...ENDING, event: 'event' }

const RUN_COLUMNS = [
  ...[
    'id',
    'organization_id',
    'workspace_id',
    'key_id',
    'key_short',
    'user_id',
    'trace_id',
    'session_id',
  ],
  ...[
    'provider',
    'operation',
    'request_model',
    'response_model',
    'started_at',
    'ended_at',
    'outcome',
  ],
  ...['status', 'error_code', 'input_tokens', 'output_tokens', 'cost_nanos', 'event'],
]

const RUN_ENDING = [...RUN_COLUMNS.filter((name) => name in ENDING), 'event']

const INSERT_RUNS = `
  insert into runs (${RUN_COLUMNS})
  select ${RUN_COLUMNS.map((name) => RUN[name])} from (${EVENTS}) as given order by ${RUN.id}
  on conflict (id) do update
     set ${RUN_ENDING.map((name) => `${name} = excluded.${name}`)}
   where runs.outcome = 'interrupted' and excluded.outcome <> 'interrupted'`

const INSERT_PROJECTS = `
  insert into trace_projects (id, workspace_id, name, key_id)
  select given.id, given.workspace_id, given.name, given.key_id
    from json_to_recordset($1::text::json) as given(id uuid, workspace_id uuid, name text, key_id uuid)
   where exists (select 1 from workspaces w where w.id = given.workspace_id)
   order by given.workspace_id, given.name
  on conflict (workspace_id, name) do nothing`

/**
 * Stores the traces of these calls and confirms their outbox rows in one transaction: however often an event
 * comes, there is one run. Only an `interrupted` run is replaced, by the truth. Gives how many rows were written.
 */
export async function storeRuns(
  database: Database,
  world: World,
  events: readonly ExchangeEvent[],
): Promise<number> {
  const once = new Map<string, ExchangeEvent>()
  for (const event of events) {
    const known = once.get(event.opened.id)
    if (!known || known.closed.outcome === 'interrupted') once.set(event.opened.id, event)
  }
  if (once.size === 0) return 0
  const rows = eventsText([...once.values()])
  const projects = JSON.stringify(projectRows(once.values(), world))
  return database.sql.begin(async (sql) => {
    await sql.unsafe(INSERT_PROJECTS, [projects], { prepare: true })
    const written = await sql.unsafe(INSERT_RUNS, [rows], { prepare: true })
    await confirm(sql, [...once.keys()])
    return written.count
  })
}

const INSERT_SPANS = `
  insert into spans (exchange_id, span_id, trace_id, organization_id, workspace_id, parent_span_id, name,
                     kind, start_ms, end_ms, status, status_message, attributes)
  select exchange_id, span_id, trace_id, organization_id, workspace_id, parent_span_id, name, kind, start_ms,
         end_ms, status, status_message, attributes
    from json_to_recordset($1::text::json) as given(
         exchange_id uuid, span_id text, trace_id text, organization_id uuid, workspace_id uuid,
         parent_span_id text, name text, kind text, start_ms float8, end_ms float8, status text,
         status_message text, attributes jsonb)
   order by exchange_id, span_id
  on conflict (exchange_id, span_id) do nothing`

/** Stores spans; one that is there already stays as it is. Gives how many were new. */
export async function storeSpans(
  database: Database,
  spans: readonly SpanRecord[],
): Promise<number> {
  if (spans.length === 0) return 0
  const rows = spans.map((span) => ({
    exchange_id: span.exchangeId,
    span_id: span.spanId,
    trace_id: span.traceId,
    organization_id: span.organizationId,
    workspace_id: span.workspaceId,
    parent_span_id: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    start_ms: span.startMs,
    end_ms: span.endMs,
    status: span.status,
    status_message: span.statusMessage,
    attributes: span.attributes,
  }))
  const text = storableJson(rows)
  const written = await database.sql.unsafe(INSERT_SPANS, [text], { prepare: true })
  return written.count
}

/** Projects come with workspaces and keys; a person who joined a workspace later gets theirs with the first call. */
function projectRows(events: Iterable<ExchangeEvent>, world: World) {
  const projects = new Map<
    string,
    { id: string; workspace_id: string; name: string; key_id?: string }
  >()
  for (const { opened } of events) {
    const { workspaceId, keyId, keyShort } = opened
    for (const project of [
      { name: GATEWAY_PROJECT },
      { name: keyProject(keyShort, keyId), key_id: keyId },
    ])
      projects.set(`${workspaceId} ${project.name}`, {
        id: newId(world),
        workspace_id: workspaceId,
        ...project,
      })
  }
  return [...projects.values()]
}
