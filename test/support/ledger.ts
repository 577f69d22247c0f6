import type { ExchangeClosed, ExchangeEvent, ExchangeOpened } from '../../src/base/exchange.ts'
import { NO_POLICIES } from '../../src/base/exchange.ts'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import type { World } from '../../src/base/world.ts'
import type { Terms } from '../../src/policies/admission.ts'
import { decide } from '../../src/policies/decide.ts'
import { checkPolicy, isRefused } from '../../src/policies/input.ts'
import type { Subject } from '../../src/policies/match.ts'
import type { Matcher } from '../../src/policies/policy.ts'
import { STANDARD } from '../../src/pricing/price.ts'
import type { Database } from '../../src/store/database.ts'
import type { Ledger, ReserveCall } from '../../src/store/ledger.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import type { Written } from '../../src/store/policies.ts'
import { deletePolicy, findPolicy, savePolicy } from '../../src/store/policies.ts'
import type { PolicyCache } from '../../src/store/policy-cache.ts'
import { policyCache } from '../../src/store/policy-cache.ts'

/** A policy in few words. */
export interface PolicyDraft {
  readonly type?: string
  readonly name?: string
  readonly matchers?: readonly Matcher[]
  readonly config?: unknown
  readonly enabled?: boolean
}

/** One gateway process' ledger and policies over a database. */
export interface Bench {
  readonly database: Database
  readonly world: World
  readonly organizationId: string
  readonly ledger: Ledger
  readonly cache: PolicyCache
  subject(over?: Partial<Subject>): Subject
  /** A call of `cost` nanodollars, ready to be reserved. */
  call(cost: bigint, over?: Partial<Subject>, tokens?: number): ReserveCall
  /** A second process over the same database. */
  other(): Bench
  save(draft: PolicyDraft): Promise<Written>
  remove(id: string): Promise<void>
  /** The accounts of a policy's live meters, newest window first. */
  account(policyId: string): Promise<Account>
}

export interface Account {
  readonly posted: bigint
  readonly overage: bigint
  readonly pending: bigint
  readonly expired: bigint
}

/** A daily cap on the whole organisation. */
export function dailyCap(limit_usd: number | string): PolicyDraft {
  return { config: { window: 'daily', limit_usd } }
}

export function ledgerBench(
  database: Database,
  world: World,
  given: { organizationId?: string; ttlMs?: number } = {},
): Bench {
  const organizationId = given.organizationId ?? newId(world)
  const processId = newId(world)
  const workspaceId = newId(world)
  const keyId = newId(world)
  const cache = policyCache(database, world)
  const port = postgresLedger(database)
  const ledger = openLedger({
    port,
    world,
    processId,
    ...(given.ttlMs === undefined ? {} : { ttlMs: given.ttlMs }),
  })
  const subject = (over: Partial<Subject> = {}): Subject => ({
    organizationId,
    workspaceId,
    userId: undefined,
    keyId,
    provider: 'openai',
    model: 'gpt-4o',
    requestModel: 'gpt-4o-2024-08-06',
    custom: new Map(),
    ...over,
  })
  return {
    database,
    world,
    organizationId,
    ledger,
    cache,
    subject,
    call(cost, over, tokens = 10) {
      const who = subject(over)
      const id = newId(world)
      return {
        id,
        subject: who,
        opened: openedOf(id, who, processId, world),
        async terms(again) {
          if (again) cache.forget(organizationId)
          const set = await cache.forOrganization(organizationId)
          return termsOf(cost, tokens, decide(set, who, false))
        },
      }
    },
    other: () => ledgerBench(database, world, { ...given, organizationId }),
    async save(draft) {
      const checked = checkPolicy(
        {
          type: draft.type ?? 'spend_cap',
          name: draft.name ?? 'R&D Spend Cap',
          description: '',
          matchers: draft.matchers ?? [],
          config: draft.config,
          enabled: draft.enabled ?? true,
          priority: 0,
        },
        organizationId,
      )
      if (isRefused(checked)) throw new Error(JSON.stringify(checked))
      return database.sql.begin((sql) => savePolicy(sql, world, organizationId, checked, undefined))
    },
    async remove(id) {
      await database.sql.begin(async (sql) => {
        const found = await findPolicy(sql, organizationId, id)
        if (found) await deletePolicy(sql, found)
      })
    },
    async account(policyId) {
      const [row] = await database.sql<Account[]>`
        select posted, overage, pending, expired from ledger_accounts a join ledger_meters m on m.id = a.meter_id
         where m.policy_id = ${policyId} and not m.retired order by a.starts_at desc limit 1`
      return row ?? { posted: 0n, overage: 0n, pending: 0n, expired: 0n }
    },
  }
}

export function termsOf(cost: bigint, tokens: number, decision: Terms['decision']): Terms {
  return {
    decision,
    price: undefined,
    multiplier: STANDARD,
    ceiling: {
      kind: 'bounded',
      nanos: nanos(cost),
      inputTokens: tokens,
      outputTokens: 0,
      inputNanos: nanos(cost),
      outputRate: 0n,
    },
    nanos: nanos(cost),
    tokens,
    mayHideOutput: false,
    hold: 'full',
  }
}

export function eventOf(opened: ExchangeOpened | undefined, costNanos: bigint): ExchangeEvent {
  if (!opened) throw new Error('the call has no row')
  const closed: ExchangeClosed = {
    id: opened.id,
    endedAtMs: opened.startedAtMs + 5,
    outcome: 'ok',
    status: 200,
    errorCode: undefined,
    upstreamStatus: 200,
    upstreamRequestId: undefined,
    responseModel: 'gpt-4o-2024-08-06',
    responseId: undefined,
    finishReasons: ['stop'],
    usage: { inputTokens: 5, outputTokens: 5 },
    costNanos: nanos(costNanos),
    costBasis: 'measured',
    firstByteMs: 1,
    overheadMs: 1,
    policies: NO_POLICIES,
    findings: [],
  }
  return { version: 1, opened, closed }
}

function openedOf(id: string, who: Subject, processId: string, world: World): ExchangeOpened {
  return {
    id,
    organizationId: who.organizationId,
    workspaceId: who.workspaceId,
    keyId: who.keyId,
    keyShort: 'abcdefghijkl',
    userId: who.userId,
    processId,
    startedAtMs: world.clock.now(),
    provider: who.provider,
    dialect: 'openai.chat',
    operation: 'chat',
    method: 'POST',
    path: '/chat/completions',
    requestModel: who.requestModel,
    stream: true,
    traceId: '0'.repeat(32),
    parentSpanId: undefined,
    traceState: undefined,
    sessionId: undefined,
    userAgent: 'test',
  }
}
