import type { AdminDeps, AdminKey } from '../../src/admin/deps.ts'
import { adminApi } from '../../src/admin/index.ts'
import { passwordDoor } from '../../src/admin/password-door.ts'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { exchangeToJson } from '../../src/base/exchange-json.ts'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { PERMISSIONS, type Permission } from '../../src/base/permission.ts'
import { watchChanges } from '../../src/store/freshness.ts'
import { keyResolver } from '../../src/store/key-resolver.ts'
import { keyringOf } from '../../src/store/keyring.ts'
import { createOrganization } from '../../src/store/members.ts'
import { exchanges, runs, traceProjects, workspaces } from '../../src/store/tables.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

export const ALL: readonly Permission[] = PERMISSIONS

/** One organisation with one workspace and its shared trace project. */
export interface Tenant {
  readonly organizationId: string
  readonly workspaceId: string
}

/** The admin API over a database of its own. */
export interface House {
  readonly database: TestDatabase
  readonly deps: AdminDeps
  readonly app: ReturnType<typeof adminApi>
  readonly world: ReturnType<typeof testWorld>
  tenant(): Promise<Tenant>
  workspace(organizationId: string): Promise<string>
  /** A key with exactly these permissions; gives its token. */
  key(facts: Partial<AdminKey> & { organizationId: string }): string
  /** An organisation-scoped key that manages everything. */
  managerKey(tenant: Tenant): string
  workspaceKey(tenant: Tenant, permissions: readonly Permission[]): string
  /** Sends a request in process. */
  send(
    method: string,
    path: string,
    key?: string,
    body?: unknown,
    headers?: HeadersInit,
  ): Promise<Response>
  close(): Promise<void>
}

export async function openHouse(basePath = '', parts: Partial<AdminDeps> = {}): Promise<House> {
  const database = await testDatabase()
  const world = testWorld()
  const known = new Map<string, AdminKey>()
  const resolver = keyResolver(database, world)
  const watch = await watchChanges(database, world, () => resolver.forget())
  const deps: AdminDeps = {
    world,
    database,
    basePath,
    version: '0.0.0-test',
    passwords: passwordDoor(world),
    keyring: keyringOf(new Uint8Array(32).fill(7)),
    keys: { resolve: (token) => known.get(token) ?? resolver.resolve(token) },
    ...parts,
  }
  const app = adminApi(deps)
  const key: House['key'] = (facts) => {
    const id = newId(world)
    const token = `slu_sk_${id}`
    known.set(token, {
      id,
      short: id.slice(-12),
      kind: 'service',
      gatewayEnabled: true,
      state: 'active',
      scope: 'workspace',
      userId: undefined,
      workspaces: [],
      organizationPermissions: new Set(),
      ...facts,
    })
    return token
  }
  const workspace: House['workspace'] = async (organizationId) => {
    const id = newId(world)
    await database.orm
      .insert(workspaces)
      .values({ id, organizationId, displayName: id, handle: id })
    await database.orm
      .insert(traceProjects)
      .values({ id: newId(world), workspaceId: id, name: 'gateway' })
    return id
  }
  return {
    database,
    deps,
    app,
    world,
    key,
    workspace,
    async tenant() {
      const organizationId = await createOrganization(database.orm, world, 'Test')
      return { organizationId, workspaceId: await workspace(organizationId) }
    },
    managerKey: ({ organizationId }) =>
      key({
        organizationId,
        scope: 'organization',
        organizationPermissions: new Set<Permission>(['organization:manage']),
      }),
    workspaceKey: ({ organizationId, workspaceId }, permissions) =>
      key({ organizationId, workspaces: [{ workspaceId, permissions: new Set(permissions) }] }),
    send(method, path, token, body, headers = {}) {
      const all = new Headers(headers)
      if (token !== undefined) all.set('x-api-key', token)
      if (body !== undefined && !all.has('content-type'))
        all.set('content-type', 'application/json')
      return app.handle(
        new Request(`http://localhost${path}`, {
          method,
          headers: all,
          ...(body === undefined
            ? {}
            : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      )
    },
    async close() {
      await watch.close()
      await resolver.close()
      await database.close()
    },
  }
}

/** A finished call of `tenant`; `change` overrides single facts. */
export function callOf(
  house: House,
  tenant: Tenant,
  change: {
    opened?: Partial<ExchangeEvent['opened']>
    closed?: Partial<ExchangeEvent['closed']>
  } = {},
): ExchangeEvent {
  const id = newId(house.world)
  const startedAtMs = house.world.clock.now()
  return {
    version: 1,
    opened: {
      id,
      ...tenant,
      keyId: newId(house.world),
      keyShort: 'abcdefghijkl',
      userId: undefined,
      processId: newId(house.world),
      startedAtMs,
      provider: 'openai',
      dialect: 'openai.chat',
      operation: 'chat',
      method: 'POST',
      path: '/v1/chat/completions',
      requestModel: 'gpt-4o-mini',
      stream: true,
      traceId: id.replaceAll('-', ''),
      parentSpanId: undefined,
      traceState: undefined,
      sessionId: undefined,
      userAgent: 'test/1',
      ...change.opened,
    },
    closed: {
      id,
      endedAtMs: startedAtMs + 1200,
      outcome: 'ok',
      status: 200,
      errorCode: undefined,
      upstreamStatus: 200,
      upstreamRequestId: 'req_1',
      responseModel: 'gpt-4o-mini-2024-07-18',
      responseId: 'chatcmpl-1',
      finishReasons: ['stop'],
      usage: { inputTokens: 120, outputTokens: 30, cacheReadTokens: 100 },
      costNanos: nanos(123_456_789_123_456_789n),
      costBasis: 'measured',
      firstByteMs: 250.5,
      overheadMs: 1.25,
      policies: { matched: [{ id: 'p1', name: 'Cap' }], violated: [] },
      findings: [{ detector: 'email', entity: 'EMAIL', direction: 'request', count: 2 }],
      ...change.closed,
    },
  }
}

/** Stores a call as the exporter and the gateway do: the run and the exchange's row. */
export async function storeCall(house: House, event: ExchangeEvent): Promise<void> {
  const { opened, closed } = event
  const shared = {
    id: opened.id,
    organizationId: opened.organizationId,
    workspaceId: opened.workspaceId,
    keyId: opened.keyId,
    keyShort: opened.keyShort,
    traceId: opened.traceId,
    sessionId: opened.sessionId ?? null,
    provider: opened.provider,
    operation: opened.operation,
    requestModel: opened.requestModel ?? null,
    startedAt: new Date(opened.startedAtMs),
    endedAt: new Date(closed.endedAtMs),
    outcome: closed.outcome,
    status: closed.status,
    errorCode: closed.errorCode ?? null,
    costNanos: closed.costNanos ?? null,
  }
  const json = exchangeToJson(event)
  await house.database.orm.insert(runs).values({ ...shared, event: json })
  await house.database.orm.insert(exchanges).values({
    ...shared,
    processId: opened.processId,
    dialect: opened.dialect,
    method: opened.method,
    path: opened.path,
    stream: opened.stream,
    costBasis: closed.costBasis ?? null,
    usage: closed.usage ? { ...closed.usage, toolUses: null } : null,
    firstByteMs: closed.firstByteMs ?? null,
    overheadMs: closed.overheadMs ?? null,
  })
}

/** The project of one key, as the store makes it with the key. */
export async function keyProject(house: House, event: ExchangeEvent): Promise<string> {
  const { workspaceId, keyId, keyShort } = event.opened
  const name = `gateway-${keyShort}-${keyId}`
  await house.database.orm
    .insert(traceProjects)
    .values({ id: newId(house.world), workspaceId, name, keyId })
  return name
}
