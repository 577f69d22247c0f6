import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import fc from 'fast-check'
import type { AdminDeps, Manual } from '../../src/admin/deps.ts'
import { adminApi } from '../../src/admin/index.ts'
import { TOOLS } from '../../src/admin/mcp/index.ts'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { newId } from '../../src/base/id.ts'
import { LIMITS } from '../../src/base/limits.ts'
import { nanos } from '../../src/base/money.ts'
import type { Permission } from '../../src/base/permission.ts'
import { ledgerBench } from '../support/ledger.ts'
import { ALL, callOf, type House, keyProject, openHouse, storeCall, type Tenant } from './house.ts'

const MANUAL: Manual = {
  pages: [{ page: 'limits', title: 'Limits' }],
  search: async (query) => [
    {
      page: 'limits',
      title: 'Limits',
      heading: query,
      path: '/docs/limits#bodies',
      excerpt: 'Bodies are bounded.',
    },
  ],
  read: (page) => (page === 'limits' ? '# Limits\n' : undefined),
}

let house: House
let here: Tenant
let there: Tenant
let refused: ExchangeEvent
let served: ExchangeEvent
let door: Door
let writing: Door

interface Door {
  readonly url: string
  stop(): Promise<void>
}

/** The admin API with its MCP server on a listener of its own. */
function open(parts: Partial<AdminDeps> = {}): Door {
  const app = adminApi({ ...house.deps, manual: MANUAL, ...parts })
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => app.handle(request),
  })
  return { url: `http://127.0.0.1:${server.port}/mcp`, stop: () => server.stop(true) }
}

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  there = await house.tenant()
  served = callOf(house, here)
  const policy = { id: newId(house.world), name: 'R&D Spend Cap' }
  refused = callOf(house, here, {
    opened: { requestModel: 'gpt-5' },
    closed: {
      outcome: 'refused',
      status: 402,
      errorCode: 'spend_limit_reached',
      upstreamStatus: undefined,
      usage: undefined,
      costNanos: undefined,
      costBasis: undefined,
      policies: { matched: [policy], violated: [policy] },
      findings: [],
    },
  })
  const broken = callOf(house, here, {
    closed: { outcome: 'failed', status: 502, errorCode: 'upstream_broke' },
  })
  await keyProject(house, served)
  for (const each of [served, refused, broken, callOf(house, there)]) await storeCall(house, each)
  door = open()
  writing = open({ mcpWrites: true })
})
afterAll(async () => {
  await Promise.all([door.stop(), writing.stop()])
  await house.close()
})

/** Connects the official client; `era` chooses between today's protocol and the 2025 handshake. */
async function connect(
  token: string,
  { url = door.url, era = 'auto' }: { url?: string; era?: 'auto' | 'legacy' } = {},
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era } })
  const headers = { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  )
  return client
}

interface Told {
  readonly isError: boolean
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, judged field by field
  readonly json: any
}

/** Calls one tool as the holder of `token`. */
async function use(
  token: string,
  name: string,
  args: Record<string, unknown> = {},
  url = door.url,
): Promise<Told> {
  const client = await connect(token, { url })
  const result = await client.callTool({ name, arguments: args })
  await client.close()
  const [first] = result.content
  const text = first?.type === 'text' ? first.text : ''
  const isJson = text.startsWith('{') || text.startsWith('[')
  return { isError: result.isError === true, text, json: isJson ? JSON.parse(text) : undefined }
}

/** An organisation of its own with one key whose calls cost `dollars` each. */
async function traffic(...dollars: bigint[]) {
  const bench = ledgerBench(house.database, house.world)
  for (const each of dollars) {
    const cost = nanos(each * 1_000_000_000n)
    const hold = await bench.ledger.reserve(bench.call(cost))
    hold.settle({ nanos: cost, tokens: 10, basis: 'measured' }, undefined)
    await hold.ended
  }
  return bench
}

const worker = (...permissions: Permission[]): string => house.workspaceKey(here, permissions)

/** A bare message, as something that is no client might send it. */
function send(body: unknown, headers: Record<string, string> = {}, method = 'POST') {
  return fetch(door.url, {
    method,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-api-key': worker(...ALL),
      ...headers,
    },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  })
}

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }

describe('who may talk to it', () => {
  test('the official client lists the tools that only read, in both eras of the protocol', async () => {
    const reading = TOOLS.filter((tool) => !tool.writes).map((tool) => tool.name)
    for (const era of ['auto', 'legacy'] as const) {
      const client = await connect(worker('gateway:invoke'), { era })
      const { tools } = await client.listTools()
      expect(tools.map((tool) => tool.name)).toEqual(reading)
      for (const tool of tools) {
        expect(tool.annotations?.readOnlyHint).toBe(true)
        expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
        expect(tool.description).toContain('Needs: ')
      }
      await client.close()
    }
  })

  test('no key, a wrong key and a cookie alone are turned away before a byte is read', async () => {
    for (const headers of [
      { 'x-api-key': '' },
      { 'x-api-key': 'slu_sk_wrong' },
      { authorization: 'Bearer other' },
    ]) {
      const response = await send(LIST, headers)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
    }
    const cookie = await fetch(door.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `sluice=${'a'.repeat(43)}` },
      body: JSON.stringify(LIST),
    })
    expect(cookie.status).toBe(401)
  })

  test('a page of another origin is refused, one of our own is not', async () => {
    expect((await send(LIST, { origin: 'http://evil.example' })).status).toBe(403)
    expect((await send(LIST, { origin: new URL(door.url).origin })).status).toBe(200)
  })

  test('nothing is kept between two requests: there are no sessions to fill or to steal', async () => {
    const first = await send({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'old', version: '1' },
      },
    })
    expect(first.status).toBe(200)
    expect(first.headers.get('mcp-session-id')).toBeNull()
    await first.text()
    expect((await send(LIST, { 'mcp-session-id': 'made-up' })).status).toBe(200)
    expect((await send(undefined, {}, 'GET')).status).toBe(405)
    expect((await send(undefined, {}, 'DELETE')).status).toBe(405)
  })

  test('a key that asks too often is told when to come back; other keys are not held up', async () => {
    const greedy = house.workspaceKey(here, ['runs:read'])
    const statuses: number[] = []
    for (let index = 0; index <= LIMITS.mcpRequestsMax; index++) {
      const response = await send(LIST, { 'x-api-key': greedy })
      statuses.push(response.status)
      if (response.status === 429) {
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      }
      await response.text()
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(1)
    expect((await send(LIST)).status).toBe(200)
  })
})

describe('many at once', () => {
  test('a process works on a bounded number and turns the next away', async () => {
    const { promise: opened, resolve: open_ } = Promise.withResolvers<void>()
    const slow: Manual = {
      ...MANUAL,
      search: async () => {
        await opened
        return []
      },
    }
    const full = open({ manual: slow })
    const ask = () =>
      fetch(full.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'x-api-key': worker('gateway:invoke'),
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'search_docs', arguments: { query: 'x' } },
        }),
      })
    const waiting = Array.from({ length: LIMITS.mcpAtOnceMax + 4 }, ask)
    const first = await Promise.race(waiting)
    expect(first.status).toBe(503)
    open_()
    const statuses = (await Promise.all(waiting)).map((response) => response.status)
    expect(statuses.filter((status) => status === 503)).toHaveLength(4)
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMITS.mcpAtOnceMax)
    expect((await ask()).status).toBe(200)
    await full.stop()
  })
})

describe('what the tools answer', () => {
  test('documentation is found and read with any key', async () => {
    const key = worker('gateway:invoke')
    const found = await use(key, 'search_docs', { query: 'body size' })
    expect(found.json.results[0]).toMatchObject({ page: 'limits', path: '/docs/limits#bodies' })
    expect((await use(key, 'read_doc', { page: 'limits' })).text).toBe('# Limits\n')
    const missing = await use(key, 'read_doc', { page: '../../package.json' })
    expect(missing.isError).toBe(true)
    expect(missing.json).toMatchObject({ code: 'not_found', status: 404 })
    expect(missing.text).toContain('limits')
  })

  test('spend by key equals GET /usage for the same key', async () => {
    const { organizationId } = await traffic(3n, 3n)
    const key = house.key({
      organizationId,
      scope: 'organization',
      organizationPermissions: new Set<Permission>(['usage:read']),
    })
    const response = await house.send('GET', '/api/v1/usage?group_by=api_key,model', key)
    const usage = (await response.json()) as { data: unknown[] }
    const told = await use(key, 'spend_by_key')
    expect(told.json.rows).toMatchObject([{ requests: 2, cost_nanos: '6000000000' }])
    expect(told.json.rows).toEqual(usage.data)
    expect(told.json.left_out).toBe(0)
  })

  test('recent blocks are the calls that policies refused, not those that failed', async () => {
    const { json } = await use(worker('runs:read'), 'recent_blocks')
    expect(json.complete).toBe(true)
    expect(json.blocks).toHaveLength(1)
    expect(json.blocks[0]).toMatchObject({
      id: refused.opened.id,
      status: 402,
      code: 'spend_limit_reached',
      policies: ['R&D Spend Cap'],
      model: 'gpt-5',
      api_key_id: refused.opened.keyId,
    })
  })

  test('one call explains a request: outcome, policy, cost, and its facts', async () => {
    const { json } = await use(worker('runs:read'), 'explain_request', { id: served.opened.id })
    const text = json.explanation.join('\n')
    expect(text).toContain('answered with status 200')
    expect(text).toContain('Cost $123456789.123456789, from the usage the provider told.')
    expect(json.call.id).toBe(served.opened.id)
  })

  test('a new spend cap is tried on past calls without being saved', async () => {
    const { organizationId } = await traffic(3n, 3n, 3n)
    const manager = house.managerKey({ organizationId, workspaceId: '' })
    const { json } = await use(manager, 'simulate_policy', {
      policy_type: 'spend_cap',
      config: { window: 'monthly', limit_usd: 7.5 },
    })
    expect(json).toMatchObject({ calls: 3, matched: 3, would_refuse: 1, complete: true })
    expect((await use(manager, 'list_policies')).json.rows).toEqual([])
  })

  test('models are listed with their prices', async () => {
    const { json } = await use(house.managerKey(here), 'list_models', { contains: 'demo/echo' })
    expect(json.models.rows).toEqual([
      expect.objectContaining({ provider: 'demo', input_usd_per_mtok: 1, output_usd_per_mtok: 2 }),
    ])
  })
})

describe('what it refuses', () => {
  test('each tool that reads needs the permission of its route', async () => {
    const id = served.opened.id
    const cap = { policy_type: 'spend_cap', config: { window: 'daily', limit_usd: 1 } }
    const tools: [string, Record<string, unknown>, string][] = [
      ['spend_by_key', {}, 'usage:read'],
      ['recent_blocks', {}, 'runs:read'],
      ['explain_request', { id }, 'runs:read'],
      ['list_policies', {}, 'policies:read'],
      ['list_models', {}, 'organization:read'],
      ['simulate_policy', cap, 'organization:manage'],
    ]
    for (const [name, args, permission] of tools) {
      const told = await use(worker('gateway:invoke'), name, args)
      expect({ name, isError: told.isError, ...told.json }).toMatchObject({
        name,
        isError: true,
        status: 403,
        code: 'permission_missing',
        permission,
      })
    }
    const covered = new Set([...tools.map(([name]) => name), 'search_docs', 'read_doc'])
    expect(TOOLS.filter((tool) => !tool.writes && !covered.has(tool.name))).toEqual([])
  })

  test('another workspace, another organisation and their calls do not exist', async () => {
    const foreign = await house.workspace(here.organizationId)
    for (const workspace_id of [there.workspaceId, foreign]) {
      const told = await use(worker(...ALL), 'recent_blocks', { workspace_id })
      expect(told.json).toMatchObject({ status: 404, code: 'not_found' })
    }
    const stranger = house.workspaceKey(there, ALL)
    const call = await use(stranger, 'explain_request', { id: served.opened.id })
    expect(call.json).toMatchObject({ status: 404 })
    expect((await use(stranger, 'recent_blocks')).json.blocks).toEqual([])
    const spend = await use(stranger, 'spend_by_key')
    expect(spend.text).not.toContain(served.opened.keyId)
  })

  test('arguments that do not fit are named, never quoted', async () => {
    const key = worker(...ALL)
    const hostile: [string, Record<string, unknown>][] = [
      ['explain_request', { id: "'; drop table runs; --" }],
      ['explain_request', {}],
      ['explain_request', { id: served.opened.id, __proto__x: 1 }],
      ['recent_blocks', { limit: 1e9 }],
      ['recent_blocks', { hours: 'many' }],
      ['spend_by_key', { group_by: 'marker-of-a-hostile-agent' }],
      ['spend_by_key', { from: 'yesterday' }],
      ['search_docs', { query: 'x'.repeat(201) }],
    ]
    for (const [name, args] of hostile) {
      const told = await use(key, name, args)
      expect({ name, args, status: told.json.status }).toEqual({ name, args, status: 422 })
      expect(told.text).not.toContain('drop table')
      expect(told.text).not.toContain('marker-of')
    }
    const unknown = connect(key).then((client) => client.callTool({ name: 'drop_everything' }))
    await expect(unknown).rejects.toThrow()
  })

  test('messages that are too large, no JSON, too deep, batched or no message are refused', async () => {
    const huge = { ...LIST, params: { pad: 'x'.repeat(LIMITS.mcpBodyBytesMax) } }
    expect((await send(huge)).status).toBe(413)
    expect((await send('{')).status).toBe(400)
    expect((await send(`${'['.repeat(200)}${']'.repeat(200)}`)).status).toBe(400)
    expect((await send([LIST, LIST])).status).toBe(400)
    expect((await send({ hello: 'world' })).status).toBe(400)
    expect((await send(LIST, { 'content-type': 'text/plain' })).status).toBe(415)
  })

  test('whatever is sent as a message, nothing breaks inside and nothing of the inside is told', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__', 'constructor', '../../x', '\u0000'),
    )
    const method = fc.oneof(
      fc.constantFrom(
        'tools/call',
        'tools/list',
        'initialize',
        'ping',
        'server/discover',
        'subscriptions/listen',
        'resources/read',
        'notifications/cancelled',
      ),
      text,
    )
    const params = fc.oneof(
      fc.jsonValue(),
      fc.record({
        name: fc.oneof(fc.constantFrom(...TOOLS.map(({ name }) => name)), text),
        arguments: fc.oneof(fc.jsonValue(), fc.dictionary(text, fc.jsonValue())),
        _meta: fc.option(fc.dictionary(text, fc.jsonValue()), { nil: undefined }),
      }),
    )
    const message = fc.record(
      {
        jsonrpc: fc.constant('2.0'),
        id: fc.oneof(fc.integer(), text, fc.jsonValue()),
        method,
        params,
      },
      { requiredKeys: ['jsonrpc'] },
    )
    await fc.assert(
      fc.asyncProperty(message, async (body) => {
        const response = await send(body)
        const answer = await response.text()
        expect({ body, status: response.status, broken: response.status >= 500 }).toEqual({
          body,
          status: response.status,
          broken: false,
        })
        expect(answer).not.toMatch(/node_modules|\.ts:\d+|select .* from/i)
        expect(answer).not.toContain('"code":"internal"')
      }),
      { numRuns: 400 },
    )
  })

  test('an answer is bounded', async () => {
    const big = open({
      manual: { ...MANUAL, read: () => 'x'.repeat(LIMITS.mcpAnswerBytesMax + 1) },
    })
    const told = await use(worker(...ALL), 'read_doc', { page: 'big' }, big.url)
    await big.stop()
    expect(told.isError).toBe(true)
    expect(told.text.length).toBeLessThan(1_000)
  })
})

describe('the tools that change something', () => {
  const cap = { name: 'Agent cap', limit_usd: 12.5, window: 'daily' }

  test('are there only where they are switched on, and only for who manages the organisation', async () => {
    const names = async (token: string, url: string) => {
      const client = await connect(token, { url })
      const { tools } = await client.listTools()
      await client.close()
      return tools.map((tool) => tool.name)
    }
    const manager = house.managerKey(here)
    expect(await names(manager, door.url)).not.toContain('create_spend_cap')
    expect(await names(worker(...ALL), writing.url)).not.toContain('deactivate_key')
    expect(await names(manager, writing.url)).toContain('create_spend_cap')
    for (const [token, url] of [
      [manager, door.url],
      [house.workspaceKey(here, ['workspaces:manage-keys']), writing.url],
    ] as const)
      await expect(use(token, 'create_spend_cap', cap, url)).rejects.toThrow()
    const rows = (await use(manager, 'list_policies')).json.rows
    expect(rows).toEqual([])
  })

  test('a cap is made as the admin API makes it, and is in the audit log', async () => {
    const manager = house.managerKey(here)
    const made = await use(manager, 'create_spend_cap', cap, writing.url)
    expect(made.json).toMatchObject({
      name: 'Agent cap',
      config: { window: 'daily', limit_usd: 12.5, limit_nanos: '12500000000' },
    })
    const { rows } = (await use(manager, 'list_policies')).json
    expect(rows.map((each: { id: string }) => each.id)).toEqual([made.json.id])
    const log = await house.send('GET', '/api/v1/audit-logs', manager)
    expect(await log.text()).toContain(made.json.id)
  })

  test('a key is ended; one of another organisation does not exist', async () => {
    const make = async (tenant: Tenant): Promise<string> => {
      const body = { description: 'to end', workspaces: [tenant.workspaceId] }
      const manager = house.managerKey(tenant)
      const made = await house.send('POST', '/api/v1/orgs/current/service-keys', manager, body)
      return ((await made.json()) as { id: string }).id
    }
    const manager = house.managerKey(here)
    const own = await use(manager, 'deactivate_key', { id: await make(here) }, writing.url)
    expect(own.isError).toBe(false)
    expect(own.text).toContain('deactivated')
    const other = await use(manager, 'deactivate_key', { id: await make(there) }, writing.url)
    expect(other.json).toMatchObject({ status: 404 })
  })
})
