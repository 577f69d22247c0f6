import type { Json, JsonObject } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import type { Matcher } from '../policies/policy.ts'

/** A policy as it is stored. */
export interface PolicyRow {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly description: string
  readonly type: string
  readonly action: string
  readonly matchers: readonly Matcher[]
  readonly config: JsonObject
  readonly enabled: boolean
  readonly priority: number
  readonly parentId: string | undefined
  readonly systemGenerated: boolean
  readonly createdBy: string | undefined
  /** Epoch milliseconds. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** What to select beside the columns: the driver gives moments as text. */
export const POLICY_MOMENTS = `(extract(epoch from p.created_at) * 1000)::float8 as created_ms,
  (extract(epoch from p.updated_at) * 1000)::float8 as updated_ms`

/** Reads a row of `policies p` with {@link POLICY_MOMENTS}. */
export function readPolicyRow(row: Readonly<Record<string, unknown>>): PolicyRow {
  return {
    id: String(row['id']),
    organizationId: String(row['organization_id']),
    name: String(row['name']),
    description: String(row['description']),
    type: String(row['policy_type']),
    action: String(row['action']),
    matchers: readMatchers(row['matchers']),
    config: isJsonObject(row['config']) ? row['config'] : {},
    enabled: row['enabled'] === true,
    priority: Number(row['priority']),
    parentId: textOf(row['parent_policy_id']),
    systemGenerated: row['is_system_generated'] === true,
    createdBy: textOf(row['created_by']),
    createdAtMs: Number(row['created_ms']),
    updatedAtMs: Number(row['updated_ms']),
  }
}

function readMatchers(value: unknown): readonly Matcher[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((each: Json) =>
    isJsonObject(each) && typeof each['key'] === 'string' && typeof each['value'] === 'string'
      ? [{ key: each['key'], value: each['value'] }]
      : [],
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
