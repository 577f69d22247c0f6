import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import type { Permission } from '../../src/base/permission.ts'
import { verifyAudit } from '../../src/store/audit-reads.ts'
import { BUILT_IN_ROLES } from '../../src/store/members.ts'
import { type House, openHouse } from './house.ts'
import { buildTown, digestOf, type Operation, operations, type Town } from './town.ts'

let house: House
let all: Operation[]
let mine: Town
let theirs: Town

beforeAll(async () => {
  house = await openHouse()
  all = await operations(house)
  mine = await buildTown(house, 'mine-0f6f')
  theirs = await buildTown(house, 'theirs-7c1d')
})
afterAll(() => house.close())

/** What the few routes that ask for no key answer to somebody who has nothing to show; the others say 401. */
const OPEN: Readonly<Record<string, number>> = {
  '/api/v1/auth/methods': 200,
  '/api/v1/auth/oidc/start': 404,
  '/api/v1/auth/oidc/callback': 404,
  '/api/v1/config/schema': 200,
}

interface Caller {
  readonly name: string
  readonly token: string
  readonly scope: 'workspace' | 'organization'
  readonly permissions: ReadonlySet<Permission>
}

/** One key for every built-in role in `town`. */
function callersIn(town: Town): Caller[] {
  return BUILT_IN_ROLES.map((role) => {
    const permissions = new Set<Permission>(role.permissions)
    const { organizationId, workspaceId } = town
    const token =
      role.accessScope === 'workspace'
        ? house.workspaceKey({ organizationId, workspaceId }, role.permissions)
        : house.key({
            organizationId,
            scope: 'organization',
            organizationPermissions: permissions,
          })
    return { name: role.name, token, scope: role.accessScope, permissions }
  })
}

async function send(operation: Operation, token: string | undefined, id: string, tenant?: string) {
  const response = await house.send(
    operation.method,
    operation.path.replace('{id}', id),
    token,
    operation.example,
    tenant === undefined ? {} : { 'x-tenant-id': tenant },
  )
  return { status: response.status, text: await response.text() }
}

const own = (operation: Operation): string =>
  operation.path.includes('{id}') ? mine.idFor(operation.path) : ''

/** True when the document says that this caller lacks a permission for the operation. */
function lacks(caller: Caller, operation: Operation): boolean {
  if (caller.permissions.has('organization:manage')) return false
  const held =
    operation.scope === 'organization' && caller.scope === 'workspace'
      ? new Set<string>()
      : caller.permissions
  return operation.permissions.some((each) => !held.has(each as Permission))
}

describe('every route × every role × every tenant', () => {
  test('without a key, and with one that is no key, nothing is reached', async () => {
    for (const operation of all)
      for (const token of [undefined, 'slu_sk_nonsense', '', 'null'])
        expect([operation.path, (await send(operation, token, own(operation))).status]).toEqual([
          operation.path,
          operation.scope === 'open' ? (OPEN[operation.path] ?? 401) : 401,
        ])
  })

  test('who lacks a permission of the document gets 403 and changes nothing', async () => {
    const before = await digestOf(house, mine)
    let denied = 0
    for (const caller of callersIn(mine))
      for (const operation of all)
        if (lacks(caller, operation)) {
          const { status } = await send(operation, caller.token, own(operation))
          expect([caller.name, operation.method, operation.path, status]).toEqual([
            caller.name,
            operation.method,
            operation.path,
            403,
          ])
          denied++
        }
    expect(denied).toBeGreaterThan(100)
    expect(await digestOf(house, mine)).toBe(before)
  })

  test('who holds the permissions is never refused for lack of them when reading', async () => {
    for (const caller of callersIn(mine))
      for (const operation of all)
        if (
          operation.method === 'GET' &&
          operation.permissions.length > 0 &&
          !lacks(caller, operation)
        ) {
          const { status } = await send(operation, caller.token, own(operation))
          expect([caller.name, operation.path, status]).toEqual([caller.name, operation.path, 200])
        }
  })

  test("a foreign id and one that is nobody's answer the same 404, and no role crosses a tenant", async () => {
    const before = await digestOf(house, theirs)
    for (const caller of callersIn(mine))
      for (const operation of all.filter((each) => each.path.includes('{id}'))) {
        const foreign = await send(operation, caller.token, theirs.idFor(operation.path))
        const nobody = await send(operation, caller.token, newId(house.world))
        const where = [caller.name, operation.method, operation.path]
        expect([...where, foreign.status]).toEqual([...where, nobody.status])
        expect([...where, foreign.status === 404 || foreign.status === 403]).toEqual([
          ...where,
          true,
        ])
        for (const id of theirs.ids) expect(foreign.text).not.toContain(id)
      }
    expect(await digestOf(house, theirs)).toBe(before)
  })

  test('naming a foreign workspace in X-Tenant-Id reaches nothing of it', async () => {
    const before = await digestOf(house, theirs)
    for (const caller of callersIn(mine))
      for (const operation of all.filter((each) => each.scope === 'workspace')) {
        const { status, text } = await send(
          operation,
          caller.token,
          own(operation),
          theirs.workspaceId,
        )
        expect([operation.path, status]).toEqual([operation.path, 404])
        expect(text).not.toContain('theirs-7c1d')
      }
    expect(await digestOf(house, theirs)).toBe(before)
  })

  test('ids of another tenant in a body are refused, and its names appear in no answer', async () => {
    const before = await digestOf(house, theirs)
    const manager = house.managerKey(mine)
    const role = theirs.idFor('/api/v1/orgs/current/roles/')
    for (const [path, body] of [
      ['/orgs/current/service-keys', { role_id: role }],
      ['/orgs/current/service-keys', { org_role_id: role }],
      ['/orgs/current/service-keys', { workspaces: [theirs.workspaceId] }],
      ['/orgs/current/members', { email: 'x@example.com', role_id: role }],
      ['/workspaces/current/members', { email: 'x@example.com', role_id: role }],
      ['/orgs/current/personal-access-tokens', { user_id: newId(house.world) }],
    ] as const) {
      const response = await house.send('POST', `/api/v1${path}`, manager, body)
      expect([path, response.status === 404 || response.status === 422]).toEqual([path, true])
    }
    for (const operation of all.filter(
      (each) => each.method === 'GET' || each.path.endsWith('/query'),
    ))
      for (const caller of callersIn(mine)) {
        const { text } = await send(operation, caller.token, own(operation))
        expect(text).not.toContain('theirs-7c1d')
        for (const id of theirs.ids) expect(text).not.toContain(id)
      }
    expect(await digestOf(house, theirs)).toBe(before)
  })

  test('the audit chains are whole afterwards', async () => {
    const verdict = await verifyAudit(house.database.orm)
    expect(verdict.broken).toEqual([])
    expect(verdict.rows).toBeGreaterThan(10)
  })
})
