import type { ExchangeOpened } from '../../src/base/exchange.ts'
import { Failure } from '../../src/base/failure.ts'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { decide } from '../../src/policies/decide.ts'
import type { Subject } from '../../src/policies/match.ts'
import type { PolicySet } from '../../src/policies/policy-set.ts'
import { billOf } from '../../src/pricing/bill.ts'
import { ceilingOf } from '../../src/pricing/ceiling.ts'
import type { Price } from '../../src/pricing/price.ts'
import { STANDARD } from '../../src/pricing/price.ts'
import type { Hold, Ledger } from '../../src/store/ledger.ts'
import { openLedger } from '../../src/store/ledger.ts'
import type { City, Truth } from './city.ts'
import type { SimDatabase } from './database.ts'
import { closedWith, openedWith } from './events.ts'

/** A hold lives this long without renewal; the longest calls outlive it. */
const TTL_MS = 8_000
const ORGANIZATION = '00000000-0000-7000-8000-00000000000a'

/** One nanodollar a token, so that amounts can be read; hidden output in half of the seeds. */
const price = (hidesOutput: boolean): Price => ({
  provider: 'openai',
  model: 'm',
  steps: [{ aboveInputTokens: 0, rates: { input: 1_000_000n, output: 1_000_000n } }],
  toolsPerThousand: {},
  requestsPerThousand: 0n,
  contextTokens: 100_000,
  outputTokensMax: 1_000,
  hidesOutput,
  validFromMs: undefined,
  source: 'simulation',
  revision: '1',
})

/** One gateway process: the product's ledger, policies and bill, over the simulated database. */
export interface Gateway {
  serve(keyId: string): Promise<void>
  die(): void
}

export function gateway(city: City, database: SimDatabase, name: string): Gateway {
  const { time, truths } = city
  const world = time.world(name)
  const processId = name
  const ledger: Ledger = openLedger({ port: database.port(name), world, processId, ttlMs: TTL_MS })
  const priced = price(time.chance(0.5))
  let known: PolicySet | undefined
  const own: Truth[] = []
  const setNow = async (again: boolean): Promise<PolicySet> => {
    if (again || !known || time.chance(0.1)) known = await database.policies(name)
    return known
  }
  return {
    die() {
      for (const truth of own) {
        if (truth.answers.length === 0) truth.orphaned = true
        if (!truth.committed) truth.lost = true
      }
      time.kill(name)
    },
    async serve(keyId) {
      const subject = subjectOf(keyId)
      const id = newId(world)
      const truth: Truth = {
        id,
        subject,
        sent: false,
        billed: 0n,
        measured: false,
        answers: [],
        orphaned: false,
        committed: false,
        lost: false,
      }
      truths.push(truth)
      own.push(truth)
      const opened = openedWith(id, subject, processId, world.clock.now())
      const ask = askOf(time.between(1, 40))
      const ceiling = ceilingOf(ask, factsOf(time.between(1, 40)), priced)
      if (ceiling.kind !== 'bounded') throw new Error('unbounded')
      // The marker allowance would hide small mistakes: amounts here are exact.
      const most =
        city.mutant === 'hold_below_the_bill' ? (ceiling.nanos * 7n) / 10n : ceiling.nanos
      try {
        const hold = await ledger.reserve({
          id,
          subject,
          opened,
          terms: async (again) => ({
            decision: decide(await setNow(again), subject, false),
            price: priced,
            multiplier: STANDARD,
            ceiling,
            nanos: nanos(most),
            tokens: 0,
            mayHideOutput: priced.hidesOutput,
            hold: 'full',
          }),
        })
        await forward(city, name, truth, hold, opened)
      } catch (cause) {
        if (!(cause instanceof Failure)) throw cause
        truth.answers.push(cause.code)
        await record(city, database, name, opened)
      }
    },
  }
}

/** A refused call has a row too, however long the store is away; it may have been opened without our knowing. */
async function record(
  { time }: City,
  database: SimDatabase,
  owner: string,
  opened: ExchangeOpened,
): Promise<void> {
  const closed = closedWith(opened.id, 'refused', undefined, undefined, time.wall())
  for (;;)
    try {
      return await database.record(owner, { version: 1, opened, closed })
    } catch {
      await time.sleep(200, owner)
    }
}

/** From the hold to the last byte: the provider bills as soon as it is sent, whatever happens after. */
async function forward(
  city: City,
  owner: string,
  truth: Truth,
  hold: Hold,
  opened: ExchangeOpened,
): Promise<void> {
  const { time, mutant } = city
  const { ceiling, price: priced } = hold.terms
  if (ceiling.kind !== 'bounded' || !priced) return
  const event = (cost: bigint | undefined, outcome: 'ok' | 'aborted') => ({
    version: 1 as const,
    opened,
    closed: closedWith(opened.id, outcome, cost, undefined, time.wall()),
  })
  void hold.ended.then(() => {
    truth.committed = true
  })
  if (time.chance(0.1)) {
    hold.void(event(undefined, 'aborted'))
    truth.answers.push('left')
    return
  }
  await time.sleep(time.between(0, 5), owner)
  truth.sent = true
  const inputTokens = time.between(0, ceiling.inputTokens)
  const outputTokens = time.chance(0.3)
    ? ceiling.outputTokens
    : time.between(0, ceiling.outputTokens)
  truth.billed = BigInt(time.chance(0.2) ? ceiling.nanos : inputTokens + outputTokens)
  const exact = truth.billed === ceiling.nanos
  await time.sleep(time.chance(0.1) ? time.between(5_000, 20_000) : time.between(5, 800), owner)
  const hungUp = time.chance(0.2)
  const usage = exact
    ? { inputTokens: ceiling.inputTokens, outputTokens: ceiling.outputTokens }
    : { inputTokens, outputTokens }
  const told = !hungUp && time.chance(0.85)
  const bill = billOf({
    price: priced,
    multiplier: hold.terms.multiplier,
    ceiling,
    usage: told ? usage : undefined,
    usageSuspect: false,
    complete: told,
    refusedByProvider: false,
    outputBytes: usage.outputTokens,
    mayHideOutput: hold.terms.mayHideOutput,
  })
  const cost =
    hungUp && mutant === 'hang_ups_cost_nothing' ? nanos(0) : (bill?.costNanos ?? nanos(0))
  truth.measured = told
  truth.answers.push(hungUp ? 'left' : 'ok')
  const ended = event(cost, hungUp ? 'aborted' : 'ok')
  if (hungUp && mutant === 'sent_calls_are_voided') hold.void(ended)
  else hold.settle({ nanos: cost, tokens: 0, basis: bill?.basis }, ended)
  // A second ending of the same call, as a late callback would send it.
  if (time.chance(0.1)) hold.void(ended)
}

function subjectOf(keyId: string): Subject {
  return {
    organizationId: ORGANIZATION,
    workspaceId: 'w',
    userId: undefined,
    keyId,
    provider: 'openai',
    model: 'm',
    requestModel: 'm',
    custom: new Map(),
  }
}

function askOf(outputTokensMax: number) {
  return {
    operation: 'chat',
    model: 'm',
    stream: true,
    outputTokensMax,
    answers: 1,
    usageAsked: true,
    unbounded: [],
    images: 0,
    serverTools: [],
    serviceTier: undefined,
  }
}

function factsOf(textBytes: number) {
  return { textBytes, tools: false, cacheWrites: false, media: false, thinking: false }
}
