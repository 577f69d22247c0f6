import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv from 'ajv/dist/2020'
import { parse } from 'yaml'
import type { CommandContext } from '../../src/commands/command.ts'
import { config } from '../../src/commands/config.ts'
import { readConfig } from '../../src/config.ts'
import { verifyAudit } from '../../src/store/audit-reads.ts'
import { createKey } from '../../src/store/keys.ts'
import { builtInRole, createOrganization } from '../../src/store/members.ts'
import { type House, openHouse } from '../admin/house.ts'

setDefaultTimeout(120_000)
let house: House
let listener: ReturnType<typeof Bun.serve>
let dataDir: string
let organizationId: string
let token: string

beforeAll(async () => {
  house = await openHouse()
  organizationId = await createOrganization(house.database.orm, house.world, 'Before')
  const { orm } = house.database
  const organizationRoleId = await builtInRole(orm, organizationId, 'ORGANIZATION_ADMIN')
  const made = { organizationId, kind: 'service', description: 'deploys', workspaces: [] } as const
  token = (await createKey(orm, house.world, { ...made, organizationRoleId })).token
  listener = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => house.app.handle(request),
  })
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-config-'))
})
afterAll(async () => {
  await listener.stop(true)
  await house.close()
  rmSync(dataDir, { recursive: true })
})

async function run(args: readonly string[], key = token) {
  const out: string[] = []
  const err: string[] = []
  const json = args.includes('--json')
  const context: CommandContext = {
    config: readConfig({
      SLUICE_DATA_DIR: dataDir,
      SLUICE_ADMIN_URL: `http://127.0.0.1:${listener.port}`,
      SLUICE_ADMIN_KEY: key,
    }),
    world: house.world,
    json,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  }
  const code = await config.run(
    args.filter((each) => each !== '--json'),
    context,
  )
  return { code, out: out.join('\n'), err: err.join('\n') }
}

function file(text: string, name = 'sluice.yaml'): string {
  const path = join(dataDir, name)
  writeFileSync(path, text)
  return path
}

const SECRET = `sk-${'made-up'.repeat(4)}-7f3a`
const FULL = `
version: 1
organization: { display_name: Acme, llm_gateway_enabled: true }
roles:
  - display_name: Deployer
    permissions: [workspaces:read, gateway:invoke]
members:
  - { email: ada@example.com, full_name: Ada, role: ORGANIZATION_ADMIN }
  - { email: Bob@example.com, role: Organization User }
workspaces:
  - tenant_handle: blue
    display_name: Team blue
    capture_content: true
    members:
      - { email: bob@example.com, role: Deployer }
    secrets:
      - { key: OPENAI_API_KEY, from_file: openai.key }
      - { key: ANTHROPIC_API_KEY, from_env: SLUICE_TEST_PROVIDER_KEY }
  - { tenant_handle: red, display_name: Team red }
service_keys:
  - { description: ci of blue, workspaces: [blue], role: Deployer }
  - { description: everywhere, workspaces: [blue, red], expires_at: 2999-01-01T00:00:00Z }
  - { description: terraform, org_role: ORGANIZATION_ADMIN }
policies:
  - name: Blue month
    policy_type: spend_cap
    subject_matchers: [{ key: workspace_id, value: blue }]
    config: { window: monthly, limit_usd: 0.100000001 }
  - name: Blue day
    policy_type: spend_cap
    subject_matchers: [{ key: workspace_id, value: blue }]
    config: { window: daily, limit_usd: 10, ceiling_price: { input_usd_per_mtok: 3, output_usd_per_mtok: 15 } }
  - name: Each person
    policy_type: default_spend_cap
    subject_matchers: [{ key: user_id, value: "" }]
    config: { window: weekly, limit_usd: 50 }
  - name: Bob is careful
    policy_type: rate_limit
    subject_matchers: [{ key: user_id, value: bob@example.com }]
    config: { limits: [{ metric: requests, window: minute, value: 60 }] }
    priority: 5
  - name: Teams by header
    policy_type: default_rate_limit
    subject_matchers: [{ key: X-Gateway-Team, value: "" }]
    config: { limits: [{ metric: tokens, window: hour, value: 100000 }] }
    enabled: false
  - name: CI models
    policy_type: model_access
    subject_matchers: [{ key: api_key_id, value: ci of blue }]
    config: { providers: { openai: [gpt-4o-mini], anthropic: all } }
  - name: Everything is looked at
    policy_type: guard
    subject_matchers: [{ key: organization_id, value: current }]
    config: { detect: { pii: true, secrets: true } }
  - name: Per workspace
    policy_type: default_guard
    subject_matchers: [{ key: workspace_id, value: "" }]
    config: { detect: { secrets: true }, operator: block }
prices:
  - { name: House, provider: openai, match_pattern: house-.*, input_usd_per_mtok: 0.123456789, output_usd_per_mtok: 10 }
`

describe('a configuration file', () => {
  test('is planned, applied, and then nothing is left to do', async () => {
    process.env.SLUICE_TEST_PROVIDER_KEY = SECRET
    file(`${SECRET}\n`, 'openai.key')
    const path = file(FULL)
    const planned = await run(['plan', path])
    expect(planned).toMatchObject({ code: 2, err: '' })
    expect(planned.out).toContain('+ workspace blue')
    expect(planned.out).toContain('display_name  Before → Acme')
    expect(planned.out).toContain('config.limit_usd  0.100000001')
    expect(planned.out).not.toContain(SECRET)
    const before = await run(['plan', path, '--json'])
    expect(JSON.parse(before.out)).toMatchObject({ pending: 21, unlisted: [] })

    const applied = await run(['apply', path, '--json'])
    expect(applied).toMatchObject({ code: 0, err: '' })
    const { keys, left } = JSON.parse(applied.out)
    expect(left).toBe(0)
    expect(keys.map(({ description }: { description: string }) => description)).toEqual([
      'ci of blue',
      'everywhere',
      'terraform',
    ])
    expect(applied.out).not.toContain(SECRET)

    expect(await run(['plan', path])).toMatchObject({
      code: 0,
      out: 'Nothing to change: it is as the file says.',
    })
    expect((await run(['apply', path])).code).toBe(0)
    delete process.env.SLUICE_TEST_PROVIDER_KEY
    const without = await run(['plan', path])
    expect(without.code).toBe(0)
    expect(without.out).toContain('not compared, SLUICE_TEST_PROVIDER_KEY is not here')
  })

  test('every change of it is in the audit log, with the key that made it', async () => {
    const rows = await house.database.sql<{ operation: string; n: number }[]>`
      select operation, count(*)::int as n from audit_log where organization_id = ${organizationId}
       group by operation order by operation`
    expect(Object.fromEntries(rows.map(({ operation, n }) => [operation, n]))).toMatchObject({
      create_gateway_policy: 8,
      create_model_price: 1,
      create_role: 1,
      create_service_key: 3,
      create_workspace: 2,
      update_organization: 1,
      update_workspace_secrets: 2,
    })
    expect((await verifyAudit(house.database.orm)).broken).toEqual([])
  })

  test('what is exported is valid, fits the published schema, changes nothing, and holds no value', async () => {
    const exported = await run(['export'])
    expect(exported.code).toBe(0)
    expect(exported.out).not.toContain(SECRET)
    expect(exported.out).toContain('limit_usd: 0.100000001')
    expect(exported.out).toContain('from_env: OPENAI_API_KEY')
    const path = file(exported.out, 'exported.yaml')
    expect(await run(['validate', path])).toMatchObject({ code: 0, err: '' })
    expect((await run(['plan', path, '--prune'])).code).toBe(0)

    const schema = JSON.parse((await run(['schema', '--json'])).out)
    const ajv = new Ajv({ strict: false, validateFormats: false })
    const isValid = ajv.compile(schema)
    const example = join(import.meta.dir, '../../deploy/sluice.example.yaml')
    expect(await run(['validate', example])).toMatchObject({ code: 0, err: '' })
    for (const text of [exported.out, FULL, await Bun.file(example).text()]) {
      isValid(parse(text))
      expect(isValid.errors).toBeNull()
    }
    const served = await house.send('GET', '/api/v1/config/schema')
    expect(await served.json()).toEqual(schema)
    for (const wrong of [
      { version: 2 },
      { version: 1, policies: [{ name: 'x', policy_type: 'spend_cap', config: {} }] },
      { version: 1, workspaces: [{ tenant_handle: 'a', display_name: 'A', secrets: ['x'] }] },
    ])
      expect(isValid(wrong)).toBe(false)
    const asJson = file((await run(['export', '--json'])).out, 'exported.json')
    expect((await run(['plan', asJson])).code).toBe(0)
  })

  test('a changed file changes those things alone, and keeps their ids', async () => {
    const idOf = async () =>
      (await house.database.sql`select id from policies where name like 'Blue month%'`)[0]?.id
    const before = await idOf()
    const path = file(
      FULL.replace('0.100000001', '0.2')
        .replace('name: Blue month', 'name: Blue month, more')
        .replace('[workspaces:read, gateway:invoke]', '[workspaces:read]')
        .replace('input_usd_per_mtok: 0.123456789', 'input_usd_per_mtok: 0.5')
        .replace(', from_env: SLUICE_TEST_PROVIDER_KEY', ', from_file: other.key'),
    )
    file(`sk-${'other-one'.repeat(3)}-9999`, 'other.key')
    const planned = JSON.parse((await run(['plan', path, '--json'])).out)
    expect(
      planned.changes.map((each: { action: string; resource: string }) => [
        each.action,
        each.resource,
      ]),
    ).toEqual([
      ['update', 'role'],
      ['update', 'secret of blue'],
      ['update', 'price'],
      ['update', 'spend_cap'],
    ])
    expect((await run(['apply', path])).code).toBe(0)
    expect((await run(['plan', path])).code).toBe(0)
    expect(await idOf()).toBe(before)
    expect((await run(['plan', path, '--write-secrets', '--json'])).out).toContain('"pending":2')
  })

  test('nothing is deleted without --prune and --yes; then exactly what is not in the file', async () => {
    const path = file(`
version: 1
members: [{ email: ada@example.com, role: ORGANIZATION_ADMIN }]
workspaces: [{ tenant_handle: red, display_name: Team red, members: [], secrets: [] }]
service_keys: []
policies: []
`)
    const kept = await run(['plan', path])
    expect(kept.code).toBe(0)
    expect(kept.out).toContain('13 not in the file, and kept')
    const planned = await run(['plan', path, '--prune'])
    expect(planned.code).toBe(2)
    expect(planned.out).toContain('- workspace blue')
    expect(planned.out).toContain('service key deploys: not in the file, and kept')
    const refused = await run(['apply', path, '--prune'])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('--yes')
    expect((await run(['plan', path, '--prune'])).out).toBe(planned.out)
    expect((await run(['apply', path, '--prune', '--yes'])).code).toBe(0)
    expect((await run(['plan', path, '--prune'])).code).toBe(0)
    const exported = parse((await run(['export'])).out)
    expect(exported.policies).toEqual([])
    expect(exported.service_keys).toEqual([
      { description: 'deploys', org_role: 'ORGANIZATION_ADMIN' },
    ])
    // Sections that the file left out are as they were.
    expect(exported.roles).toHaveLength(1)
    expect(exported.prices).toHaveLength(1)
  })

  test('the gateway switched off by a file is switched on by the next, policies included', async () => {
    const policy =
      'policies: [{ name: All, policy_type: spend_cap, config: { window: daily, limit_usd: 1 } }]'
    const off = file(`version: 1\norganization: { llm_gateway_enabled: false }\n${policy}`)
    expect((await run(['apply', off])).code).toBe(0)
    const now = await house.send('GET', '/api/v1/orgs/current', token)
    expect(await now.json()).toMatchObject({ llm_gateway_enabled: false })
    expect((await run(['plan', off])).err).toContain('cannot be compared while the gateway is off')
    expect((await run(['export'])).err).toContain('left out')
    const on = file(`version: 1\norganization: { llm_gateway_enabled: true }\n${policy}`)
    expect((await run(['apply', on])).code).toBe(0)
    expect((await run(['plan', on])).code).toBe(0)
  })
})

describe('what is wrong with a file', () => {
  const mistakesOf = async (text: string, verb = 'validate') => {
    const { code, err } = await run([verb, file(text)])
    return { code, lines: err.split('\n').map((each) => each.replace(/^.*sluice\.yaml/, '')) }
  }

  test('a literal secret is refused with its line, and not repeated', async () => {
    const { code, lines } = await mistakesOf(
      `version: 1\nworkspaces:\n  - tenant_handle: a\n    display_name: A\n    secrets:\n      - key: OPENAI_API_KEY\n        value: ${SECRET}\n`,
    )
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toStartWith(':7:9: /workspaces/0/secrets/0/value a value never stands')
    expect(lines[0]).not.toContain(SECRET)
  })

  test('every mistake is told at once with line, column and pointer', async () => {
    const { code, lines } = await mistakesOf(`version: 1
roles:
  - { display_name: A, permissions: [fly] }
service_keys:
  - { description: x, workspaces: [a], colour: blue }
`)
    expect(code).toBe(1)
    expect(lines.map((each) => each.split(' ', 2).join(' '))).toEqual([
      ':3:38: /roles/0/permissions/0',
      ':5:40: /service_keys/0/colour',
    ])
    expect(lines[0]).toContain('must be one of organization:read, ')
    expect(lines[1]).toContain('known are description, short_key, workspaces')
    const deeper = await mistakesOf(`version: 1
policies:
  - { name: A, policy_type: spend_cap, config: { window: yearly, limit_usd: 1 } }
  - { name: B, policy_type: guard, config: { detect: { pii: true }, except: [nobody] } }
  - name: C
    policy_type: rate_limit
    config: { limits: [{ metric: requests, window: minute, value: 1 }] }
  - name: D
    policy_type: rate_limit
    config: { limits: [{ metric: requests, window: minute, value: 2 }] }
prices:
  - { name: P, provider: openai, match_pattern: "(", input_usd_per_mtok: -1, output_usd_per_mtok: 1 }
`)
    expect(deeper.lines.map((each) => each.split(' ')[1])).toEqual([
      '/policies/0/config/window',
      '/policies/1/config/except/0',
      '/policies/3',
      '/prices/0/match_pattern',
      '/prices/0/input_usd_per_mtok',
    ])
  })

  test.each([
    ['version: 1\nversion: 1', 'unique'],
    ['version: [1', 'sequence'],
    ['version: 1\nroles: *nobody', 'nothing'],
    ['version: 1\nroles: !!js/function x', 'tag'],
    ['{"version": 1, "policies": 3}', '/policies'],
    ['version: 1\npolices: []', 'known are'],
    ['', 'object'],
    ['- 1', 'object'],
    [`version: 1\nroles: ${'['.repeat(200)}${']'.repeat(200)}`, 'deep'],
  ])('%j is refused', async (text, word) => {
    const { code, lines } = await mistakesOf(text)
    expect(code).toBe(1)
    expect(lines.join()).toContain(word)
  })

  test('names that nobody bears are told before anything is changed', async () => {
    const { code, lines } = await mistakesOf(
      `version: 1
roles: [{ display_name: Newcomer, permissions: [workspaces:read] }]
members: [{ email: a@example.com, role: WORKSPACE_ADMIN }]
service_keys: [{ description: x, workspaces: [nowhere] }]
policies:
  - name: A
    policy_type: spend_cap
    subject_matchers: [{ key: workspace_id, value: nowhere }]
    config: { window: daily, limit_usd: 1 }
`,
      'apply',
    )
    expect(code).toBe(1)
    expect(lines.map((each) => each.split(' ')[1])).toEqual([
      '/members/0/role',
      '/service_keys/0/workspaces/0',
      '/policies/0/subject_matchers/0/value',
    ])
    expect(parse((await run(['export'])).out).roles).toHaveLength(1)
  })

  test('when a step is refused, those before it stay, the rest is told, and the next run goes on', async () => {
    const path = file(`version: 1
roles: [{ display_name: First, permissions: [workspaces:read] }]
workspaces: [{ tenant_handle: late, display_name: Late }]
service_keys: [{ description: past, workspaces: [late], expires_at: 2020-01-01T00:00:00Z }]
prices: [{ name: P, provider: demo, match_pattern: x, input_usd_per_mtok: 1, output_usd_per_mtok: 1 }]
`)
    const { code, err } = await run(['apply', path])
    expect(code).toBe(1)
    expect(err).toContain('+ service key past: ')
    expect(err).toContain('2 of 4 changes are made and stay; 2 are not')
    const rest = JSON.parse((await run(['plan', path, '--json'])).out)
    expect(rest.changes.map(({ resource }: { resource: string }) => resource)).toEqual([
      'service key',
      'price',
    ])
  })

  test('the permissions of the key that asks hold', async () => {
    const reader = house.key({
      organizationId,
      scope: 'organization',
      organizationPermissions: new Set(['organization:read', 'workspaces:read']),
    })
    const path = file('version: 1\nroles: [{ display_name: Z, permissions: [workspaces:read] }]')
    const { code, err } = await run(['apply', path], reader)
    expect(code).toBe(1)
    expect(err).toContain('lacks the permission')
  })

  test('wrong words: plan keeps 2 for pending changes', async () => {
    expect((await run(['plan', '--colour'])).code).toBe(1)
    expect((await run(['apply', 'a', 'b'])).code).toBe(2)
    expect((await run(['sing'])).code).toBe(2)
    expect((await run(['validate', join(dataDir, 'nowhere.yaml')])).err).toContain('cannot be read')
  })
})
