import { newId } from '../base/id.ts'
import type { World } from '../base/world.ts'
import { startPostgres } from '../embedded/postgres.ts'
import type { AuditActor } from '../store/audit.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { pendingMigrations } from '../store/migrate.ts'
import type { CommandContext } from './command.ts'

/** A wrong word on the command line; the message is fit to print. */
export class UsageError extends Error {}

/** Statements of a command, one after another. */
const POOL_SIZE = 2

/**
 * Runs `work` with the database of this installation: `DATABASE_URL`, else the embedded server, which is started
 * for the moment when it does not run. Gives the exit code; says what went wrong on stderr.
 */
export async function withDatabaseUrl(
  context: CommandContext,
  work: (url: string) => Promise<number>,
): Promise<number> {
  const { config, world } = context
  if (config.databaseUrl) return work(config.databaseUrl)
  const progress = context.json ? undefined : (text: string) => context.err(text)
  const server = await startPostgres({
    dataDir: config.dataDir,
    log: world.log,
    ...(progress ? { progress } : {}),
  })
  try {
    return await work(server.url)
  } finally {
    // One that ran before this command goes on running after it.
    if (!server.adopted) await server.stop()
  }
}

/** The same with an open pool over a schema that is current. */
export function withStore(
  context: CommandContext,
  work: (database: Database) => Promise<number>,
): Promise<number> {
  return withDatabaseUrl(context, async (url) => {
    const { world } = context
    const database = openDatabase({ url, world, poolSize: POOL_SIZE, name: 'sluice-cli' })
    try {
      const pending = await pendingMigrations(database)
      if (pending > 0) {
        context.err(`✗ the database lacks ${pending} migration(s)\nFix: npm run sluice -- migrate`)
        return 1
      }
      return await work(database)
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause
      context.err(`✗ ${cause.message}`)
      return 2
    } finally {
      await database.close()
    }
  })
}

/** Who did it, for the audit log: a person at the machine, with no key. */
export function atTheMachine(world: World, organizationId: string): AuditActor {
  return {
    organizationId,
    keyId: undefined,
    keyShort: undefined,
    userId: undefined,
    requestId: newId(world),
  }
}

/** A workspace and its organisation. */
export interface Place {
  readonly organizationId: string
  readonly workspaceId: string
}

/** The workspace called `wanted` (id or handle), or the oldest one. Throws {@link UsageError}. */
export async function findPlace(database: Database, wanted: string | undefined): Promise<Place> {
  const rows = await database.sql<{ organization_id: string; id: string }[]>`
    select organization_id, id from workspaces
     where ${wanted ?? null}::text is null or id::text = ${wanted ?? null} or handle = ${wanted ?? null}
     order by id limit 1`
  const [row] = rows
  if (row) return { organizationId: row.organization_id, workspaceId: row.id }
  throw new UsageError(
    wanted === undefined
      ? 'there is no workspace yet: start once with npm start'
      : `there is no workspace ${wanted}`,
  )
}
