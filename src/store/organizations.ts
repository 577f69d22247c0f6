import { asc, eq } from 'drizzle-orm'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { organizations } from './tables.ts'

/** An organisation as the control plane shows it. */
export interface OrganizationRow {
  readonly id: string
  readonly displayName: string
  readonly gatewayEnabled: boolean
  readonly createdAtMs: number
}

/** One organisation. */
export async function readOrganization(orm: Orm, id: string): Promise<OrganizationRow | undefined> {
  const [row] = await orm.select().from(organizations).where(eq(organizations.id, id))
  return row && rowOf(row)
}

/** Every organisation of the installation, oldest first: for who runs it, never for a tenant. */
export async function listOrganizations(orm: Orm): Promise<OrganizationRow[]> {
  const rows = await orm.select().from(organizations).orderBy(asc(organizations.id))
  return rows.map(rowOf)
}

function rowOf(row: typeof organizations.$inferSelect): OrganizationRow {
  return {
    id: row.id,
    displayName: row.displayName,
    gatewayEnabled: row.llmGatewayEnabled,
    createdAtMs: row.createdAt.getTime(),
  }
}

/** Changes what an organisation may change of itself; absent facts stay. */
export async function updateOrganization(
  orm: Orm,
  world: World,
  id: string,
  facts: {
    readonly displayName?: string | undefined
    readonly gatewayEnabled?: boolean | undefined
  },
): Promise<void> {
  await orm
    .update(organizations)
    .set({
      updatedAt: new Date(world.clock.now()),
      ...(facts.displayName === undefined ? {} : { displayName: facts.displayName }),
      ...(facts.gatewayEnabled === undefined ? {} : { llmGatewayEnabled: facts.gatewayEnabled }),
    })
    .where(eq(organizations.id, id))
}
