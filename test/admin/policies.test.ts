import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import { ALL, type House, openHouse, type Tenant } from './house.ts'

const PATH = '/api/v1/platform/gateway-policies'

let house: House
let here: Tenant
let manager: string

beforeAll(async () => {
  house = await openHouse()
})
beforeEach(async () => {
  here = await house.tenant()
  manager = house.managerKey(here)
})
afterAll(() => house.close())

type Body = Record<string, unknown>

async function ask(
  status: number,
  method: string,
  path: string,
  body?: unknown,
  headers: HeadersInit = {},
  key = manager,
): Promise<{ body: Body; text: string; headers: Headers }> {
  const response = await house.send(method, PATH + path, key, body, headers)
  const text = await response.text()
  expect(`${response.status} ${text.slice(0, 300)}`).toStartWith(`${status} `)
  return { body: text === '' ? {} : JSON.parse(text), text, headers: response.headers }
}

function cap(change: Body = {}): Body {
  return {
    name: 'R&D Spend Cap',
    policy_type: 'spend_cap',
    subject_matchers: [{ key: 'workspace_id', value: here.workspaceId }],
    config: { window: 'monthly', limit_usd: 500 },
    ...change,
  }
}

async function all(query = ''): Promise<Body[]> {
  const response = await house.send('GET', PATH + query, manager)
  expect(response.status).toBe(200)
  return (await response.json()) as Body[]
}

describe('policies', () => {
  test('a created cap is listed as it was sent, with what it has spent and holds', async () => {
    const { body } = await ask(201, 'POST', '', cap())
    expect(body).toMatchObject({
      name: 'R&D Spend Cap',
      action: 'block',
      enabled: true,
      organization_id: here.organizationId,
      config: { window: 'monthly', limit_usd: 500, limit_nanos: '500000000000' },
      current_spend_usd: 0,
      reserved_usd: 0,
      is_system_generated: false,
      parent_policy_id: null,
    })
    expect(Date.parse(String(body.resets_at))).toBeGreaterThan(Date.now())
    expect(await all()).toEqual([body])
  })

  test('a limit with nine decimals comes back digit by digit', async () => {
    const text = JSON.stringify(cap()).replace('"limit_usd":500', '"limit_usd":123456789.123456789')
    const made = await ask(201, 'POST', '', text)
    expect(made.text).toContain('"limit_usd":123456789.123456789')
    expect(made.text).toContain('"limit_nanos":"123456789123456789"')
  })

  test('the same type, matchers and window update in place; another window is another policy', async () => {
    const { body: first } = await ask(201, 'POST', '', cap())
    const changed = { window: 'monthly', limit_usd: 750 }
    const { body: second } = await ask(201, 'POST', '', cap({ config: changed }))
    expect(second).toMatchObject({ id: first.id, config: { limit_usd: 750 } })
    await ask(201, 'POST', '', cap({ config: { window: 'daily', limit_usd: 50 } }))
    expect(await all()).toHaveLength(2)
  })

  test('a change keeps what is absent; the type stays; broken values are a 400 that points at them', async () => {
    const { body } = await ask(201, 'POST', '', cap())
    const path = `/${body.id}`
    const { body: renamed } = await ask(200, 'PATCH', path, { name: 'New name' })
    expect(renamed).toMatchObject({ name: 'New name', config: { limit_usd: 500 } })
    for (const [change, pointer] of [
      [{ policy_type: 'rate_limit' }, '/policy_type'],
      [{ name: '  ' }, '/name'],
      [{ config: { window: 'yearly', limit_usd: 1 } }, '/config/window'],
      [{ config: { window: 'daily', limit_usd: -1 } }, '/config/limit_usd'],
      [{ subject_matchers: [{ key: 'workspace_id', value: 'x' }] }, '/subject_matchers/0'],
    ] as const) {
      const { body: problem } = await ask(400, 'PATCH', path, change)
      expect(problem.errors).toMatchObject([{ pointer }])
    }
    await ask(422, 'PATCH', path, { organization_id: newId(house.world) })
    await ask(422, 'PATCH', path, {})
    expect((await all())[0]).toMatchObject({ name: 'New name' })
  })

  test('matchers that another policy has are a 409', async () => {
    await ask(201, 'POST', '', cap())
    const other = { subject_matchers: [{ key: 'organization_id', value: here.organizationId }] }
    const { body } = await ask(201, 'POST', '', cap(other))
    await ask(409, 'PATCH', `/${body.id}`, { subject_matchers: cap().subject_matchers })
  })

  test('If-Match lets a change through for the state that was read, and no other', async () => {
    const made = await ask(201, 'POST', '', cap())
    const path = `/${made.body.id}`
    const etag = made.headers.get('etag') ?? ''
    expect((await ask(200, 'GET', path)).headers.get('etag')).toBe(etag)
    const next = await ask(200, 'PATCH', path, { name: 'One' }, { 'if-match': etag })
    expect(next.headers.get('etag')).not.toBe(etag)
    await ask(412, 'PATCH', path, { name: 'Two' }, { 'if-match': etag })
    await ask(412, 'DELETE', path, undefined, { 'if-match': etag })
    const fresh = next.headers.get('etag') ?? ''
    const answers = await Promise.all(
      ['A', 'B', 'C'].map((name) =>
        house.send('PATCH', PATH + path, manager, { name }, { 'if-match': fresh }),
      ),
    )
    expect(answers.map((each) => each.status).sort()).toEqual([200, 412, 412])
    await ask(204, 'DELETE', path, undefined, { 'if-match': '*' })
  })

  test('list filters and search find by type and by subject; half a filter is a 400', async () => {
    await ask(201, 'POST', '', cap())
    await ask(201, 'POST', '', {
      name: 'Requests',
      policy_type: 'rate_limit',
      subject_matchers: [{ key: 'organization_id', value: here.organizationId }],
      config: { version: 1, limits: [{ metric: 'requests', window: 'minute', value: 100 }] },
    })
    expect(await all('?policy_type=rate_limit')).toMatchObject([
      { current_usage: [{ metric: 'requests', window: 'minute', value: 0 }] },
    ])
    const subject = `?subject_matcher_key=workspace_id&subject_matcher_value=${here.workspaceId}`
    expect(await all(subject)).toHaveLength(1)
    await ask(400, 'GET', '?subject_matcher_key=workspace_id')
    await ask(422, 'GET', '?policy_type=nonsense')
    const values = [here.workspaceId, newId(house.world)]
    const { body } = await ask(200, 'POST', '/search', {
      subject_matcher_key: 'workspace_id',
      subject_matcher_values: values,
    })
    expect(body).toHaveLength(1)
  })

  test('every kind is created from its own examples', async () => {
    const { KINDS } = await import('../../src/policies/kinds/index.ts')
    for (const kind of Object.values(KINDS)) {
      const value = kind.type.startsWith('default_') ? '' : here.workspaceId
      await ask(201, 'POST', '', {
        name: kind.type,
        policy_type: kind.type,
        subject_matchers: [{ key: 'workspace_id', value }],
        config: kind.examples[0],
      })
    }
  })

  test('another organisation finds, changes and deletes none of them', async () => {
    const { body } = await ask(201, 'POST', '', cap())
    const stranger = house.managerKey(await house.tenant())
    expect((await ask(200, 'GET', '', undefined, {}, stranger)).body).toEqual([] as never)
    for (const method of ['GET', 'PATCH', 'DELETE'])
      await ask(
        404,
        method,
        `/${body.id}`,
        method === 'PATCH' ? { name: 'x' } : undefined,
        {},
        stranger,
      )
    const other = { subject_matchers: [{ key: 'organization_id', value: here.organizationId }] }
    await ask(400, 'POST', '', cap(other), {}, stranger)
    expect(await all()).toHaveLength(1)
  })

  test('who may not manage the organisation cannot write; a workspace reads the policies that name it', async () => {
    const { body } = await ask(201, 'POST', '', cap())
    const everywhere = {
      subject_matchers: [{ key: 'organization_id', value: here.organizationId }],
    }
    const { body: broad } = await ask(201, 'POST', '', cap(everywhere))
    const local = house.workspaceKey(here, ALL)
    const { body: seen } = await ask(200, 'GET', '', undefined, {}, local)
    expect(seen).toMatchObject([{ id: body.id }])
    await ask(404, 'GET', `/${broad.id}`, undefined, {}, local)
    await ask(403, 'POST', '', cap(), {}, local)
    await ask(403, 'PATCH', `/${body.id}`, { name: 'x' }, {}, local)
    await ask(403, 'DELETE', `/${body.id}`, undefined, {}, local)
    await ask(403, 'GET', '', undefined, {}, house.workspaceKey(here, ['workspaces:read']))
  })

  test('with the gateway switched off policies cannot be managed', async () => {
    const off = house.key({
      organizationId: here.organizationId,
      scope: 'organization',
      gatewayEnabled: false,
      organizationPermissions: new Set(ALL),
    })
    const { body } = await ask(403, 'POST', '', cap(), {}, off)
    expect(body.code).toBe('gateway_disabled')
  })

  test('each change is on record with what was before and after', async () => {
    const { body } = await ask(201, 'POST', '', cap())
    await ask(200, 'PATCH', `/${body.id}`, { enabled: false })
    await ask(204, 'DELETE', `/${body.id}`)
    const response = await house.send('GET', '/api/v1/audit-logs', manager)
    expect(await response.json()).toMatchObject({
      data: [
        { operation: 'delete_gateway_policy' },
        {
          operation: 'update_gateway_policy',
          details: { before: { enabled: true }, after: { enabled: false } },
        },
        { operation: 'create_gateway_policy', resource: { id: body.id } },
      ],
    })
  })
})
