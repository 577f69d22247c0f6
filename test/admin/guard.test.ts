import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import { ALL, type House, openHouse, type Tenant } from './house.ts'

let house: House
let here: Tenant
let there: Tenant

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  there = await house.tenant()
})
afterAll(() => house.close())

/** The problem in an answer, after checking that it is one. */
async function problem(response: Response, status: number): Promise<Record<string, unknown>> {
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const body = (await response.json()) as Record<string, unknown>
  expect(body.status).toBe(status)
  expect(body.error).toBe(body.detail)
  expect(body.request_id).toBe(response.headers.get('x-gateway-request-id'))
  return body
}

describe('who may do what', () => {
  test('no key, an unknown key and an expired key get the same 401', async () => {
    const expired = house.key({ organizationId: here.organizationId, state: 'expired' })
    const deactivated = house.key({ organizationId: here.organizationId, state: 'deactivated' })
    const unknown = `slu_sk_${'x'.repeat(12)}`
    const bodies = []
    for (const key of [unknown, expired, deactivated]) {
      const response = await house.send('GET', '/api/v1/sessions', key)
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
      const { request_id: _, ...rest } = await problem(response, 401)
      bodies.push(JSON.stringify(rest))
    }
    expect(new Set(bodies).size).toBe(1)
    await problem(await house.send('GET', '/api/v1/sessions'), 401)
  })

  test('the key may come as X-API-Key or as a bearer; two different ones are refused', async () => {
    const key = house.workspaceKey(here, ALL)
    const bearer = { authorization: `Bearer ${key}` }
    expect((await house.send('GET', '/api/v1/sessions', key)).status).toBe(200)
    expect((await house.send('GET', '/api/v1/sessions', undefined, undefined, bearer)).status).toBe(
      200,
    )
    expect((await house.send('GET', '/api/v1/sessions', key, undefined, bearer)).status).toBe(200)
    const other = house.workspaceKey(there, ALL)
    await problem(await house.send('GET', '/api/v1/sessions', other, undefined, bearer), 401)
  })

  test('a missing permission is a 403 that names it', async () => {
    const key = house.workspaceKey(here, ['projects:read'])
    expect((await house.send('GET', '/api/v1/sessions', key)).status).toBe(200)
    const body = await problem(await house.send('POST', '/api/v1/runs/query', key, {}), 403)
    expect(body.permission).toBe('runs:read')
  })

  test('a workspace the key has nothing to do with does not exist for it', async () => {
    const key = house.workspaceKey(here, ALL)
    const manager = house.key({
      organizationId: here.organizationId,
      scope: 'organization',
      organizationPermissions: new Set(['organization:manage']),
    })
    for (const token of [key, manager])
      for (const foreign of [there.workspaceId, newId(house.world)])
        await problem(
          await house.send('GET', '/api/v1/sessions', token, undefined, { 'x-tenant-id': foreign }),
          404,
        )
  })

  test('a key of one workspace cannot name its sibling', async () => {
    const sibling = await house.workspace(there.organizationId)
    const key = house.workspaceKey(there, ALL)
    await problem(
      await house.send('GET', '/api/v1/sessions', key, undefined, { 'x-tenant-id': sibling }),
      404,
    )
  })

  test('an organisation key without X-Tenant-Id means the only workspace, else 400', async () => {
    const tenant = await house.tenant()
    const manager = house.key({
      organizationId: tenant.organizationId,
      scope: 'organization',
      organizationPermissions: new Set(['organization:manage']),
    })
    const one = await house.send('GET', '/api/v1/workspaces/current', manager)
    expect(((await one.json()) as { id: string }).id).toBe(tenant.workspaceId)
    const second = await house.workspace(tenant.organizationId)
    await problem(await house.send('GET', '/api/v1/workspaces/current', manager), 400)
    const named = await house.send('GET', '/api/v1/workspaces/current', manager, undefined, {
      'x-tenant-id': second,
    })
    expect(((await named.json()) as { id: string }).id).toBe(second)
  })

  test('a malformed X-Tenant-Id is a 400', async () => {
    const key = house.workspaceKey(here, ALL)
    await problem(
      await house.send('GET', '/api/v1/sessions', key, undefined, { 'x-tenant-id': "' or 1=1" }),
      400,
    )
  })
})

describe('what is refused', () => {
  test('an unknown path is a 404, a known one with another method a 405 that says which', async () => {
    const key = house.workspaceKey(here, ALL)
    await problem(await house.send('GET', '/api/v1/nothing', key), 404)
    await problem(await house.send('GET', '/api/v1/runs/query/../../x', key), 404)
    const response = await house.send('DELETE', '/api/v1/runs/query', key)
    expect(response.headers.get('allow')).toContain('POST')
    await problem(response, 405)
  })

  test('a short Host does not shift where the path begins', async () => {
    const key = house.workspaceKey(here, ALL)
    const send = (url: string) =>
      house.app.handle(new Request(url, { headers: { 'x-api-key': key } }))
    expect((await send('http://a/api/v1/sessions')).status).toBe(200)
    expect((await send('http://a/zz/api/v1/sessions')).status).toBe(404)
    expect((await send('http://a/healthz/api/v1/sessions')).status).toBe(404)
  })

  test('without a key nobody learns which paths exist', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1/sessions', '/api/v1/runs/query'])
      await problem(await house.send('DELETE', path), 401)
  })

  test('a write that is not JSON is a 415, also when it is compressed', async () => {
    const key = house.workspaceKey(here, ALL)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      await problem(
        await house.send('POST', '/api/v1/runs/query', key, '{}', { 'content-type': type }),
        415,
      )
    await problem(
      await house.send('POST', '/api/v1/runs/query', key, '{}', { 'content-encoding': 'gzip' }),
      415,
    )
  })

  test('a body that is not JSON, not UTF-8 or too deep is a 400', async () => {
    const key = house.workspaceKey(here, ALL)
    for (const body of ['{', '', '{"a":1}{', `${'['.repeat(5000)}${']'.repeat(5000)}`]) {
      const response = await house.send('POST', '/api/v1/runs/query', key, body)
      expect([400, 422]).toContain(response.status)
    }
    const latin = await house.app.handle(
      new Request('http://localhost/api/v1/runs/query', {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: new Uint8Array([0x22, 0xff, 0x22]),
      }),
    )
    await problem(latin, 400)
  })

  test('a body beyond the bound is a 413 before it is read whole', async () => {
    const key = house.workspaceKey(here, ALL)
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20))
      },
    })
    const response = await house.app.handle(
      new Request('http://localhost/api/v1/runs/query', {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: endless,
      }),
    )
    await problem(response, 413)
    expect(pulled).toBeLessThan(40)
  })

  test('mistakes are listed by pointer and never quote the value', async () => {
    const key = house.workspaceKey(here, ALL)
    const secret = `sk-${'z'.repeat(40)}`
    const body = await problem(
      await house.send('POST', '/api/v1/runs/query', key, { limit: secret, order: secret }),
      422,
    )
    const errors = body.errors as { pointer: string }[]
    expect(errors.map((each) => each.pointer)).toEqual(expect.arrayContaining(['/limit', '/order']))
    expect(JSON.stringify(body)).not.toContain(secret)
  })

  test('a failure inside shows nothing of itself', async () => {
    const broken = await openHouse()
    const tenant = await broken.tenant()
    const key = broken.workspaceKey(tenant, ALL)
    await broken.database.sql`drop table trace_projects cascade`
    const body = await problem(await broken.send('GET', '/api/v1/sessions', key), 500)
    expect(JSON.stringify(body)).not.toContain('trace_projects')
    await broken.close()
  })

  test('a store that is away is a 503 with Retry-After', async () => {
    const away = await openHouse()
    const tenant = await away.tenant()
    const key = away.workspaceKey(tenant, ALL)
    await away.close()
    const response = await away.send('GET', '/api/v1/sessions', key)
    expect(response.headers.get('retry-after')).toBe('1')
    await problem(response, 503)
  })
})
