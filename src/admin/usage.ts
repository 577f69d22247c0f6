import { type Static, Type as t } from '@sinclair/typebox'
import { usdOnWire } from '../base/wire.ts'
import { readUsage, type UsageDimension, type UsageSum } from '../store/usage-reads.ts'
import { workspaceCaller } from './guard.ts'
import { type Answer, type Call, route, unprocessable } from './route.ts'
import { iso } from './run-shape.ts'
import { moment } from './scalar-shapes.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Longer than any retention of hourly sums. */
const SPAN_DAYS_MAX = 800
const GROUPS_MAX = 6

/** Dimension → the member that names its value. */
const FIELDS: Readonly<Record<string, string>> = {
  workspace: 'workspace_id',
  api_key: 'api_key_id',
  user: 'user_id',
  provider: 'provider',
  model: 'model',
}

const QUERY = t.Object(
  {
    group_by: t.Optional(
      t.String({
        maxLength: 300,
        description:
          'Comma-separated: workspace, api_key, user, provider, model, header:<name of an X-Gateway-* header>.',
      }),
    ),
    bucket: t.Optional(
      t.Union([t.Literal('hour'), t.Literal('day'), t.Literal('week'), t.Literal('month')], {
        description: 'In UTC, weeks from Monday. Absent: one sum.',
      }),
    ),
    from: t.Optional(moment('Default: 30 days ago.')),
    to: t.Optional(moment('Default: now.')),
  },
  { additionalProperties: false },
)

const SUM = t.Object(
  {
    bucket: t.Union([moment(), t.Null()]),
    requests: t.Integer(),
    tokens: t.Integer(),
    cost_usd: t.Number(),
    cost_nanos: t.String(),
    measured_usd: t.Number({ description: 'The part that providers told.' }),
    measured_nanos: t.String(),
    unpriced_requests: t.Integer({ description: 'Calls without a price: not in the cost.' }),
  },
  {
    additionalProperties: true,
    examples: [
      {
        model: 'gpt-4o-mini',
        bucket: '2026-11-22T00:00:00.000Z',
        requests: 42,
        tokens: 90_000,
        cost_usd: 0.0135,
        cost_nanos: '13500000',
        measured_usd: 0.0135,
        measured_nanos: '13500000',
        unpriced_requests: 0,
      },
    ],
  },
)

/** What calls cost, told apart by who made them and with which model. */
export const USAGE_ROUTES = [
  route({
    method: 'GET',
    path: '/usage',
    tag: 'usage',
    summary: 'Read usage',
    says: 'Sums of ended calls, equal to the ledger. Each row names its group (`workspace_id`, `api_key_id`, `user_id`, `provider`, `model`, or the header).',
    needs: [],
    needsSays:
      'Needs: `usage:read` in the organisation, or in a workspace for the usage of that workspace.',
    scope: 'organization',
    query: QUERY,
    answer: {
      status: 200,
      says: 'The sums, oldest bucket first, dearest first.',
      shape: t.Object({
        from: moment(),
        to: moment(),
        data: t.Array(SUM),
      }),
    },
    fails: ['permission_missing', 'not_found', 'invalid_request'],
    handle: usage,
  }),
]

async function usage(call: Call<unknown, Static<typeof QUERY>, unknown>): Promise<Answer> {
  const { deps, caller, query } = call
  const groupBy = dimensionsOf(query.group_by)
  const toMs = query.to === undefined ? deps.world.clock.now() : Date.parse(query.to)
  const fromMs = query.from === undefined ? toMs - 30 * DAY_MS : Date.parse(query.from)
  if (!(fromMs < toMs) || toMs - fromMs > SPAN_DAYS_MAX * DAY_MS)
    throw unprocessable([
      { in: 'query', pointer: '/from', detail: `Not within ${SPAN_DAYS_MAX} days before to` },
    ])
  const sums = await readUsage(deps.database.sql, {
    organizationId: caller.organizationId,
    workspaceIds: await workspacesOf(call),
    groupBy,
    bucket: query.bucket,
    fromMs,
    toMs,
  })
  return {
    status: 200,
    body: {
      from: iso(fromMs),
      to: iso(toMs),
      data: sums.map((sum) => sumOnWire(sum, groupBy)),
    },
  }
}

/** Undefined: all of the organisation. */
async function workspacesOf(
  call: Call<unknown, unknown, unknown>,
): Promise<readonly string[] | undefined> {
  const { caller, headers, deps } = call
  const tenant = headers.get('x-tenant-id')
  if (caller.permissions.has('usage:read') && tenant === null) return undefined
  const orm = deps.database.orm
  const own = await workspaceCaller(caller.key, tenant, ['usage:read'], orm)
  return [own.workspaceId]
}

function dimensionsOf(text: string | undefined): UsageDimension[] {
  const names = (text ?? '').split(',').filter((each) => each !== '')
  const dimensions = names.flatMap((name): UsageDimension[] => {
    switch (name) {
      case 'workspace':
      case 'api_key':
      case 'user':
      case 'provider':
      case 'model':
        return [name]
      default:
        return isHeader(name) ? [name] : []
    }
  })
  if (dimensions.length === names.length && names.length <= GROUPS_MAX) return dimensions
  throw unprocessable([
    { in: 'query', pointer: '/group_by', detail: `Not at most ${GROUPS_MAX} known dimensions` },
  ])
}

function isHeader(name: string): name is `header:${string}` {
  return /^header:[a-z0-9_]{1,64}$/.test(name)
}

function sumOnWire(sum: UsageSum, groupBy: readonly UsageDimension[]): Record<string, unknown> {
  const group = groupBy.map((dimension, index) => [
    FIELDS[dimension] ?? dimension,
    sum.group[index] === '' ? null : sum.group[index],
  ])
  return {
    ...Object.fromEntries(group),
    bucket: sum.bucketMs === undefined ? null : iso(sum.bucketMs),
    requests: sum.requests,
    tokens: sum.tokens,
    cost_usd: usdOnWire(sum.cost),
    cost_nanos: sum.cost.toString(),
    measured_usd: usdOnWire(sum.measured),
    measured_nanos: sum.measured.toString(),
    unpriced_requests: sum.unpriced,
  }
}
