import type { JsonObject } from '../base/json.ts'
import type { AnySql } from './database.ts'

/** An organisation as the control plane shows it. */
export interface OrganizationRow {
  readonly id: string
  readonly displayName: string
  readonly gatewayEnabled: boolean
  readonly settings: JsonObject
  readonly createdAtMs: number
}

/** One organisation. */
export async function readOrganization(
  sql: AnySql,
  id: string,
): Promise<OrganizationRow | undefined> {
  const [row] = await sql<
    {
      id: string
      display_name: string
      llm_gateway_enabled: boolean
      settings: JsonObject
      created_at: Date
    }[]
  >`select id, display_name, llm_gateway_enabled, settings, created_at
      from organizations where id = ${id}`
  return (
    row && {
      id: row.id,
      displayName: row.display_name,
      gatewayEnabled: row.llm_gateway_enabled,
      settings: row.settings,
      createdAtMs: row.created_at.getTime(),
    }
  )
}

/** Rewrites what an organisation may change of itself. */
export async function updateOrganization(
  sql: AnySql,
  id: string,
  facts: Pick<OrganizationRow, 'displayName' | 'gatewayEnabled'>,
): Promise<void> {
  await sql`
    update organizations set display_name = ${facts.displayName},
           llm_gateway_enabled = ${facts.gatewayEnabled}, updated_at = now()
     where id = ${id}`
}
