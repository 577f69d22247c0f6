import { createHash } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { type JsonObject, textMember } from '../base/json.ts'
import { parseUsd } from '../base/money.ts'
import { NO_WINDOW } from '../base/window.ts'
import { usdOnWire } from '../base/wire.ts'
import { guardHoldUnitsMax } from '../policies/guard-rules.ts'
import { isMistaken } from '../policies/kind.ts'
import { KINDS } from '../policies/kinds/index.ts'
import type { PolicyUse } from '../store/policy-reads.ts'
import type { PolicyRow } from '../store/policy-rows.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const ID = '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'
const EXAMPLE = {
  name: 'R&D Spend Cap',
  policy_type: 'spend_cap',
  subject_matchers: [{ key: 'workspace_id', value: ID }],
  config: { window: 'monthly', limit_usd: 500 },
}
const MATCHERS = t.Array(
  t.Object({ key: t.String(), value: t.String() }, { additionalProperties: false }),
  {
    description:
      'Values under one key are alternatives, different keys must all match. Keys: organization_id, workspace_id, user_id, api_key_id, model, provider, or the name of an X-Gateway-* header.',
  },
)
const CONFIG = t.Unknown({
  description: Object.values(KINDS)
    .map((kind) => `**${kind.type}**: ${kind.says}.`)
    .join('\n\n'),
})
export const POLICY_TYPE = t.Union(Object.values(KINDS).map((kind) => t.Literal(kind.type)))

/** What a policy is created from. */
export const POLICY_BODY = t.Object(
  {
    name: t.String({ maxLength: 1000 }),
    description: t.Optional(t.String({ maxLength: 2000 })),
    policy_type: POLICY_TYPE,
    action: t.Optional(t.Literal('block')),
    subject_matchers: t.Optional(MATCHERS),
    config: CONFIG,
    enabled: t.Optional(t.Boolean()),
    priority: t.Optional(t.Integer()),
  },
  { additionalProperties: false, examples: [EXAMPLE] },
)

/** What of a policy can be changed; its type cannot, and may only be repeated. */
export const POLICY_CHANGE = t.Partial(POLICY_BODY, {
  additionalProperties: false,
  minProperties: 1,
  examples: [{ config: { window: 'monthly', limit_usd: 750 } }],
})

const AMOUNT = t.Optional(t.Number())

/** A policy on the wire. */
export const POLICY = t.Object(
  {
    id: uuid(),
    organization_id: uuid(),
    name: t.String(),
    description: t.String(),
    policy_type: POLICY_TYPE,
    action: t.String(),
    subject_matchers: MATCHERS,
    config: t.Object({}, { additionalProperties: true }),
    enabled: t.Boolean(),
    priority: t.Integer(),
    is_system_generated: t.Boolean({ description: 'Made from a default for one subject.' }),
    parent_policy_id: t.Union([t.String(), t.Null()]),
    created_by: t.Union([t.String(), t.Null()]),
    created_at: moment(),
    updated_at: moment(),
    current_spend_usd: AMOUNT,
    current_spend_nanos: t.Optional(t.String()),
    reserved_usd: AMOUNT,
    reserved_nanos: t.Optional(t.String()),
    resets_at: t.Optional(moment()),
    hold_units_max: t.Optional(
      t.Integer({
        description: 'Of a guard: most UTF-16 units that it ever holds back in a stream.',
      }),
    ),
    current_usage: t.Optional(
      t.Array(
        t.Object({
          metric: t.String(),
          window: t.String({ description: '`none` for concurrency.' }),
          value: t.Integer(),
          limit: t.Optional(t.Integer({ description: 'Absent while the policy is off.' })),
          resets_at: t.Optional(moment()),
        }),
      ),
    ),
  },
  {
    examples: [
      {
        id: ID,
        organization_id: ID,
        ...EXAMPLE,
        description: '',
        action: 'block',
        enabled: true,
        priority: 0,
        is_system_generated: false,
        parent_policy_id: null,
        created_by: null,
        created_at: '2026-11-22T07:00:00.000Z',
        updated_at: '2026-11-22T07:00:00.000Z',
        current_spend_usd: 12.5,
        current_spend_nanos: '12500000000',
        reserved_usd: 0.25,
        reserved_nanos: '250000000',
        resets_at: '2026-12-01T00:00:00.000Z',
      },
    ],
  },
)

/** A policy with what it has counted; without `uses` (the look-up failed) it says nothing of them, never zero. */
export function policyOnWire(
  row: PolicyRow,
  uses: readonly PolicyUse[] | undefined,
): Record<string, unknown> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    name: row.name,
    description: row.description,
    policy_type: row.type,
    action: row.action,
    subject_matchers: row.matchers,
    config: configOnWire(row.config),
    enabled: row.enabled,
    priority: row.priority,
    is_system_generated: row.systemGenerated,
    parent_policy_id: row.parentId ?? null,
    created_by: row.createdBy ?? null,
    created_at: iso(row.createdAtMs),
    updated_at: iso(row.updatedAtMs),
    ...(uses ? usesOnWire(row, uses) : {}),
    ...boundOnWire(row),
  }
}

/** How much text a guard may hold back: a config that this version cannot read has no bound to show. */
function boundOnWire(row: PolicyRow): Record<string, unknown> {
  if (!row.type.endsWith('guard')) return {}
  const parsed = KINDS.guard.parse(row.config)
  return isMistaken(parsed) || parsed.kind !== 'guard'
    ? {}
    : { hold_units_max: guardHoldUnitsMax(parsed) }
}

function usesOnWire(row: PolicyRow, uses: readonly PolicyUse[]): Record<string, unknown> {
  const spend = uses.find((use) => use.metric === 'nanos')
  if (spend)
    return {
      current_spend_usd: usdOnWire(spend.spent),
      current_spend_nanos: spend.spent.toString(),
      reserved_usd: usdOnWire(spend.reserved),
      reserved_nanos: spend.reserved.toString(),
      resets_at: iso(spend.resetsAtMs),
    }
  if (!row.type.endsWith('rate_limit')) return {}
  return {
    current_usage: uses.map((use) => ({
      metric: use.metric,
      window: use.window === NO_WINDOW ? 'none' : use.window,
      value: Number(use.spent + use.reserved),
      ...(use.limit === null ? {} : { limit: Number(use.limit) }),
      ...(use.window === NO_WINDOW ? {} : { resets_at: iso(use.resetsAtMs) }),
    })),
  }
}

/** Limits are kept as the digits they came with; they go out as numbers with their twin in nanodollars. */
function configOnWire(config: JsonObject): Record<string, unknown> {
  const { limit_usd: limit, limit_nanos: _, ...rest } = config
  if (limit === undefined) return config
  const amount = parseUsd(typeof limit === 'string' ? limit : String(limit))
  if (amount === undefined) return config
  return { ...rest, limit_usd: usdOnWire(amount), limit_nanos: amount.toString() }
}

/** Names this state of a policy for `If-Match`; what it has counted does not change it. */
export function etagOf(row: PolicyRow): string {
  const { createdAtMs: _, ...state } = row
  const hash = createHash('sha256').update(JSON.stringify(state)).digest('base64url')
  return `"${hash.slice(0, 22)}"`
}

/** True when an `If-Match` header allows a change of this state. */
export function isMatched(header: string | null, row: PolicyRow): boolean {
  if (header === null || header.trim() === '*') return true
  const current = etagOf(row)
  return header.split(',').some((each) => each.trim() === current)
}

/** The workspaces a policy names, for who may only see those of one. */
export function namesWorkspace(row: PolicyRow, workspaceId: string): boolean {
  return row.matchers.some((each) => each.key === 'workspace_id' && each.value === workspaceId)
}

/** The name of a policy in the audit log. */
export function auditOf(row: PolicyRow): JsonObject {
  const name = textMember({ name: row.name }, 'name') ?? ''
  return {
    name,
    description: row.description,
    policy_type: row.type,
    subject_matchers: row.matchers.map(({ key, value }) => ({ key, value })),
    config: row.config,
    enabled: row.enabled,
    priority: row.priority,
  }
}
