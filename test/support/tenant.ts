import type { ExchangeClosed, ExchangeEvent, ExchangeOpened } from '../../src/base/exchange.ts'
import { NO_POLICIES } from '../../src/base/exchange.ts'
import { newId } from '../../src/base/id.ts'
import type { World } from '../../src/base/world.ts'
import type { Database } from '../../src/store/database.ts'
import { type CreatedKey, createKey } from '../../src/store/keys.ts'
import { builtInRole, createOrganization, createWorkspace } from '../../src/store/members.ts'

/** An organisation with one workspace and one service key that may call in it. */
export interface Tenant {
  readonly organizationId: string
  readonly workspaceId: string
  readonly key: CreatedKey
}

/** Makes a tenant of its own. */
export function makeTenant(database: Database, world: World): Promise<Tenant> {
  return database.orm.transaction(async (orm) => {
    const organizationId = await createOrganization(orm, world, 'Test')
    const handle = 'default'
    const workspaceId = await createWorkspace(orm, world, {
      organizationId,
      displayName: 'Default',
      handle,
    })
    const roleId = await builtInRole(orm, organizationId, 'WORKSPACE_ADMIN')
    const key = await createKey(orm, world, {
      organizationId,
      kind: 'service',
      description: 'test',
      workspaces: [{ workspaceId, roleId }],
    })
    return { organizationId, workspaceId, key }
  })
}

/** A call as it is opened, of `tenant`. */
export function openedCall(
  tenant: Tenant,
  world: World,
  parts: Partial<ExchangeOpened> = {},
): ExchangeOpened {
  return {
    id: newId(world),
    organizationId: tenant.organizationId,
    workspaceId: tenant.workspaceId,
    keyId: tenant.key.id,
    keyShort: tenant.key.short,
    userId: undefined,
    processId: newId(world),
    startedAtMs: world.clock.now(),
    provider: 'openai',
    dialect: 'openai.chat',
    operation: 'chat',
    method: 'POST',
    path: '/v1/chat/completions',
    requestModel: 'gpt-4o-mini',
    stream: true,
    traceId: Buffer.from(world.dice.bytes(16)).toString('hex'),
    parentSpanId: undefined,
    traceState: undefined,
    sessionId: undefined,
    userAgent: 'test',
    ...parts,
  }
}

/** The event of a call that ended well. */
export function endedCall(
  opened: ExchangeOpened,
  parts: Partial<ExchangeClosed> = {},
): ExchangeEvent {
  return {
    version: 1,
    opened,
    closed: {
      id: opened.id,
      endedAtMs: opened.startedAtMs + 100,
      outcome: 'ok',
      status: 200,
      errorCode: undefined,
      upstreamStatus: 200,
      upstreamRequestId: 'req_1',
      responseModel: 'gpt-4o-mini-2024-07-18',
      responseId: 'chatcmpl-1',
      finishReasons: ['stop'],
      usage: { inputTokens: 10, outputTokens: 20, cacheReadTokens: 4 },
      costNanos: undefined,
      costBasis: undefined,
      firstByteMs: 12.5,
      overheadMs: 1.25,
      policies: NO_POLICIES,
      findings: [],
      ...parts,
    },
  }
}
