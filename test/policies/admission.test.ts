import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Ask } from '../../src/base/ask.ts'
import { Failure } from '../../src/base/failure.ts'
import { nanos } from '../../src/base/money.ts'
import { WINDOWS, windowEnd, windowStart } from '../../src/base/window.ts'
import type { Admission } from '../../src/policies/admission.ts'
import { admit } from '../../src/policies/admission.ts'
import type { Decision } from '../../src/policies/decide.ts'
import { nextTotal, SLICE_MARGIN_TOKENS } from '../../src/policies/slice.ts'
import { catalog } from '../../src/pricing/catalog.ts'

const price = catalog().priceFor('openai', 'gpt-4o', Date.UTC(2026, 10, 22))
const reasoning = catalog().priceFor('openai', 'gpt-5', Date.UTC(2026, 10, 22))

const decision: Decision = {
  policyVersion: 1,
  matched: [],
  modelDenied: [],
  legs: [],
  byMeter: new Map(),
  fresh: [],
  capped: true,
  ceilingPrice: undefined,
  unmeteredAllowed: false,
  hold: 'full',
  guard: undefined,
}

const ask: Ask = {
  operation: 'chat',
  model: 'gpt-4o',
  stream: true,
  outputTokensMax: 8_000,
  answers: 1,
  usageAsked: false,
  unbounded: [],
  images: 0,
  serverTools: [],
  serviceTier: undefined,
}

const facts = { textBytes: 400, tools: false, cacheWrites: false, media: false, thinking: false }

function admitted(over: Partial<Admission> = {}) {
  return admit({ decision, ask, facts, price, cost: 'metered', ...over })
}

function codeOf(over: Partial<Admission>): string | undefined {
  const terms = admitted(over)
  return terms instanceof Failure ? terms.code : undefined
}

describe('admission', () => {
  test('holds the whole upper bound by default', () => {
    const terms = admitted()
    if (terms instanceof Failure || terms.ceiling.kind !== 'bounded') throw new Error('refused')
    expect(terms.nanos).toBe(terms.ceiling.nanos)
  })

  test('what has no price, no bound or no meter is refused under a cap and passes without', () => {
    const free = { ...decision, capped: false, unmeteredAllowed: true }
    const open = { ...ask, serverTools: ['time_travel'] }
    expect(codeOf({ price: undefined })).toBe('model_unpriced')
    expect(codeOf({ ask: open })).toBe('cost_unbounded')
    expect(codeOf({ cost: 'unmetered' })).toBe('unmetered_route')
    expect(codeOf({ price: undefined, decision: free })).toBeUndefined()
    expect(codeOf({ ask: open, decision: free })).toBeUndefined()
    expect(codeOf({ cost: 'unmetered', decision: free })).toBeUndefined()
    expect(codeOf({ cost: 'free', price: undefined })).toBeUndefined()
  })

  test('a ceiling price named by the policy stands in for a missing one', () => {
    const named = { ...decision, ceilingPrice: { input: 20_000_000_000n, output: 80_000_000_000n } }
    const terms = admitted({ price: undefined, decision: named })
    if (terms instanceof Failure) throw terms
    expect(terms.nanos > 640_000_000n).toBe(true)
  })

  test('sliced holds are only for streams whose output can be followed', () => {
    const sliced = { ...decision, hold: 'sliced' as const }
    const terms = admitted({ decision: sliced })
    if (terms instanceof Failure || terms.ceiling.kind !== 'bounded') throw new Error('refused')
    expect([terms.hold, terms.nanos < terms.ceiling.nanos]).toEqual(['sliced', true])
    const hidden = admitted({ decision: sliced, price: reasoning })
    const whole = admitted({ decision: sliced, ask: { ...ask, stream: false } })
    for (const full of [hidden, whole])
      expect(full instanceof Failure ? full.code : full.hold).toBe('full')
  })

  test('a sliced hold stays ahead of the bill by its margin, up to the full hold', () => {
    const terms = admitted({ decision: { ...decision, hold: 'sliced' } })
    if (terms instanceof Failure || terms.ceiling.kind !== 'bounded') throw new Error('refused')
    const { ceiling } = terms
    fc.assert(
      fc.property(fc.array(fc.nat(SLICE_MARGIN_TOKENS), { maxLength: 40 }), (steps) => {
        let held = terms.nanos
        let seen = 0
        for (const step of steps) {
          seen += step
          const spent =
            ceiling.inputNanos + (BigInt(Math.min(seen, 8_000)) * ceiling.outputRate) / 1_000_000n
          expect(held >= spent).toBe(true)
          held = nextTotal(ceiling, held, seen) ?? held
          expect(held <= ceiling.nanos).toBe(true)
        }
      }),
    )
    expect(nextTotal(ceiling, nanos(ceiling.nanos), 10_000)).toBeUndefined()
  })
})

describe('windows', () => {
  test('hold every moment, end where the next begins, and begin in UTC', () => {
    const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) })
    fc.assert(
      fc.property(fc.constantFrom(...WINDOWS), moment, (window, at) => {
        const start = windowStart(window, at)
        const end = windowEnd(window, at)
        expect(start <= at && at < end).toBe(true)
        expect(windowStart(window, end)).toBe(end)
        expect(windowStart(window, end - 1)).toBe(start)
      }),
    )
    const at = Date.UTC(2026, 10, 22, 8, 45, 12, 345)
    const starts = WINDOWS.map((window) =>
      new Date(windowStart(window, at)).toISOString().slice(0, 16),
    )
    expect(starts).toEqual([
      '2026-11-22T08:45',
      '2026-11-22T08:00',
      '2026-11-22T00:00',
      '2026-11-16T00:00',
      '2026-11-01T00:00',
      '2001-01-01T00:00',
    ])
  })
})
