import { expect } from 'bun:test'
import { storeContents } from '../../src/store/contents.ts'
import { recordSightings } from '../../src/store/issues.ts'
import { openSession } from '../../src/store/sign-in.ts'
import { callOf, type House, keyProject, storeCall, type Tenant } from './house.ts'

/** A tenant with one of everything. */
export interface Town extends Tenant {
  /** An id for the parameter of every path. */
  idFor(path: string): string
  /** Every id of it, none of which another tenant may ever see. */
  readonly ids: readonly string[]
}

/** An operation of the OpenAPI document. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly permissions: readonly string[]
  readonly scope: 'organization' | 'workspace' | 'named' | 'open'
  readonly parameters: readonly { name: string; in: string; schema: { enum?: unknown[] } }[]
  /** The example body, when it takes one. */
  readonly example: unknown
}

/** An operation as the document tells it. */
interface Told {
  readonly 'x-permissions'?: readonly string[]
  readonly 'x-scope'?: Operation['scope']
  readonly parameters?: Operation['parameters']
  readonly requestBody?: { content: Record<string, { example?: unknown }> }
}

/** Every operation of the document, so that a new route cannot be forgotten. */
export async function operations(house: House): Promise<Operation[]> {
  const response = await house.send('GET', '/swagger/json')
  const { paths } = (await response.json()) as {
    paths: Record<string, Record<string, Told>>
  }
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => ({
      method: method.toUpperCase(),
      path,
      permissions: told['x-permissions'] ?? [],
      scope: told['x-scope'] ?? 'organization',
      parameters: told.parameters ?? [],
      example: exampleOf(told.requestBody),
    })),
  )
  expect(found.length).toBeGreaterThan(40)
  return found
}

function exampleOf(body: { content: Record<string, { example?: unknown }> } | undefined): unknown {
  if (body === undefined) return undefined
  const { example } = body.content['application/json'] ?? {}
  expect(example).toBeDefined()
  return example
}

/** Builds a tenant with one of everything, named `mark`. */
export async function buildTown(house: House, mark: string): Promise<Town> {
  const tenant = await house.tenant()
  const manager = house.managerKey(tenant)
  const ids: string[] = [tenant.organizationId, tenant.workspaceId]
  const make = async (path: string, body: unknown): Promise<string> => {
    const response = await house.send('POST', `/api/v1${path}`, manager, body)
    expect(response.status).toBe(201)
    const made = (await response.json()) as { id: string }
    ids.push(made.id)
    return made.id
  }
  const roles = (await (await house.send('GET', '/api/v1/orgs/current/roles', manager)).json()) as {
    id: string
    name: string
  }[]
  const named = (name: string): string => roles.find((each) => each.name === name)?.id ?? ''
  const email = `${mark}@example.com`
  const role = await make('/orgs/current/roles', {
    display_name: mark,
    permissions: ['workspaces:read'],
  })
  await make('/orgs/current/members', {
    email: `boss-${email}`,
    role_id: named('ORGANIZATION_ADMIN'),
  })
  const member = await make('/orgs/current/members', {
    email,
    role_id: named('ORGANIZATION_USER'),
  })
  const local = await make('/workspaces/current/members', {
    email,
    role_id: named('WORKSPACE_USER'),
  })
  const key = await make('/orgs/current/service-keys', { description: mark })
  const members = (await (
    await house.send('GET', '/api/v1/orgs/current/members', manager)
  ).json()) as { data: { id: string; user_id: string }[] }
  const userId = members.data.find((each) => each.id === member)?.user_id
  const token = await make('/orgs/current/personal-access-tokens', {
    description: mark,
    user_id: userId,
  })
  const policy = await make('/platform/gateway-policies', {
    name: mark,
    policy_type: 'spend_cap',
    subject_matchers: [{ key: 'workspace_id', value: tenant.workspaceId }],
    config: { window: 'daily', limit_usd: 5 },
  })
  const price = await make('/model-price-map', {
    name: mark,
    provider: 'openai',
    match_pattern: 'x',
    input_usd_per_mtok: 1,
    output_usd_per_mtok: 1,
  })
  await house.send('POST', '/api/v1/workspaces/current/secrets', manager, [
    { key: 'OPENAI_API_KEY', value: `${mark}-${'x'.repeat(20)}` },
  ])
  const call = callOf(house, tenant, { opened: { requestModel: mark } })
  await keyProject(house, call)
  await storeCall(house, call)
  ids.push(call.opened.id)
  await storeContents(house.database, [
    {
      exchangeId: call.opened.id,
      ...tenant,
      request: { text: '{}', bytes: 2, isCut: false },
      response: undefined,
    },
  ])
  await recordSightings(house.database, house.world, [
    {
      ...tenant,
      kind: 'unpriced',
      policy: undefined,
      subjectKind: 'model',
      subject: mark,
      severity: 2,
      runId: call.opened.id,
      seenAtMs: call.opened.startedAtMs,
    },
  ])
  const { data: issues } = (await (await house.send('GET', '/api/v1/issues', manager)).json()) as {
    data: { id: string }[]
  }
  const issue = issues[0]?.id ?? ''
  ids.push(issue)
  const session = await openSession(
    house.database.orm,
    house.world,
    { organizationId: tenant.organizationId, userId: userId ?? '' },
    mark,
  )
  ids.push(session.id)
  const sessions = (await (await house.send('GET', '/api/v1/sessions', manager)).json()) as {
    id: string
  }[]
  const project = sessions[0]?.id ?? ''
  ids.push(...sessions.map((each) => each.id))
  const byPath: [string, string][] = [
    ['/orgs/current/roles/', role],
    ['/orgs/current/members/', member],
    ['/workspaces/current/members/', local],
    ['/orgs/current/service-keys/', key],
    ['/orgs/current/personal-access-tokens/', token],
    ['/platform/gateway-policies/', policy],
    ['/model-price-map/', price],
    ['/issues/', issue],
    ['/runs/', call.opened.id],
    ['/requests/', call.opened.id],
    ['/auth/sessions/', session.id],
    ['/sessions/', project],
    ['/workspaces/', tenant.workspaceId],
  ]
  return {
    ...tenant,
    ids,
    idFor(path) {
      const found = byPath.find(([prefix]) => path.startsWith(`/api/v1${prefix}`))
      // A new resource has to say which of its things the matrix is to try.
      if (!found) throw new Error(`no thing of its own for ${path}`)
      return found[1]
    },
  }
}

/** A digest of everything a tenant has, without what reading changes. */
export async function digestOf(house: House, town: Tenant): Promise<string> {
  const { sql } = house.database
  const tables = await sql<{ name: string; column: string }[]>`
    select table_name as name, column_name as column from information_schema.columns c
     where table_schema = 'public' and column_name in ('organization_id', 'workspace_id')
       and exists (select 1 from information_schema.tables t where t.table_name = c.table_name
                    and t.table_schema = 'public' and t.table_type = 'BASE TABLE')
     order by 1, 2`
  const parts: string[] = []
  for (const { name, column } of tables) {
    const id = column === 'organization_id' ? town.organizationId : town.workspaceId
    const [row] = await sql.unsafe(
      `select count(*)::text || coalesce(md5(string_agg((to_jsonb(t) - 'last_used_at')::text, ',' order by t::text)), '') as sum
         from public.${name} t where ${column} = $1`,
      [id],
    )
    parts.push(`${name}.${column} ${String(row?.sum)}`)
  }
  return parts.join('\n')
}
