import type { TraceProjectFilter } from '../../src/store/trace-reads.ts'
import type { TestDatabase } from './postgres.ts'
import { makeTenant } from './tenant.ts'
import { testWorld } from './world.ts'

/** A workspace among many, each with as many trace projects, and what to ask of it. */
export interface ManyProjects {
  readonly workspaceId: string
  /** Every documented filter of `GET /sessions`, by name, as the routes ask the store. */
  readonly filters: Readonly<Record<string, TraceProjectFilter>>
}

const WORKSPACES = 1_000

/** Fills the store with `count` trace projects of a thousand workspaces, made in turn as keys are. */
export async function fillProjects(database: TestDatabase, count: number): Promise<ManyProjects> {
  const { sql } = database
  const { organizationId } = await makeTenant(database, testWorld())
  const id = (kind: number, number: string): string =>
    `('0190000${kind}-0000-7000-8000-' || lpad((${number})::text, 12, '0'))::uuid`
  await sql.unsafe(
    `insert into workspaces (id, organization_id, display_name, handle)
     select ${id(5, 'n')}, $1::uuid, 'Team ' || n, 'team-' || n from generate_series(0, ${WORKSPACES - 1}) as n`,
    [organizationId],
  )
  const batch = 100_000
  for (let from = 0; from < count; from += batch)
    await sql.unsafe(
      `insert into trace_projects (id, workspace_id, name, key_id)
       select ${id(6, 'n')}, ${id(5, `n % ${WORKSPACES}`)},
              case when n < ${WORKSPACES} then 'gateway' else 'gateway-key' || n end,
              case when n < ${WORKSPACES} then null else ${id(7, 'n')} end
         from generate_series(${from}, ${Math.min(count, from + batch) - 1}) as n`,
    )
  await sql.unsafe('vacuum analyze trace_projects')
  const own = Math.floor(count / WORKSPACES / 2) * WORKSPACES + 7
  const uuid = (kind: number, number: number): string =>
    `0190000${kind}-0000-7000-8000-${String(number).padStart(12, '0')}`
  const page = { limit: 100, offset: 0 }
  return {
    workspaceId: uuid(5, 7),
    filters: {
      'all, a page': page,
      'all, the last page': { ...page, offset: Math.max(0, count / WORKSPACES - 100) },
      'one by its id': { ...page, ids: [uuid(6, own)] },
      'a hundred ids': {
        ...page,
        ids: Array.from({ length: 100 }, (_, each) => uuid(6, each * WORKSPACES + 7)),
      },
      name: { ...page, name: `gateway-key${own}` },
      'a name nobody has': { ...page, name: 'none' },
      name_contains: { ...page, nameContains: `key${own}` },
      'those of one key': { ...page, keyIds: [uuid(7, own)] },
    },
  }
}
