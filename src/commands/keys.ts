import { parseArgs } from 'node:util'
import { parseKey } from '../base/gateway-key.ts'
import type { AuditOperation } from '../store/audit.ts'
import { change } from '../store/change.ts'
import type { Database } from '../store/database.ts'
import {
  type CreatedKey,
  createKey,
  deactivateKey,
  type KeyRow,
  listKeys,
  rotateKey,
} from '../store/keys.ts'
import { BUILT_IN_ROLES, type BuiltInRoleName, builtInRole } from '../store/members.ts'
import type { Command, CommandContext } from './command.ts'
import { table } from './table.ts'
import { atTheMachine, findPlace, type Place, UsageError, withStore } from './with-store.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const DAYS_MAX = 3_650
const HOURS_MAX = 720

/** Gateway keys for programs, from the machine itself. */
export const keys: Command = {
  name: 'keys',
  summary: 'create, list, rotate or revoke gateway keys',
  usage: [
    'sluice keys create [--description TEXT] [--workspace ID] [--role WORKSPACE_ADMIN] [--expires-days N]',
    'sluice keys list [--workspace ID]',
    'sluice keys rotate KEY [--overlap-hours N]    a new token; the old one works N hours more (0)',
    'sluice keys revoke KEY                        ends it everywhere within a second',
    'KEY is its id, its short part or the token itself.',
  ].join('\n'),
  async run(args, context) {
    const given = read(args)
    if (!given) {
      context.err(keys.usage)
      return 2
    }
    return withStore(context, async (database) => {
      const place = await findPlace(database, given.workspace)
      if (given.verb === 'list') return list(database, place, context)
      if (given.verb === 'create') return create(database, place, given, context)
      const key = await findByName(database, place, given.key ?? '')
      if (given.verb === 'rotate')
        return rotate(database, place, key, whole(given.hours, 'overlap-hours', HOURS_MAX), context)
      return revoke(database, place, key, context)
    })
  },
}

type Given = NonNullable<ReturnType<typeof read>>

function read(args: readonly string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        description: { type: 'string' },
        workspace: { type: 'string' },
        role: { type: 'string' },
        'expires-days': { type: 'string' },
        'overlap-hours': { type: 'string' },
      },
    })
    const [verb, key, ...rest] = positionals
    if (verb !== 'create' && verb !== 'list' && verb !== 'rotate' && verb !== 'revoke')
      return undefined
    const needsKey = verb === 'rotate' || verb === 'revoke'
    if (rest.length > 0 || needsKey !== (key !== undefined)) return undefined
    const { description, workspace, role } = values
    const hours = values['overlap-hours']
    return { verb, key, description, workspace, role, days: values['expires-days'], hours }
  } catch {
    return undefined
  }
}

async function create(
  database: Database,
  place: Place,
  given: Given,
  context: CommandContext,
): Promise<number> {
  const { world } = context
  const { organizationId, workspaceId } = place
  const role = roleOf(given.role)
  const days = given.days === undefined ? undefined : whole(given.days, 'expires-days', DAYS_MAX)
  const created = await change(
    database,
    world,
    atTheMachine(world, organizationId),
    async ({ orm, note }) => {
      const roleId = await builtInRole(orm, organizationId, role)
      const key = await createKey(orm, world, {
        organizationId,
        kind: 'service',
        description: given.description ?? '',
        expiresAtMs: days === undefined ? undefined : world.clock.now() + days * DAY_MS,
        workspaces: [{ workspaceId, roleId }],
      })
      const details = { short_key: key.short, workspaces: [workspaceId], role_id: roleId }
      note(fact('create_service_key', key.id, details))
      return key
    },
  )
  show(created, context)
  return 0
}

async function rotate(
  database: Database,
  place: Place,
  key: KeyRow,
  hours: number,
  context: CommandContext,
): Promise<number> {
  const { world } = context
  const { organizationId } = place
  const rotated = await change(
    database,
    world,
    atTheMachine(world, organizationId),
    async ({ orm, note }) => {
      const fresh = await rotateKey(orm, world, organizationId, key.id, hours * HOUR_MS)
      if (fresh)
        note(fact('rotate_service_key', key.id, { new_id: fresh.id, overlap_hours: hours }))
      return fresh
    },
  )
  if (!rotated) throw new UsageError(`the key ${key.short} is revoked already`)
  show(rotated, context)
  return 0
}

async function revoke(
  database: Database,
  place: Place,
  key: KeyRow,
  context: CommandContext,
): Promise<number> {
  const { world } = context
  const { organizationId } = place
  await change(database, world, atTheMachine(world, organizationId), async ({ orm, note }) => {
    if (await deactivateKey(orm, world, organizationId, key.id))
      note(fact('update_service_key', key.id, { deactivated: true }))
  })
  context.out(context.json ? JSON.stringify({ id: key.id }) : `${key.short} revoked`)
  return 0
}

async function list(database: Database, place: Place, context: CommandContext): Promise<number> {
  const rows = await listKeys(database.orm, place.organizationId)
  const date = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString()
  const now = context.world.clock.now()
  const shown = rows.map((row) => ({
    id: row.id,
    short_key: row.short,
    kind: row.kind,
    scope: row.scope,
    state:
      row.deactivatedAtMs !== undefined
        ? 'revoked'
        : (row.expiresAtMs ?? Infinity) <= now
          ? 'expired'
          : 'active',
    description: row.description,
    created_at: date(row.createdAtMs),
    expires_at: date(row.expiresAtMs),
    last_used_at: date(row.lastUsedAtMs),
  }))
  if (context.json) {
    context.out(JSON.stringify(shown))
    return 0
  }
  const heading = ['SHORT', 'KIND', 'SCOPE', 'STATE', 'CREATED', 'LAST USED', 'DESCRIPTION']
  const cells = shown.map((row) => [
    row.short_key,
    row.kind,
    row.scope,
    row.state,
    row.created_at?.slice(0, 16) ?? '',
    row.last_used_at?.slice(0, 16) ?? 'never',
    row.description,
  ])
  for (const line of table([heading, ...cells])) context.out(line)
  return 0
}

async function findByName(database: Database, place: Place, name: string): Promise<KeyRow> {
  const short = parseKey(name)?.short ?? name
  const rows = await listKeys(database.orm, place.organizationId)
  const found = rows.find((row) => row.id === name || row.short === short)
  // The word may be a token: it is not repeated.
  if (!found) throw new UsageError('there is no such key: see sluice keys list')
  return found
}

function show(key: CreatedKey, context: CommandContext): void {
  if (context.json)
    context.out(JSON.stringify({ id: key.id, short_key: key.short, key: key.token }))
  else {
    context.out(key.token)
    context.err('Keep it: it is shown only now.')
  }
}

function roleOf(name = 'WORKSPACE_ADMIN'): BuiltInRoleName {
  const role = BUILT_IN_ROLES.find((each) => each.name === name)
  if (role?.accessScope === 'workspace') return role.name
  throw new UsageError('--role is WORKSPACE_ADMIN, WORKSPACE_USER or WORKSPACE_VIEWER')
}

function whole(text = '0', name: string, high: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= high) return value
  throw new UsageError(`--${name} must be a whole number from 0 to ${high}`)
}

function fact(
  operation: AuditOperation,
  id: string,
  details: Record<string, string | number | boolean | string[]>,
) {
  return { operation, resource: { kind: 'service_key', id }, details }
}
