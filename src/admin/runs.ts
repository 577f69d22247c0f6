import { Type as t } from '@sinclair/typebox'
import type { ExchangeEvent } from '../base/exchange.ts'
import { Failure } from '../base/failure.ts'
import { isUuid } from '../base/id.ts'
import type { Database } from '../store/database.ts'
import {
  listTraceProjects,
  queryRuns,
  type RunFilter,
  readRun,
  type TraceProject,
} from '../store/trace-reads.ts'
import { ID_PARAMS } from './id-params.ts'
import { route, unprocessable } from './route.ts'
import { RUN, type RunProjects, runOnWire } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const RUNS_PER_PAGE_MAX = 100

const text = (maxLength = 200) => t.Union([t.String({ maxLength }), t.Null()])
const uuids = t.Union([t.Array(uuid(), { maxItems: 1000 }), t.Null()])

const OUTCOMES = ['ok', 'refused', 'failed', 'aborted', 'interrupted'] as const
const nanodollars = () =>
  t.Union([t.String({ pattern: '^\\d{1,18}$' }), t.Null()], {
    description: 'Nanodollars, as text; calls without a price never match.',
  })

const QUERY = t.Object(
  {
    session: t.Optional(uuids),
    id: t.Optional(uuids),
    trace: t.Optional(text()),
    run_type: t.Optional(text()),
    is_root: t.Optional(t.Union([t.Boolean(), t.Null()])),
    parent_run: t.Optional(text()),
    error: t.Optional(t.Union([t.Boolean(), t.Null()])),
    start_time: t.Optional(t.Union([moment(), t.Null()])),
    end_time: t.Optional(t.Union([moment(), t.Null()])),
    select: t.Optional(t.Union([t.Array(t.String(), { maxItems: 200 }), t.Null()])),
    api_key_id: t.Optional(t.Union([uuid(), t.Null()])),
    user_id: t.Optional(t.Union([uuid(), t.Null()])),
    model: t.Optional(text()),
    thread_id: t.Optional(text()),
    outcome: t.Optional(
      t.Union([...OUTCOMES.map((each) => t.Literal(each)), t.Null()], {
        description: 'How the call ended.',
      }),
    ),
    status_code: t.Optional(t.Union([t.Integer({ minimum: 0, maximum: 599 }), t.Null()])),
    violated_policy_id: t.Optional(text()),
    min_cost_nanos: t.Optional(nanodollars()),
    max_cost_nanos: t.Optional(nanodollars()),
    name_contains: t.Optional(text()),
    order: t.Optional(t.Union([t.Literal('asc'), t.Literal('desc'), t.Null()])),
    limit: t.Optional(t.Union([t.Integer({ minimum: 1 }), t.Null()])),
    cursor: t.Optional(text()),
    filter: t.Optional(text(10_000)),
    query: t.Optional(text(10_000)),
    trace_filter: t.Optional(text(10_000)),
    tree_filter: t.Optional(text(10_000)),
  },
  {
    additionalProperties: true,
    examples: [{ session: ['019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'], limit: 20, error: false }],
  },
)

/** Traces of calls, in the original's shape as far as its clients read it. */
export const RUN_ROUTES = [
  route({
    method: 'POST',
    path: '/runs/query',
    tag: 'traces',
    summary: 'Query traces',
    says: 'Newest first, at most 100 a page; hand `cursors.next` back as `cursor`. Unknown members are tolerated; filter expressions are refused rather than ignored.',
    needs: ['runs:read'],
    scope: 'workspace',
    body: QUERY,
    repeatable: false,
    answer: {
      status: 200,
      says: 'One page of runs.',
      shape: t.Object({
        runs: t.Array(RUN),
        cursors: t.Object({ next: t.Union([t.String(), t.Null()]) }),
      }),
    },
    async handle({ deps, caller, body }) {
      refuseExpressions(body)
      const asked = body.session
        ? await listTraceProjects(deps.database, caller.workspaceId, {
            ids: body.session,
            limit: body.session.length,
            offset: 0,
          })
        : undefined
      const filter = filterOf(body, asked)
      const found = filter ? await queryRuns(deps.database, caller.workspaceId, filter) : []
      const page = found.slice(0, pageSize(body.limit))
      const more = found.length > page.length
      const known = await projectsOf(deps.database, caller.workspaceId, page)
      return {
        status: 200,
        body: {
          runs: page.map((event) =>
            select(
              runOnWire(event, known, asked?.length === 1 ? asked[0] : undefined),
              body.select,
            ),
          ),
          cursors: { next: more ? cursorAfter(page) : null },
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/runs/:id',
    tag: 'traces',
    summary: 'Read a trace',
    says: 'One run; its id is that of the call.',
    needs: ['runs:read'],
    scope: 'workspace',
    params: ID_PARAMS,
    answer: { status: 200, says: 'The run.', shape: RUN },
    async handle({ deps, caller, params }) {
      const event = await readRun(deps.database, caller.workspaceId, params.id)
      if (!event) throw new Failure('not_found', { says: 'There is no such run.' })
      const known = await projectsOf(deps.database, caller.workspaceId, [event])
      return { status: 200, body: runOnWire(event, known) }
    },
  }),
]

interface Query {
  readonly id?: readonly string[] | null
  readonly trace?: string | null
  readonly run_type?: string | null
  readonly is_root?: boolean | null
  readonly parent_run?: string | null
  readonly error?: boolean | null
  readonly start_time?: string | null
  readonly end_time?: string | null
  readonly api_key_id?: string | null
  readonly user_id?: string | null
  readonly model?: string | null
  readonly thread_id?: string | null
  readonly outcome?: (typeof OUTCOMES)[number] | null
  readonly status_code?: number | null
  readonly violated_policy_id?: string | null
  readonly min_cost_nanos?: string | null
  readonly max_cost_nanos?: string | null
  readonly name_contains?: string | null
  readonly order?: 'asc' | 'desc' | null
  readonly limit?: number | null
  readonly cursor?: string | null
  readonly filter?: string | null
  readonly query?: string | null
  readonly trace_filter?: string | null
  readonly tree_filter?: string | null
}

/** Ignoring a condition would answer with runs that were not asked for. */
function refuseExpressions(body: Query): void {
  for (const name of ['filter', 'query', 'trace_filter', 'tree_filter'] as const)
    if (body[name])
      throw unprocessable([
        {
          in: 'body',
          pointer: `/${name}`,
          detail:
            'Filter expressions are not supported: use session, id, trace, run_type, error, start_time, end_time, api_key_id, user_id, model, thread_id, outcome, status_code, violated_policy_id, min_cost_nanos, max_cost_nanos, name_contains',
        },
      ])
}

/** The store's filter, or undefined when nothing can match. */
function filterOf(body: Query, asked: readonly TraceProject[] | undefined): RunFilter | undefined {
  // Every run of ours is a root and its own trace.
  if (body.is_root === false || body.parent_run || (asked && asked.length === 0)) return undefined
  if (body.run_type && body.run_type !== 'llm' && body.run_type !== 'embedding') return undefined
  const { trace } = body
  if (trace && !isUuid(trace)) return undefined
  // A run is its own trace, so asking for a trace is asking for one id.
  const ids = trace ? (body.id ?? [trace]).filter((id) => id === trace) : body.id
  const projectKeys =
    asked === undefined || asked.some((each) => each.keyId === undefined)
      ? undefined
      : asked.flatMap((each) => each.keyId ?? [])
  const own = body.api_key_id
  return {
    ids: ids ?? undefined,
    embeddings: body.run_type ? body.run_type === 'embedding' : undefined,
    keyIds: own ? (projectKeys ?? [own]).filter((id) => id === own) : projectKeys,
    failed: body.error ?? undefined,
    outcome: body.outcome ?? undefined,
    userId: body.user_id ?? undefined,
    model: body.model ?? undefined,
    conversationId: body.thread_id ?? undefined,
    status: body.status_code ?? undefined,
    violatedPolicyId: body.violated_policy_id ?? undefined,
    costFrom: body.min_cost_nanos ? BigInt(body.min_cost_nanos) : undefined,
    costTo: body.max_cost_nanos ? BigInt(body.max_cost_nanos) : undefined,
    nameContains: body.name_contains ?? undefined,
    startedFromMs: body.start_time ? Date.parse(body.start_time) : undefined,
    startedToMs: body.end_time ? Date.parse(body.end_time) : undefined,
    order: body.order === 'asc' ? 'oldest' : 'newest',
    after: body.cursor ? cursorId(body.cursor) : undefined,
    limit: pageSize(body.limit) + 1,
  }
}

function pageSize(limit: number | null | undefined): number {
  return Math.min(limit ?? RUNS_PER_PAGE_MAX, RUNS_PER_PAGE_MAX)
}

function cursorAfter(page: readonly ExchangeEvent[]): string | null {
  const last = page.at(-1)
  return last ? Buffer.from(last.opened.id).toString('base64url') : null
}

function cursorId(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (isUuid(id)) return id
  throw unprocessable([{ in: 'body', pointer: '/cursor', detail: 'Not a cursor of this list' }])
}

function select(
  run: Record<string, unknown>,
  names: readonly string[] | null | undefined,
): Record<string, unknown> {
  if (!names) return run
  const wanted = new Set([...names, 'id'])
  return Object.fromEntries(Object.entries(run).filter(([name]) => wanted.has(name)))
}

/** The projects that these calls belong to. */
async function projectsOf(
  database: Database,
  workspaceId: string,
  events: readonly ExchangeEvent[],
): Promise<RunProjects> {
  const keyIds = [...new Set(events.map((each) => each.opened.keyId))]
  const all = await listTraceProjects(database, workspaceId, {
    keyIds,
    limit: keyIds.length + 1,
    offset: 0,
  })
  return {
    shared: all.find((each) => each.keyId === undefined),
    byKey: new Map(all.flatMap((each) => (each.keyId === undefined ? [] : [[each.keyId, each]]))),
  }
}
