import { parseArgs } from 'node:util'
import { secret } from '../base/secret.ts'
import { change } from '../store/change.ts'
import type { Database } from '../store/database.ts'
import { openKeyring } from '../store/keyring.ts'
import { deleteSecret, listSecrets, putSecret, SECRET_NAME } from '../store/secrets.ts'
import type { Command, CommandContext } from './command.ts'
import { table } from './table.ts'
import { atTheMachine, findPlace, type Place, UsageError, withStore } from './with-store.ts'

/** Longer than any provider's key; a file piped in by mistake is refused. */
const VALUE_UNITS_MAX = 8_192

/** Provider secrets: the value comes on stdin, so that it stays out of the shell's history. */
export const secrets: Command = {
  name: 'secrets',
  summary: 'set, list or delete provider secrets',
  usage: [
    'sluice secrets set NAME [--workspace ID]      value on stdin, e.g. NAME = OPENAI_API_KEY',
    'sluice secrets list [--workspace ID]          names, last four characters, time of change',
    'sluice secrets delete NAME [--workspace ID]',
  ].join('\n'),
  async run(args, context) {
    const given = read(args)
    const verb = given?.verb
    if (!given || (verb !== 'set' && verb !== 'list' && verb !== 'delete')) {
      context.err(secrets.usage)
      return 2
    }
    const value = verb === 'set' ? await readValue(context) : undefined
    if (verb === 'set' && value === undefined) return 2
    return withStore(context, async (database) => {
      const place = await findPlace(database, given.workspace)
      if (verb === 'list') return list(database, place, context)
      if (verb === 'set') await set(database, place, nameOf(given.name), value ?? '', context)
      else await remove(database, place, nameOf(given.name), context)
      return 0
    })
  },
}

function read(args: readonly string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { workspace: { type: 'string' } },
    })
    const [verb, name, ...rest] = positionals
    return rest.length > 0 || (verb === 'list') === (name !== undefined)
      ? undefined
      : { verb, name, workspace: values.workspace }
  } catch {
    return undefined
  }
}

async function readValue(context: CommandContext): Promise<string | undefined> {
  if (process.stdin.isTTY && !context.json) context.err('Type the value, then Enter and Ctrl-D:')
  const value = (await Bun.stdin.text()).trim()
  if (/^[\x21-\x7e]+$/.test(value) && value.length <= VALUE_UNITS_MAX) return value
  context.err('✗ the value on stdin must be one line of printable ASCII without blanks')
  return undefined
}

function nameOf(name: string | undefined): string {
  if (name !== undefined && SECRET_NAME.test(name)) return name
  throw new UsageError('a secret is named like an environment variable, e.g. OPENAI_API_KEY')
}

async function set(
  database: Database,
  place: Place,
  name: string,
  value: string,
  context: CommandContext,
): Promise<void> {
  const { config, world } = context
  const { organizationId, workspaceId } = place
  const keyring = openKeyring(config, world)
  await change(database, world, atTheMachine(world, organizationId), async ({ orm, note }) => {
    await putSecret(orm, keyring, world, { workspaceId, name, value: secret(value) })
    note(fact(workspaceId, { set: [name], deleted: [] }))
  })
  context.out(
    context.json ? JSON.stringify({ key: name, workspace_id: workspaceId }) : `${name} set`,
  )
}

async function remove(
  database: Database,
  place: Place,
  name: string,
  context: CommandContext,
): Promise<void> {
  const { world } = context
  const { organizationId, workspaceId } = place
  const gone = await change(
    database,
    world,
    atTheMachine(world, organizationId),
    async ({ orm, note }) => {
      const deleted = await deleteSecret(orm, workspaceId, name)
      if (deleted) note(fact(workspaceId, { set: [], deleted: [name] }))
      return deleted
    },
  )
  if (!gone) throw new UsageError(`the workspace has no secret ${name}`)
  context.out(
    context.json ? JSON.stringify({ key: name, workspace_id: workspaceId }) : `${name} deleted`,
  )
}

async function list(database: Database, place: Place, context: CommandContext): Promise<number> {
  const rows = await listSecrets(database.orm, place.workspaceId)
  const shown = rows.map((row) => ({
    key: row.name,
    last_four: row.lastFour,
    updated_at: new Date(row.updatedAtMs).toISOString(),
  }))
  if (context.json) context.out(JSON.stringify(shown))
  else if (rows.length === 0) context.out('No provider secrets: sluice secrets set OPENAI_API_KEY')
  else {
    const cells = shown.map((row) => [row.key, `…${row.last_four}`, row.updated_at])
    for (const line of table([['NAME', 'LAST FOUR', 'UPDATED'], ...cells])) context.out(line)
  }
  return 0
}

function fact(workspaceId: string, details: { set: string[]; deleted: string[] }) {
  return {
    operation: 'update_workspace_secrets' as const,
    workspaceId,
    resource: { kind: 'workspace_secrets', id: workspaceId },
    details,
  }
}
