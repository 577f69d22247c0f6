import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import type { JsonObject } from '../base/json.ts'
import { moment } from './tables-tenancy.ts'

/** Programs that own exchanges. One whose heartbeat is old, or that has left, owns nothing any more. */
export const processes = pgTable('processes', {
  id: uuid('id').primaryKey(),
  kind: text('kind').notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  startedAt: moment('started_at').notNull().defaultNow(),
  heartbeatAt: moment('heartbeat_at').notNull().defaultNow(),
  leftAt: moment('left_at'),
})

/**
 * One row a call: written before it is forwarded, closed when it ended. No foreign keys: they would lock rows of
 * the control plane on every call, and the row must outlive the key it names.
 */
export const exchanges = pgTable(
  'exchanges',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    keyId: uuid('key_id').notNull(),
    keyShort: text('key_short').notNull(),
    userId: uuid('user_id'),
    processId: uuid('process_id').notNull(),
    startedAt: moment('started_at').notNull(),
    provider: text('provider').notNull(),
    dialect: text('dialect').notNull(),
    operation: text('operation').notNull(),
    method: text('method').notNull(),
    path: text('path').notNull(),
    requestModel: text('request_model'),
    stream: boolean('stream').notNull(),
    traceId: text('trace_id').notNull(),
    parentSpanId: text('parent_span_id'),
    traceState: text('trace_state'),
    sessionId: text('session_id'),
    userAgent: text('user_agent'),
    endedAt: moment('ended_at'),
    outcome: text('outcome'),
    status: integer('status'),
    errorCode: text('error_code'),
    upstreamStatus: integer('upstream_status'),
    upstreamRequestId: text('upstream_request_id'),
    responseModel: text('response_model'),
    responseId: text('response_id'),
    finishReasons: text('finish_reasons').array(),
    usage: jsonb('usage').$type<JsonObject>(),
    inputTokens: bigint('input_tokens', { mode: 'number' }),
    outputTokens: bigint('output_tokens', { mode: 'number' }),
    costNanos: bigint('cost_nanos', { mode: 'bigint' }),
    costBasis: text('cost_basis'),
    firstByteMs: doublePrecision('first_byte_ms'),
    overheadMs: doublePrecision('overhead_ms'),
    policies: jsonb('policies').$type<JsonObject>(),
    findings: jsonb('findings').$type<JsonObject[]>(),
  },
  (table) => [
    // The sweeper's: only calls under way are in it, so it stays as small as the traffic.
    index('exchanges_open').on(table.processId, table.id).where(sql`${table.outcome} is null`),
  ],
)

/** Usage events not yet confirmed by the exporter. Written in the transaction that closes the exchange. */
export const outbox = pgTable(
  'outbox',
  {
    exchangeId: uuid('exchange_id').primaryKey(),
    event: jsonb('event').$type<JsonObject>().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    publishedAt: moment('published_at'),
    attempts: integer('attempts').notNull().default(0),
    parkedAt: moment('parked_at'),
    parkedWhy: text('parked_why'),
  },
  (table) => [index('outbox_waiting').on(table.exchangeId).where(sql`${table.parkedAt} is null`)],
)

/**
 * One trace a call, built from its usage event. The id is the exchange's, a UUIDv7: this table, `spans` and `run_contents`
 * are partitioned into days by ranges of it (migration of the trace days), so the id alone stays the unique key.
 */
export const runs = pgTable(
  'runs',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    keyId: uuid('key_id').notNull(),
    keyShort: text('key_short').notNull(),
    userId: uuid('user_id'),
    traceId: text('trace_id').notNull(),
    sessionId: text('session_id'),
    provider: text('provider').notNull(),
    operation: text('operation').notNull(),
    requestModel: text('request_model'),
    responseModel: text('response_model'),
    startedAt: moment('started_at').notNull(),
    endedAt: moment('ended_at').notNull(),
    outcome: text('outcome').notNull(),
    status: integer('status').notNull(),
    errorCode: text('error_code'),
    inputTokens: bigint('input_tokens', { mode: 'number' }),
    outputTokens: bigint('output_tokens', { mode: 'number' }),
    costNanos: bigint('cost_nanos', { mode: 'bigint' }),
    /** The whole usage event, as it came over the bus. */
    event: jsonb('event').$type<JsonObject>().notNull(),
  },
  (table) => [
    index('runs_workspace').on(table.workspaceId, table.id),
    index('runs_key').on(table.keyId, table.id),
    index('runs_trace').on(table.traceId),
    index('runs_model').on(table.workspaceId, table.requestModel, table.id),
    index('runs_user')
      .on(table.workspaceId, table.userId, table.id)
      .where(sql`${table.userId} is not null`),
    index('runs_conversation')
      .on(table.workspaceId, table.sessionId, table.id)
      .where(sql`${table.sessionId} is not null`),
    index('runs_cost').on(table.workspaceId, table.costNanos),
    // Few calls are of these kinds, and a page of them must not be looked for among all others.
    index('runs_unwell').on(table.workspaceId, table.id).where(sql`${table.outcome} <> 'ok'`),
    index('runs_embeddings')
      .on(table.workspaceId, table.id)
      .where(sql`${table.operation} = 'embeddings'`),
  ],
)

/** Steps of a call. They enrich a run and may be missing; the run never depends on them. */
export const spans = pgTable(
  'spans',
  {
    exchangeId: uuid('exchange_id').notNull(),
    organizationId: uuid('organization_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    spanId: text('span_id').notNull(),
    traceId: text('trace_id').notNull(),
    parentSpanId: text('parent_span_id'),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    /** Milliseconds since the Unix epoch, with fractions, as the span was made. */
    startMs: doublePrecision('start_ms').notNull(),
    endMs: doublePrecision('end_ms').notNull(),
    status: text('status').notNull(),
    statusMessage: text('status_message'),
    attributes: jsonb('attributes').$type<JsonObject>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.exchangeId, table.spanId] }),
    index('spans_trace').on(table.traceId),
  ],
)

/** What a call said, in its redacted form, where its workspace allows it. Apart from the runs: lists never read it. */
export const runContents = pgTable('run_contents', {
  exchangeId: uuid('exchange_id').primaryKey(),
  organizationId: uuid('organization_id').notNull(),
  workspaceId: uuid('workspace_id').notNull(),
  /** Null when there was none, when nobody could read it, or when the day is full. */
  request: text('request'),
  response: text('response'),
  /** Bytes of the whole, of which the text may be the beginning. */
  requestBytes: bigint('request_bytes', { mode: 'number' }).notNull(),
  responseBytes: bigint('response_bytes', { mode: 'number' }).notNull(),
  requestCut: boolean('request_cut').notNull(),
  responseCut: boolean('response_cut').notNull(),
  /** The workspace had kept all it may of that day. */
  dayFull: boolean('day_full').notNull(),
})

/** Bytes of content that a workspace has kept of a day: what its bound is checked against. */
export const contentDays = pgTable(
  'content_days',
  {
    workspaceId: uuid('workspace_id').notNull(),
    day: date('day').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.day] })],
)
