import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import type { Permission } from '../../src/base/permission.ts'
import { until } from '../support/world.ts'
import { ALL, callOf, type House, openHouse, storeCall, type Tenant } from './house.ts'

let house: House
let here: Tenant
let there: Tenant
let manager: string
let stranger: string

beforeAll(async () => {
  house = await openHouse()
})
beforeEach(async () => {
  here = await house.tenant()
  there = await house.tenant()
  manager = house.managerKey(here)
  stranger = house.managerKey(there)
})
afterAll(() => house.close())

type Body = Record<string, unknown>

/** Sends and gives the parsed answer after checking its status. */
async function ask(
  status: number,
  method: string,
  path: string,
  key = manager,
  body?: unknown,
): Promise<Body> {
  const response = await house.send(method, `/api/v1${path}`, key, body)
  const text = await response.text()
  expect(`${response.status} ${text.slice(0, 300)}`).toStartWith(`${status} `)
  return text === '' ? {} : JSON.parse(text)
}

async function list(path: string, key = manager): Promise<Body[]> {
  const found: unknown = await ask(200, 'GET', path, key)
  return found as Body[]
}

async function roleId(name: string): Promise<string> {
  const roles = await list('/orgs/current/roles')
  return String(roles.find((each) => each.name === name || each.display_name === name)?.id)
}

async function makeKey(body: unknown = {}, key = manager): Promise<Body & { key: string }> {
  const made = await ask(201, 'POST', '/orgs/current/service-keys', key, body)
  return { ...made, key: String(made.key) }
}

describe('the organisation', () => {
  test('the gateway switch reaches every key, and is on record', async () => {
    const { key } = await makeKey()
    await ask(200, 'PATCH', '/orgs/current', manager, { llm_gateway_enabled: false })
    await until('the switch is seen', async () => {
      const facts = await house.deps.keys.resolve(key)
      return facts !== 'unknown' && !facts.gatewayEnabled
    })
    const { data } = await ask(200, 'GET', '/audit-logs?operations=update_organization')
    expect(data).toMatchObject([{ details: { llm_gateway_enabled: false } }])
  })

  test('a workspace key does not read or change the organisation', async () => {
    const key = house.workspaceKey(here, ALL)
    await ask(403, 'GET', '/orgs/current', key)
    await ask(403, 'PATCH', '/orgs/current', key, { display_name: 'Mine' })
  })
})

describe('workspaces', () => {
  test('a new workspace has its trace project and works; the last one cannot be deleted', async () => {
    const made = await ask(201, 'POST', '/workspaces', manager, { display_name: 'Team blue' })
    const named = { 'x-tenant-id': String(made.id) }
    const sessions = await house.send('GET', '/api/v1/sessions', manager, undefined, named)
    expect(await sessions.json()).toMatchObject([{ name: 'gateway', tenant_id: made.id }])
    await ask(204, 'DELETE', `/workspaces/${made.id}`)
    await ask(409, 'DELETE', `/workspaces/${here.workspaceId}`)
    await ask(404, 'DELETE', `/workspaces/${made.id}`)
  })

  test('two workspaces of one name get two handles; a taken handle is a 409', async () => {
    await ask(201, 'POST', '/workspaces', manager, { display_name: 'Same' })
    await ask(201, 'POST', '/workspaces', manager, { display_name: 'Same' })
    const taken = { display_name: 'A', tenant_handle: 'taken' }
    await ask(201, 'POST', '/workspaces', manager, taken)
    await ask(409, 'POST', '/workspaces', manager, taken)
  })

  test('of two removals at once one workspace is left', async () => {
    const made = await ask(201, 'POST', '/workspaces', manager, { display_name: 'Second' })
    const answers = await Promise.all(
      [here.workspaceId, made.id].map((id) =>
        house.send('DELETE', `/api/v1/workspaces/${id}`, manager),
      ),
    )
    expect(answers.map((each) => each.status).sort()).toEqual([204, 409])
    expect(await list('/workspaces')).toHaveLength(1)
  })

  test('a key lists the workspaces it works in and no others', async () => {
    await house.workspace(here.organizationId)
    const key = house.workspaceKey(here, ['workspaces:read'])
    expect((await list('/workspaces', key)).map((each) => each.id)).toEqual([here.workspaceId])
    expect(await list('/workspaces')).toHaveLength(2)
  })
})

describe('roles', () => {
  test('built-in roles cannot be changed or deleted', async () => {
    const roles = await list('/orgs/current/roles')
    const builtIn = roles.filter((each) => each.built_in)
    expect(builtIn.map((each) => each.name)).toEqual(
      expect.arrayContaining(['WORKSPACE_ADMIN', 'WORKSPACE_USER', 'WORKSPACE_VIEWER']),
    )
    for (const { id } of builtIn) {
      await ask(409, 'PATCH', `/orgs/current/roles/${id}`, manager, { display_name: 'Hacked' })
      await ask(409, 'DELETE', `/orgs/current/roles/${id}`)
    }
  })

  test('a custom role lives: made, given to a key, changed under it, kept while it is held', async () => {
    const role = await ask(201, 'POST', '/orgs/current/roles', manager, {
      display_name: 'Caller',
      permissions: ['workspaces:read', 'gateway:invoke'],
    })
    const { key, id } = await makeKey({ role_id: role.id })
    await ask(403, 'POST', '/runs/query', key, {})
    await ask(200, 'PATCH', `/orgs/current/roles/${role.id}`, manager, {
      permissions: ['workspaces:read', 'runs:read'],
    })
    await until('the new permission is seen', async () => {
      const answer = await house.send('POST', '/api/v1/runs/query', key, {})
      return answer.status === 200
    })
    await ask(409, 'DELETE', `/orgs/current/roles/${role.id}`)
    await ask(204, 'DELETE', `/orgs/current/service-keys/${id}`)
    await ask(204, 'DELETE', `/orgs/current/roles/${role.id}`)
  })

  test('a taken name is a 409, an unknown permission and a misplaced one are 422', async () => {
    const body = { display_name: 'One', permissions: ['runs:read'] }
    await ask(201, 'POST', '/orgs/current/roles', manager, body)
    await ask(409, 'POST', '/orgs/current/roles', manager, body)
    for (const permissions of [
      ['runs:write'],
      [],
      ['runs:read', 'runs:read'],
      ['organization:manage'],
    ])
      await ask(422, 'POST', '/orgs/current/roles', manager, { display_name: 'Two', permissions })
  })
})

describe('service keys', () => {
  test('the token is shown once, works at once, and is nowhere in the database', async () => {
    const made = await makeKey({ description: 'CI' })
    expect(made.key).toMatch(/^slu_sk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/)
    await ask(200, 'GET', '/workspaces/current', made.key)
    expect(JSON.stringify(await list('/orgs/current/service-keys'))).not.toContain(made.key)
    const rows = await house.database.sql`
      select (to_jsonb(k)::text || (select string_agg(to_jsonb(a)::text, '') from audit_log a)) as all
        from gateway_keys k where id = ${String(made.id)}`
    expect(String(rows[0]?.all)).not.toContain(made.key.slice(-40))
  })

  test('an answer repeated by Idempotency-Key holds the same token, sealed in the database', async () => {
    const headers = { 'idempotency-key': newId(house.world) }
    const send = () => house.send('POST', '/api/v1/orgs/current/service-keys', manager, {}, headers)
    const first = (await (await send()).json()) as Body
    const again = (await (await send()).json()) as Body
    expect(again).toEqual(first)
    const rows = await house.database
      .sql`select encode(sealed, 'escape') as text from idempotency_keys`
    for (const row of rows) expect(String(row.text)).not.toContain(String(first.key))
  })

  test('a deactivated key stops within a second and works again when reactivated', async () => {
    const made = await makeKey()
    await ask(200, 'GET', '/workspaces/current', made.key)
    const path = `/orgs/current/service-keys/${made.id}`
    const statusOf = async () =>
      (await house.send('GET', '/api/v1/workspaces/current', made.key)).status
    await ask(200, 'PATCH', path, manager, { deactivated: true })
    await until('it stops', async () => (await statusOf()) === 401, 1000)
    await ask(409, 'POST', `${path}/rotate`, manager, {})
    await ask(200, 'PATCH', path, manager, { deactivated: false })
    await until('it works', async () => (await statusOf()) === 200, 1000)
  })

  test('rotation gives a new token to the same key; without overlap the old one ends', async () => {
    const made = await makeKey()
    const path = `/orgs/current/service-keys/${made.id}/rotate`
    const second = await ask(200, 'POST', path, manager, { overlap_seconds: 60 })
    expect(second).toMatchObject({ id: made.id, short_key: made.short_key })
    await until('the new token works', async () => {
      const { status } = await house.send('GET', '/api/v1/workspaces/current', String(second.key))
      return status === 200
    })
    await ask(200, 'GET', '/workspaces/current', made.key)
    await ask(200, 'POST', path, manager, { overlap_seconds: 0 })
    await until('the old token ends', async () => {
      const { status } = await house.send('GET', '/api/v1/workspaces/current', String(second.key))
      return status === 401
    })
  })

  test('expiry lies in the future and cannot be changed', async () => {
    await ask(422, 'POST', '/orgs/current/service-keys', manager, {
      expires_at: '2020-01-01T00:00:00Z',
    })
    const made = await makeKey({ expires_at: '2100-01-01T00:00:00Z' })
    expect(made.expires_at).toBe('2100-01-01T00:00:00.000Z')
    await ask(422, 'PATCH', `/orgs/current/service-keys/${made.id}`, manager, { expires_at: null })
  })

  test('nobody makes, strengthens, wakes or rotates a key that can do more than they can', async () => {
    const held: Permission[] = ['workspaces:read', 'workspaces:manage-keys', 'runs:read']
    const small = house.workspaceKey(here, held)
    const path = '/orgs/current/service-keys'
    await ask(403, 'POST', path, small, {})
    const viewer = await ask(201, 'POST', '/orgs/current/roles', manager, {
      display_name: 'Small',
      permissions: ['workspaces:read', 'runs:read'],
    })
    const own = await makeKey({ role_id: viewer.id }, small)
    const admin = await roleId('WORKSPACE_ADMIN')
    await ask(403, 'PATCH', `${path}/${own.id}`, small, { role_id: admin })
    const strong = await makeKey()
    await ask(403, 'POST', `${path}/${strong.id}/rotate`, small, {})
    await ask(200, 'PATCH', `${path}/${strong.id}`, small, { deactivated: true })
    await ask(403, 'PATCH', `${path}/${strong.id}`, small, { deactivated: false })
    await ask(403, 'POST', path, small, { org_role_id: await roleId('ORGANIZATION_VIEWER') })
  })

  test('keys of a workspace are managed there only', async () => {
    const sibling = await house.workspace(here.organizationId)
    const both = await makeKey({ workspaces: [here.workspaceId, sibling] })
    const other = await makeKey({ workspaces: [sibling] })
    const local = house.workspaceKey(here, ALL)
    const seen = (await list('/orgs/current/service-keys', local)).map((each) => each.id)
    expect(seen).toEqual([both.id])
    const path = '/orgs/current/service-keys'
    await ask(404, 'DELETE', `${path}/${other.id}`, local)
    await ask(403, 'DELETE', `${path}/${both.id}`, local)
    await ask(404, 'POST', path, local, { workspaces: [sibling] })
  })

  test('an organisation-scoped key manages, and belongs to no workspace', async () => {
    const made = await makeKey({ org_role_id: await roleId('ORGANIZATION_ADMIN') })
    expect(made).toMatchObject({ scope: 'organization', workspaces: [], role_id: null })
    await ask(200, 'GET', '/orgs/current', made.key)
    await ask(422, 'POST', '/orgs/current/service-keys', manager, {
      org_role_id: await roleId('ORGANIZATION_ADMIN'),
      workspaces: [here.workspaceId],
    })
  })

  test('another organisation sees, changes and uses nothing of it', async () => {
    const made = await makeKey()
    expect(await list('/orgs/current/service-keys', stranger)).toEqual([])
    const path = `/orgs/current/service-keys/${made.id}`
    await ask(404, 'PATCH', path, stranger, { deactivated: true })
    await ask(404, 'DELETE', path, stranger)
    await ask(404, 'POST', `${path}/rotate`, stranger, {})
    await ask(404, 'POST', '/orgs/current/service-keys', stranger, {
      workspaces: [here.workspaceId],
    })
    await ask(422, 'POST', '/orgs/current/service-keys', stranger, {
      role_id: await roleId('WORKSPACE_ADMIN'),
    })
    await ask(200, 'GET', '/workspaces/current', made.key)
  })
})

describe('members and personal tokens', () => {
  async function person(email: string, role = 'ORGANIZATION_USER'): Promise<Body> {
    return await ask(201, 'POST', '/orgs/current/members', manager, {
      email,
      role_id: await roleId(role),
    })
  }

  async function tokenOf(userId: unknown): Promise<string> {
    const body = { user_id: userId }
    const made = await ask(201, 'POST', '/orgs/current/personal-access-tokens', manager, body)
    return String(made.key)
  }

  test('the last who manages the organisation can neither leave nor be demoted', async () => {
    const admin = await person('one@example.com', 'ORGANIZATION_ADMIN')
    const path = `/orgs/current/members/${admin.id}`
    await ask(409, 'DELETE', path)
    const viewer = await roleId('ORGANIZATION_VIEWER')
    await ask(409, 'PATCH', path, manager, { role_id: viewer })
    await person('two@example.com', 'ORGANIZATION_ADMIN')
    await ask(200, 'PATCH', path, manager, { role_id: viewer })
  })

  test('a member is added once, listed in pages, and gone with all tokens when removed', async () => {
    await person('boss@example.com', 'ORGANIZATION_ADMIN')
    const added = await person('ada@example.com')
    await ask(409, 'POST', '/orgs/current/members', manager, {
      email: 'ADA@example.com',
      role_id: await roleId('ORGANIZATION_USER'),
    })
    const page = await ask(200, 'GET', '/orgs/current/members?limit=1')
    expect(page).toMatchObject({ has_more: true })
    const next = await ask(200, 'GET', `/orgs/current/members?limit=1&cursor=${page.next_cursor}`)
    expect(next).toMatchObject({ has_more: false, data: [{ email: 'ada@example.com' }] })
    const token = await tokenOf(added.user_id)
    await ask(200, 'GET', '/orgs/current', token)
    await ask(204, 'DELETE', `/orgs/current/members/${added.id}`)
    await until('the token stops', async () => {
      return (await house.send('GET', '/api/v1/orgs/current', token)).status === 401
    })
  })

  test('a workspace member joins the organisation with the least role', async () => {
    const body = { email: 'new@example.com', role_id: await roleId('WORKSPACE_VIEWER') }
    const added = await ask(201, 'POST', '/workspaces/current/members', manager, body)
    const token = await tokenOf(added.user_id)
    const { permissions } = await ask(200, 'GET', '/workspaces/current', token)
    expect(permissions).toContain('runs:read')
    expect(permissions).not.toContain('gateway:invoke')
  })

  test('who manages members cannot make anybody stronger than themselves', async () => {
    const small = house.workspaceKey(here, ['workspaces:read', 'workspaces:manage-members'])
    await ask(403, 'POST', '/workspaces/current/members', small, {
      email: 'friend@example.com',
      role_id: await roleId('WORKSPACE_ADMIN'),
    })
  })

  test('a person sees only own tokens; a narrowed token makes and rotates no wider one', async () => {
    const sibling = await house.workspace(here.organizationId)
    const ada = await person('ada2@example.com')
    const bob = await person('bob@example.com')
    const role = await roleId('WORKSPACE_ADMIN')
    for (const workspace of [here.workspaceId, sibling]) {
      const body = { email: 'ada2@example.com', role_id: role }
      await house.send('POST', '/api/v1/workspaces/current/members', manager, body, {
        'x-tenant-id': workspace,
      })
    }
    const path = '/orgs/current/personal-access-tokens'
    const wide = await ask(201, 'POST', path, manager, { user_id: ada.user_id })
    await tokenOf(bob.user_id)
    const mine = await list(path, String(wide.key))
    expect(mine.map((each) => each.id)).toEqual([wide.id])
    const narrow = await ask(201, 'POST', path, String(wide.key), { workspaces: [sibling] })
    const child = await ask(201, 'POST', path, String(narrow.key), {})
    expect(child.workspaces).toEqual([sibling])
    await ask(422, 'POST', path, String(narrow.key), { workspaces: [here.workspaceId] })
    await ask(403, 'POST', `${path}/${wide.id}/rotate`, String(narrow.key), {})
    await ask(403, 'POST', path, String(wide.key), { user_id: bob.user_id })
  })
})

describe('the audit log', () => {
  test('is read in pages, filtered, and as OCSF; a workspace key reads its workspace only', async () => {
    await makeKey({ description: 'x' })
    await ask(200, 'PATCH', '/orgs/current', manager, { display_name: 'Renamed' })
    await ask(200, 'PATCH', `/workspaces/${here.workspaceId}`, manager, { capture_content: true })
    const first = await ask(200, 'GET', '/audit-logs?limit=2')
    expect(first).toMatchObject({ has_more: true, data: [{ seq: 3 }, { seq: 2 }] })
    const second = await ask(200, 'GET', `/audit-logs?cursor=${first.next_cursor}`)
    expect(second).toMatchObject({ has_more: false, data: [{ operation: 'create_service_key' }] })
    const { data } = await ask(200, 'GET', '/audit-logs?format=ocsf&limit=1')
    expect(data).toMatchObject([{ class_uid: 6003, type_uid: 600303, metadata: { sequence: 3 } }])
    const local = await ask(200, 'GET', '/audit-logs', house.workspaceKey(here, ['audit:read']))
    expect(local.data).toMatchObject([{ operation: 'update_workspace' }])
    await ask(403, 'GET', '/audit-logs', house.workspaceKey(here, ['runs:read']))
    expect((await ask(200, 'GET', '/audit-logs', stranger)).data).toEqual([])
  })
})

describe('a deleted workspace', () => {
  test('takes its traces out of reach', async () => {
    const second = await house.workspace(here.organizationId)
    const call = callOf(house, { ...here, workspaceId: second })
    await storeCall(house, call)
    const named = { 'x-tenant-id': second }
    const read = () =>
      house.send('GET', `/api/v1/runs/${call.opened.id}`, manager, undefined, named)
    expect((await read()).status).toBe(200)
    await ask(204, 'DELETE', `/workspaces/${second}`)
    expect((await read()).status).toBe(404)
  })
})
