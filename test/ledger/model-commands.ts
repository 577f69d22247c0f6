import { expect } from 'bun:test'
import fc from 'fast-check'
import { Failure } from '../../src/base/failure.ts'
import { nanos } from '../../src/base/money.ts'
import type { LedgerPort } from '../../src/policies/ledger-port.ts'
import type { Hold } from '../../src/store/ledger.ts'
import type { Bench, PolicyDraft } from '../support/ledger.ts'
import type { Model, ModelCall } from './model.ts'
import { sumsOf, verdictOf } from './model.ts'

/** The real thing: several processes over one database. */
export interface Real {
  readonly benches: readonly Bench[]
  readonly port: LedgerPort
  /** Scope → policy id. */
  readonly policies: Map<string, string>
  readonly holds: Map<string, Hold>
}

type Step = fc.AsyncCommand<Model, Real>

/** The organisation's subjects: fixed for all commands of a run. */
const KEYS = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002']
const MODELS = ['gpt-4o', 'gpt-4.1']

const key = fc.constantFrom(...KEYS)
const modelName = fc.constantFrom(...MODELS)
const amount = fc.bigInt(0n, 12n)
const which = fc.nat(50)
const process = fc.nat(1)
const scope = fc.oneof(
  fc.constantFrom('all', 'default'),
  key.map((id) => `key:${id}`),
  modelName.map((name) => `model:${name}`),
)

function step(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  ready?: (model: Model) => boolean,
): Step {
  return {
    check: (model) => ready?.(model) ?? true,
    async run(model, real) {
      await run(model, real)
      await agree(model, real)
    },
    toString: () => name,
  }
}

/** The value, which the command's own check has made sure of. */
function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a command ran where it could not')
  return value
}

function draftOf(target: string, limit: bigint, enabled: boolean): PolicyDraft {
  const config = { window: 'daily', limit_usd: (Number(limit) / 1e9).toFixed(9) }
  const [kind, value = ''] = target.split(/:(.*)/)
  if (kind === 'all') return { name: target, config, enabled }
  if (kind === 'default')
    return {
      type: 'default_spend_cap',
      name: target,
      matchers: [{ key: 'api_key_id', value: '' }],
      config,
      enabled,
    }
  return {
    name: target,
    matchers: [{ key: kind === 'key' ? 'api_key_id' : 'model', value }],
    config,
    enabled,
  }
}

const save = fc.tuple(scope, fc.bigInt(0n, 30n), fc.boolean()).map(([target, limit, enabled]) =>
  step(`save ${target} ${limit} ${enabled ? 'on' : 'off'}`, async (model, real) => {
    const { id } = await must(real.benches[0]).save(draftOf(target, limit, enabled))
    real.policies.set(target, id)
    model.caps.set(target, { limit, enabled })
    // An explicit cap takes the place of the one that the default made.
    if (target.startsWith('key:')) model.children.delete(target.slice(4))
  }),
)

const remove = scope.map((target) =>
  step(
    `remove ${target}`,
    async (model, real) => {
      await must(real.benches[0]).remove(real.policies.get(target) ?? '')
      real.policies.delete(target)
      model.caps.delete(target)
      if (target === 'default') model.children.clear()
    },
    (model) => model.caps.has(target),
  ),
)

const reserve = fc.tuple(key, modelName, amount, process).map(([keyId, name, cost, at]) =>
  step(`reserve ${cost} by ${keyId.slice(-1)} of ${name}`, async (model, real) => {
    const bench = must(real.benches[at])
    const call = bench.call(cost, { keyId, model: name, requestModel: name })
    const expected = verdictOf(model, keyId, name, cost)
    const answer = await bench.ledger.reserve(call).catch((cause: unknown) => cause)
    if (model.caps.has('default') && !model.caps.has(`key:${keyId}`)) model.children.add(keyId)
    if (expected.status === 200) {
      if (answer instanceof Error) throw answer
      real.holds.set(call.id, answer as Hold)
      model.calls.push({
        id: call.id,
        key: keyId,
        model: name,
        day: model.day,
        held: cost,
        posted: 0n,
        state: 'live',
      })
      return
    }
    if (!(answer instanceof Failure)) throw new Error(`expected ${expected.status}, got a hold`)
    expect(answer.row.status).toBe(expected.status)
    expect(answer.details?.policies).toBeArrayOfSize(expected.by.length)
  }),
)

/** The same call several times at once: one batch, of which as many are held as have room one after the other. */
const reserveMany = fc
  .tuple(key, modelName, amount, process, fc.integer({ min: 2, max: 4 }))
  .map(([keyId, name, cost, at, count]) =>
    step(`reserve ${count} × ${cost} by ${keyId.slice(-1)} of ${name}`, async (model, real) => {
      const bench = must(real.benches[at])
      const asked = Array.from({ length: count }, () =>
        bench.call(cost, { keyId, model: name, requestModel: name }),
      )
      const answers = await Promise.allSettled(asked.map((call) => bench.ledger.reserve(call)))
      if (model.caps.has('default') && !model.caps.has(`key:${keyId}`)) model.children.add(keyId)
      for (const [index, answer] of answers.entries()) {
        if (answer.status === 'rejected') {
          if (!(answer.reason instanceof Failure)) throw answer.reason
          continue
        }
        const { id } = must(asked[index])
        expect(verdictOf(model, keyId, name, cost).status).toBe(200)
        real.holds.set(id, answer.value)
        const { day } = model
        model.calls.push({
          id,
          key: keyId,
          model: name,
          day,
          held: cost,
          posted: 0n,
          state: 'live',
        })
      }
      const refused = answers.filter(({ status }) => status === 'rejected').length
      if (refused > 0) expect(verdictOf(model, keyId, name, cost).status).not.toBe(200)
    }),
  )

/** Ends the nth call of a state. */
function ending(
  name: string,
  states: readonly ModelCall['state'][],
  end: (call: ModelCall, hold: Hold, bill: bigint) => void,
) {
  return fc.tuple(which, amount).map(([at, bill]) =>
    step(
      `${name} #${at} ${bill}`,
      async (model, real) => {
        const fit = model.calls.filter(({ state }) => states.includes(state))
        const call = must(fit[at % fit.length])
        const hold = must(real.holds.get(call.id))
        end(call, hold, bill)
        await hold.ended
      },
      (model) => model.calls.some(({ state }) => states.includes(state)),
    ),
  )
}

const settle = ending('settle', ['live', 'expired'], (call, hold, bill) => {
  hold.settle({ nanos: nanos(bill), tokens: 1, basis: 'measured' }, undefined)
  call.state = 'settled'
  call.posted = bill
})

const voided = ending('void', ['live', 'expired'], (call, hold) => {
  hold.void(undefined)
  call.state = 'void'
  call.posted = 0n
})

/** Ending an ended call again must change nothing, whatever is claimed. */
const repeated = fc.tuple(which, amount, fc.constantFrom('settle', 'void')).map(([at, bill, how]) =>
  step(
    `end again #${at}`,
    async (model, real) => {
      const fit = model.calls.filter(({ state }) => state === 'settled' || state === 'void')
      const call = must(fit[at % fit.length])
      const { organizationId } = must(real.benches[0])
      await real.port.settle([
        {
          id: call.id,
          organizationId,
          processId: call.id,
          how: how === 'void' ? 'void' : 'settle',
          nanos: nanos(bill),
          tokens: 9,
          basis: 'measured',
          event: undefined,
        },
      ])
    },
    (model) => model.calls.some(({ state }) => state === 'settled' || state === 'void'),
  ),
)

/** Several endings in one batch, of any calls and some of them named twice: the first for each call counts. */
const endMany = fc
  .array(fc.tuple(which, amount, fc.constantFrom('settle', 'void')), { minLength: 2, maxLength: 6 })
  .map((wanted) =>
    step(
      `end ${wanted.map(([at, bill, how]) => `${how} #${at} ${bill}`).join(', ')}`,
      async (model, real) => {
        const { organizationId } = must(real.benches[0])
        const ends = wanted.map(([at, bill, how]) => ({
          call: must(model.calls[at % model.calls.length]),
          bill,
          how,
        }))
        const answers = await real.port.settle(
          ends.map(({ call, bill, how }) => ({
            id: call.id,
            organizationId,
            processId: call.id,
            how: how === 'void' ? ('void' as const) : ('settle' as const),
            nanos: nanos(bill),
            tokens: 9,
            basis: 'measured',
            event: undefined,
          })),
        )
        const expected = ends.map(({ call, bill, how }) => {
          const { state } = call
          if (state === 'settled' || state === 'void') return 'before'
          call.state = how === 'void' ? 'void' : 'settled'
          call.posted = how === 'void' ? 0n : bill
          return state === 'live' ? 'ended' : 'corrected'
        })
        expect([...answers]).toEqual(expected)
      },
      (model) => model.calls.length > 0,
    ),
  )

const expire = which.map((at) =>
  step(
    `expire #${at}`,
    async (model, real) => {
      const fit = model.calls.filter(({ state }) => state === 'live')
      const call = must(fit[at % fit.length])
      const { database } = must(real.benches[0])
      await database.sql`update ledger_holds set expires_at = now() - interval '1 second' where id = ${call.id}`
      expect(await real.port.expire(100)).toBe(1)
      call.state = 'expired'
    },
    (model) => model.calls.some(({ state }) => state === 'live'),
  ),
)

const extend = fc.tuple(which, amount).map(([at, more]) =>
  step(
    `extend #${at} by ${more}`,
    async (model, real) => {
      const fit = model.calls.filter((each) => each.state === 'live' && each.day === model.day)
      const call = must(fit[at % fit.length])
      const hold = must(real.holds.get(call.id))
      const expected = verdictOf(model, call.key, call.model, more, true)
      const failed = await hold.extend(nanos(call.held + more))
      if (more === 0n || expected.status === 200) {
        expect(failed).toBeUndefined()
        call.held += more
      } else expect(failed?.row.status).toBe(expected.status)
    },
    (model) => model.calls.some((call) => call.state === 'live' && call.day === model.day),
  ),
)

/** Moves everything a day into the past: the same as waiting a day, on a clock nobody can move. */
const nextDay = fc.constant(
  step('next day', async (model, real) => {
    const { database, organizationId } = must(real.benches[0])
    // There and back again, so that no row meets its neighbour on the way.
    for (const days of ['-1000 days', '999 days'])
      await database.sql.begin(async (sql) => {
        await sql`
          update ledger_accounts a set starts_at = a.starts_at + ${days}::interval from ledger_meters m
           where m.id = a.meter_id and m.organization_id = ${organizationId}`
        await sql`
          update ledger_holds h set reserved_at = h.reserved_at + ${days}::interval from ledger_subjects s
           where s.id = h.subject_id and s.organization_id = ${organizationId}`
        await sql`
          update ledger_hours o set hour = o.hour + ${days}::interval from ledger_subjects s
           where s.id = o.subject_id and s.organization_id = ${organizationId}`
      })
    model.day++
  }),
)

/** After every command: each cap's account shows what the model adds up. */
async function agree(model: Model, real: Real): Promise<void> {
  const bench = must(real.benches[0])
  for (const [target, id] of real.policies) {
    if (target === 'default') continue
    const account = await accountNow(bench, id)
    expect([target, account]).toEqual([target, sumsOf(model, target)])
  }
}

async function accountNow(bench: Bench, policyId: string) {
  const [row] = await bench.database.sql<{ spent: bigint; held: bigint }[]>`
    select a.posted + a.overage + a.expired as spent, a.pending as held from ledger_accounts a
      join ledger_meters m on m.id = a.meter_id and a.starts_at = ledger_start(m."window", now())
     where m.policy_id = ${policyId} and not m.retired`
  return row ? { spent: row.spent, held: row.held } : { spent: 0n, held: 0n }
}

/** Sequences of commands; reservations and endings are the common ones. */
export const commands = (maxCommands: number) =>
  fc.commands(
    [
      reserve,
      reserve,
      reserveMany,
      settle,
      settle,
      endMany,
      voided,
      repeated,
      expire,
      extend,
      save,
      save,
      remove,
      nextDay,
    ],
    {
      maxCommands,
      size: 'max',
    },
  )
