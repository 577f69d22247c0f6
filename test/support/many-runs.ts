import { modelsLike, type RunFilter, runsStatement } from '../../src/store/trace-reads.ts'
import { someEvent } from './nats.ts'
import type { TestDatabase } from './postgres.ts'

/** A workspace with most of the runs, and what to ask of it. */
export interface ManyRuns {
  readonly workspaceId: string
  /** A run in the middle. */
  readonly id: string
  /** Every documented filter of `POST /runs/query`, by name, as the route asks the store. */
  readonly filters: Readonly<Record<string, RunFilter>>
}

const DAY_MS = 86_400_000
const WORKSPACES = 5
const HOUR_MS = 3_600_000

/** Deterministic ids that only have to differ. */
const idOf = (kind: number, number: string): string =>
  `('0190000${kind}-0000-7000-8000-' || lpad((${number})::text, 12, '0'))::uuid`

/**
 * Fills the trace store with `count` runs, evenly over `days` days up to now: five workspaces of which one has every
 * second run, twenty keys each, eight models of very different share, 3 of 100 not ended well, 2 of 100 embeddings.
 */
export async function fillRuns(
  database: TestDatabase,
  count: number,
  days: number,
): Promise<ManyRuns> {
  const { sql } = database
  const now = Date.now()
  const event = someEvent()
  const [first, policyId] = [now - days * DAY_MS, '01900009-0000-7000-8000-000000000001']
  for (let day = 0; day <= days; day++)
    for (const table of ['runs', 'spans', 'run_contents'])
      await sql`select trace_day_add(${table}, ${new Date(now - day * DAY_MS).toISOString().slice(0, 10)}::date)`
  const step = (days * DAY_MS) / count
  const batch = 50_000
  for (let from = 0; from < count; from += batch)
    await sql.unsafe(
      `insert into runs (id, organization_id, workspace_id, key_id, key_short, user_id, trace_id, session_id, provider,
              operation, request_model, response_model, started_at, ended_at, outcome, status, error_code,
              input_tokens, output_tokens, cost_nanos, event)
       select id, ${idOf(1, '0')}, ws, key, 'abcdefghijkl', user_id, replace(id::text, '-', ''),
              case when n % 3 = 0 then 'session-' || n / 60 end, 'openai', operation, model, model, at,
              at + interval '1 second', outcome, status, case when outcome <> 'ok' then 'spend_limit_reached' end,
              100, 20, (n % 1000) * 1000,
              jsonb_set(jsonb_set(jsonb_set($1::jsonb, '{opened,id}', to_jsonb(id::text)), '{closed,id}', to_jsonb(id::text)),
                '{closed,policies,violated}', case when outcome = 'refused' then $2::jsonb else '[]'::jsonb end)
         from (select n, (lpad(to_hex(ms), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid as id,
                      to_timestamp(ms / 1000.0) as at,
                      ${idOf(2, `case when n % 2 = 0 then 0 else n % ${WORKSPACES} end`)} as ws,
                      ${idOf(3, `n / 2 % 20 + 100 * case when n % 2 = 0 then 0 else n % ${WORKSPACES} end`)} as key,
                      case when n % 5 = 0 then ${idOf(4, 'n / 10 % 50')} end as user_id,
                      case when n % 97 = 0 then 'refused' when n % 101 = 0 then 'failed' else 'ok' end as outcome,
                      case when n % 97 = 0 then 402 when n % 101 = 0 then 502 else 200 end as status,
                      case when n % 53 = 0 then 'embeddings' else 'chat' end as operation,
                      'model-' || floor(ln(1 + n % 2000) / ln(2000) * 7.99) as model
                 from (select n, floor(${first} + n * ${step}::float8)::bigint as ms
                         from generate_series(${from}, ${Math.min(count, from + batch) - 1}) as n) as times) as rows`,
      [JSON.stringify(event), JSON.stringify([{ id: policyId, name: 'Cap' }])],
    )
  await sql`analyze runs`
  const at = (number: string) => `select ${idOf(2, number)}::text as id`
  const [workspace] = await sql.unsafe<{ id: string }[]>(at('0'))
  const workspaceId = workspace?.id ?? ''
  const [middle] = await sql<{ id: string }[]>`
    select id from runs where workspace_id = ${workspaceId} and id >= trace_day_floor(${new Date(now - (days * DAY_MS) / 2).toISOString().slice(0, 10)}::date)
     order by id limit 1`
  const id = middle?.id ?? ''
  const page = { order: 'newest', limit: 101 } as const
  const middleMs = now - (days * DAY_MS) / 2
  const key = (number: number) => `01900003-0000-7000-8000-${String(number).padStart(12, '0')}`
  return {
    workspaceId,
    id,
    filters: {
      'newest first': page,
      'oldest first': { ...page, order: 'oldest' },
      'cursor in the middle': { ...page, after: id },
      session: { ...page, keyIds: [key(3)] },
      'three sessions': { ...page, keyIds: [key(3), key(4), key(5)] },
      'id, trace': { ...page, ids: [id] },
      'run_type embedding': { ...page, embeddings: true },
      'run_type llm': { ...page, embeddings: false },
      error: { ...page, failed: true },
      'no error': { ...page, failed: false },
      'start_time, end_time': {
        ...page,
        startedFromMs: middleMs,
        startedToMs: middleMs + HOUR_MS,
      },
      'error in a time': {
        ...page,
        failed: true,
        startedFromMs: middleMs,
        startedToMs: middleMs + DAY_MS,
      },
      user_id: { ...page, userId: '01900004-0000-7000-8000-000000000007' },
      'a frequent model': { ...page, model: 'model-7' },
      'a rare model': { ...page, model: 'model-0' },
      'a model nobody asked': { ...page, model: 'none' },
      thread_id: { ...page, conversationId: 'session-300' },
      'outcome refused': { ...page, outcome: 'refused' },
      'outcome interrupted, none': { ...page, outcome: 'interrupted' },
      'status_code 502': { ...page, status: 502 },
      'status_code 404, none': { ...page, status: 404 },
      violated_policy_id: { ...page, violatedPolicyId: policyId },
      'another violated_policy_id': { ...page, violatedPolicyId: id },
      'min_cost, max_cost': { ...page, costFrom: 900_000n, costTo: 950_000n },
      'a cost nobody reached': { ...page, costFrom: 10_000_000n },
      name_contains: { ...page, models: await modelsLike(database, workspaceId, 'EL-3') },
      'name_contains, two rare ones': { ...page, models: ['model-0', 'model-1'] },
    },
  }
}

/** How a filter's statement is planned, and how long it took. */
export interface Explained {
  /** Days that were read from end to end; none is right. */
  readonly scannedWhole: readonly string[]
  /** Indexes that were used, without their day. */
  readonly indexes: readonly string[]
  readonly executionMs: number
  readonly planningMs: number
  readonly rows: number
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

/** Runs a filter's statement under `explain analyze`. */
export async function explainRuns(
  database: TestDatabase,
  workspaceId: string,
  filter: RunFilter,
): Promise<Explained> {
  return explain(database, runsStatement(database, workspaceId, filter))
}

/** Runs any statement under `explain analyze`. */
export async function explain(
  database: TestDatabase,
  statement: { toSQL(): { sql: string; params: unknown[] } },
): Promise<Explained> {
  const { sql: text, params } = statement.toSQL()
  const [row] = await database.sql.unsafe<{ 'QUERY PLAN': string | readonly Whole[] }[]>(
    `explain (analyze, format json) ${text}`,
    params.map((each) => (each instanceof Date ? each.toISOString() : each)) as string[],
  )
  const found = row?.['QUERY PLAN']
  const [whole] = (typeof found === 'string' ? JSON.parse(found) : found) as readonly Whole[]
  if (!whole) throw new Error('no plan')
  const nodes = flat(whole.Plan)
  const named = (name: string | undefined) => (name ?? '').replace(/_?\d{8}.*?_/, ':')
  return {
    // The rest and the days to come are empty, and an empty table has no better plan.
    scannedWhole: nodes
      .filter((node) => node['Node Type'] === 'Seq Scan' && rowsRead(node) > 0)
      .map((node) => node['Relation Name'] ?? ''),
    indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []).map(named))],
    executionMs: whole['Execution Time'],
    planningMs: whole['Planning Time'],
    rows: whole.Plan['Actual Rows'],
  }
}

function rowsRead(node: PlanNode): number {
  return node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)
}

interface Whole {
  readonly Plan: PlanNode
  readonly 'Execution Time': number
  readonly 'Planning Time': number
}

function flat(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flat)]
}
