import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { verifyAudit } from '../../src/store/audit-reads.ts'
import { type House, openHouse } from '../admin/house.ts'
import { buildTown, type Town } from '../admin/town.ts'

let house: House
let old: Town
beforeAll(async () => {
  house = await openHouse()
  old = await buildTown(house, 'older-5d21')
})
afterAll(() => house.close())

async function orgs(...args: string[]) {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, '../../src/cli.ts'), 'orgs', ...args],
    {
      env: { PATH: process.env.PATH, DATABASE_URL: house.database.url },
      stdout: 'pipe',
      stderr: 'pipe',
    },
  )
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { out, err, code: await child.exited }
}

test('a further organisation has an administrator of its own, and the two see nothing of each other', async () => {
  // The administrator is a person of the older organisation too: a password here must not count there.
  const email = 'older-5d21@example.com'
  const made = await orgs('create', 'Second', '--admin', email, '--json')
  expect(made.code).toBe(0)
  const told: Record<string, string> = JSON.parse(made.out)
  const { organization_id: id = '', admin_key: key = '', password_path: path = '' } = told
  const read = async (route: string, token: string) => {
    const response = await house.send('GET', `/api/v1${route}`, token)
    expect([route, response.status]).toEqual([route, 200])
    return await response.text()
  }
  const lists = [
    '/orgs/current',
    '/workspaces',
    '/orgs/current/roles',
    '/orgs/current/members',
    '/workspaces/current/members',
    '/orgs/current/service-keys',
    '/orgs/current/personal-access-tokens',
    '/workspaces/current/secrets',
    '/platform/gateway-policies',
    '/sessions',
    '/audit-logs',
  ]
  const manager = house.managerKey(old)
  for (const route of lists) {
    const theirs = await read(route, key)
    for (const foreign of old.ids) expect(theirs).not.toContain(foreign)
    const ours = await read(route, manager)
    for (const foreign of [id, told.workspace_id ?? '']) expect(ours).not.toContain(foreign)
  }
  expect(await read('/audit-logs', key)).toContain('create_organization')

  // The link lets the administrator in, there and only there.
  const token = path.split('#password-token=')[1]
  const password = ['second', 'battery', 'staple'].join(' ')
  const body = { token, password }
  expect((await house.send('POST', '/api/v1/auth/password/redeem', undefined, body)).status).toBe(
    204,
  )
  const signIn = (organization_id: string) =>
    house.send('POST', '/api/v1/auth/password/sign-in', undefined, {
      email,
      password,
      organization_id,
    })
  expect((await signIn(old.organizationId)).status).toBe(401)
  expect((await signIn(id)).status).toBe(204)

  const listed = await orgs('list', '--json')
  const names: { id: string }[] = JSON.parse(listed.out)
  expect(names.map((each) => each.id)).toEqual([old.organizationId, id])
  expect((await verifyAudit(house.database.orm)).broken).toEqual([])
})

test('a member who cannot sign in any more gets a new link at the machine, for one organisation', async () => {
  const email = 'boss-older-5d21@example.com'
  const made = await orgs('link', email.toUpperCase(), '--json')
  expect(made.code).toBe(0)
  const told: { organization_id: string; password_path: string } = JSON.parse(made.out)
  expect(told.organization_id).toBe(old.organizationId)
  const token = told.password_path.split('#password-token=')[1]
  const body = { token, password: ['back', 'in', 'again'].join(' ') }
  const redeemed = await house.send('POST', '/api/v1/auth/password/redeem', undefined, body)
  expect(redeemed.status).toBe(204)
  const logs = await house.send('GET', '/api/v1/audit-logs', house.managerKey(old))
  expect(await logs.text()).toContain('create_password_link')
  const other = await house.tenant()
  for (const words of [
    ['nobody@example.com'],
    [email, '--organization', other.organizationId],
    [email, '--organization', 'x'],
  ])
    expect((await orgs('link', ...words)).code).toBe(2)
})

test('wrong words make nothing and say how', async () => {
  const before = (await orgs('list', '--json')).out
  for (const args of [
    ['create', 'Third'],
    ['create', '--admin', 'x@example.com'],
    ['create', 'Third', '--admin', 'no address'],
    ['create', 'x'.repeat(200), '--admin', 'x@example.com'],
    ['remove', 'Third'],
  ]) {
    const { code, err } = await orgs(...args)
    expect([args.join(' ').slice(0, 30), code]).toEqual([args.join(' ').slice(0, 30), 2])
    expect(err.length).toBeGreaterThan(10)
  }
  expect((await orgs('list', '--json')).out).toBe(before)
})
