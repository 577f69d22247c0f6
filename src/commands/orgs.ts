import { parseArgs } from 'node:util'
import { isUuid } from '../base/id.ts'
import { appendAudit } from '../store/audit.ts'
import { change } from '../store/change.ts'
import type { Database } from '../store/database.ts'
import { memberCalled } from '../store/memberships.ts'
import { addOrganization } from '../store/new-organization.ts'
import { listOrganizations } from '../store/organizations.ts'
import { mintSignIn } from '../store/sign-in.ts'
import type { Command, CommandContext } from './command.ts'
import { table } from './table.ts'
import { atTheMachine, UsageError, withStore } from './with-store.ts'

const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+$/
const NAME_UNITS_MAX = 100

/** Organisations: tenants that share an installation and nothing else. */
export const orgs: Command = {
  name: 'orgs',
  summary: 'create or list organisations, let a member in again',
  usage: [
    'sluice orgs create NAME --admin EMAIL [--full-name NAME]',
    '     a further organisation with its own first administrator; prints its admin key and a link for the',
    '     administrator to set a password with, within a day, both once',
    'sluice orgs link EMAIL [--organization ID]',
    '     a new link for a member who cannot sign in any more, in the oldest organisation unless another is named',
    'sluice orgs list',
  ].join('\n'),
  run(args, context) {
    const given = read(args)
    if (!given) {
      context.err(orgs.usage)
      return Promise.resolve(2)
    }
    return withStore(context, (database) => {
      if (given.verb === 'list') return list(database, context)
      return given.verb === 'link'
        ? link(database, given, context)
        : create(database, given, context)
    })
  },
}

interface Given {
  readonly verb: 'create' | 'link' | 'list'
  /** Of the organisation; of `link` the member's address. */
  readonly name: string
  readonly admin: string
  readonly fullName: string
  readonly organization: string | undefined
}

function read(args: readonly string[]): Given | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        admin: { type: 'string' },
        'full-name': { type: 'string' },
        organization: { type: 'string' },
      },
    })
    const [verb, name = '', ...rest] = positionals
    const { admin = '', 'full-name': fullName = '', organization } = values
    const isWhole =
      (verb === 'create' && name !== '' && admin !== '') ||
      (verb === 'link' && name !== '' && admin === '') ||
      (verb === 'list' && name === '' && admin === '')
    return isWhole && rest.length === 0 ? { verb, name, admin, fullName, organization } : undefined
  } catch {
    return undefined
  }
}

async function create(
  database: Database,
  { name, admin, fullName }: Given,
  context: CommandContext,
): Promise<number> {
  if (!EMAIL.test(admin) || admin.length > 254)
    throw new UsageError('--admin must be an e-mail address')
  if (name.length > NAME_UNITS_MAX || name.trim() === '')
    throw new UsageError(`the name must have 1 to ${NAME_UNITS_MAX} characters`)
  const { world, config } = context
  const made = await database.orm.transaction(async (orm) => {
    const facts = { displayName: name, email: admin, fullName }
    const organization = await addOrganization(orm, world, facts)
    const token = await mintSignIn(orm, world, organization, 'password')
    const { organizationId } = organization
    await appendAudit(orm, world, atTheMachine(world, organizationId), [
      {
        operation: 'create_organization',
        resource: { kind: 'organization', id: organizationId },
        details: { display_name: name, admin },
      },
    ])
    return { ...organization, token }
  })
  const path = `${config.basePath}/console#password-token=${made.token}`
  if (context.json)
    context.out(
      JSON.stringify({
        organization_id: made.organizationId,
        workspace_id: made.workspaceId,
        user_id: made.userId,
        admin_key: made.adminKey,
        password_path: path,
      }),
    )
  else {
    context.out(`✓ ${name} (${made.organizationId}), workspace ${made.workspaceId}`)
    context.out(`  admin key, shown once:         ${made.adminKey}`)
    context.out(`  for ${admin}, within a day: <the gateway's address>${path}`)
  }
  return 0
}

async function link(
  database: Database,
  { name: email, organization }: Given,
  context: CommandContext,
): Promise<number> {
  const { world, config } = context
  if (organization !== undefined && !isUuid(organization))
    throw new UsageError('--organization must be the id of an organisation')
  const person = await memberCalled(database.orm, email, organization)
  if (!person) throw new UsageError(`${email} is no member${organization ? ' of it' : ''}`)
  const actor = atTheMachine(world, person.organizationId)
  const token = await change(database, world, actor, async ({ orm, note }) => {
    note({
      operation: 'create_password_link',
      resource: { kind: 'user', id: person.userId },
      details: { user_id: person.userId },
    })
    return await mintSignIn(orm, world, person, 'password')
  })
  const path = `${config.basePath}/console#password-token=${token}`
  if (context.json)
    context.out(JSON.stringify({ organization_id: person.organizationId, password_path: path }))
  else context.out(`for ${email}, once, within a day: <the gateway's address>${path}`)
  return 0
}

async function list(database: Database, context: CommandContext): Promise<number> {
  const rows = await listOrganizations(database.orm)
  const shown = rows.map((row) => ({
    id: row.id,
    display_name: row.displayName,
    llm_gateway_enabled: row.gatewayEnabled,
    created_at: new Date(row.createdAtMs).toISOString(),
  }))
  if (context.json) context.out(JSON.stringify(shown))
  else {
    const cells = shown.map((row) => [
      row.id,
      row.display_name,
      row.llm_gateway_enabled ? 'on' : 'off',
      row.created_at,
    ])
    for (const line of table([['ID', 'NAME', 'GATEWAY', 'CREATED'], ...cells])) context.out(line)
  }
  return 0
}
