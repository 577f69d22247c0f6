import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Ask } from '../../src/base/ask.ts'
import { nanos } from '../../src/base/money.ts'
import { billOf } from '../../src/pricing/bill.ts'
import { catalog } from '../../src/pricing/catalog.ts'
import { ceilingOf, outputTokensThatFit } from '../../src/pricing/ceiling.ts'
import { ceilingFacts } from '../../src/pricing/ceiling-facts.ts'
import { servedMultiplier, tierMultiplier } from '../../src/pricing/facts.ts'
import type { Price } from '../../src/pricing/price.ts'
import { costOf, STANDARD } from '../../src/pricing/price.ts'
import { seededModels } from '../../src/pricing/seed.ts'

const prices = catalog()
const NOW = Date.UTC(2026, 10, 22)

function priceOf(provider: string, model: string): Price {
  const price = prices.priceFor(provider, model, NOW)
  if (!price) throw new Error(`${model} has no price`)
  return price
}

function ask(over: Partial<Ask> = {}): Ask {
  return {
    operation: 'chat',
    model: 'gpt-4o',
    stream: true,
    outputTokensMax: 100,
    answers: 1,
    usageAsked: false,
    unbounded: [],
    images: 0,
    serverTools: [],
    serviceTier: undefined,
    ...over,
  }
}

const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] })

describe('the ceiling', () => {
  test('bounds every bill the request can lead to, for every model, tier and kind', () => {
    const models = seededModels().filter((each) => prices.priceFor(each.provider, each.model, NOW))
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    // Asked for, and what may then serve the call.
    const tiers: readonly (readonly [string | undefined, readonly (string | undefined)[]])[] = [
      [undefined, [undefined, 'default', 'standard']],
      ['default', [undefined, 'default']],
      ['flex', [undefined, 'flex', 'default', 'standard', 'batch']],
      ['priority', [undefined, 'priority', 'default', 'standard']],
      ['fast', [undefined, 'fast', 'default', 'standard']],
      ['ultrafast', [undefined, 'ultrafast', 'default']],
      ['novel', [undefined, 'novel', 'default']],
    ]
    const auto = [undefined, 'default', 'priority', 'flex'] as const
    const tier = fc.constantFrom(...tiers, ['auto', auto] as const)
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.nat(600_000),
        fc.nat(20_000),
        fc.integer({ min: 1, max: 4 }),
        part,
        part,
        part,
        tier,
        (each, textBytes, outputTokensMax, answers, a, b, c, [serviceTier, serving]) => {
          const price = priceOf(each.provider, each.model)
          const facts = { textBytes, tools: true, cacheWrites: true, media: true, thinking: true }
          const ceiling = ceilingOf(ask({ outputTokensMax, answers, serviceTier }), facts, price)
          if (ceiling.kind !== 'bounded') throw new Error(ceiling.reasons.join())
          const input = textBytes
          const output =
            Math.min(outputTokensMax, ceiling.outputTokens) *
            (ceiling.outputTokens > 0 ? answers : 0)
          const read = Math.floor(input * a)
          const write = Math.floor((input - read) * b)
          const hour = Math.floor((input - read - write) * c)
          const usage = {
            inputTokens: input,
            cacheReadTokens: read,
            cacheWriteTokens: write,
            cacheWrite1hTokens: hour,
            inputAudioTokens: input - read - write - hour,
            outputTokens: Math.min(output, ceiling.outputTokens),
            outputAudioTokens: Math.floor(Math.min(output, ceiling.outputTokens) * a),
          }
          const multiplier = tierMultiplier(each.provider, price.model, serviceTier)
          for (const served of serving) {
            const factor = servedMultiplier(each.provider, price.model, multiplier, served)
            expect(ceiling.nanos >= costOf(usage, price, factor)).toBe(true)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('uses the long-context rate as soon as the body may reach it', () => {
    const price = priceOf('openai', 'gpt-5.5')
    const facts = ceilingFacts('x'.repeat(300_000), 'openai')
    const ceiling = ceilingOf(ask({ outputTokensMax: 1 }), facts, price)
    // More than 300 000 tokens at the long rate of $10 per million.
    expect(ceiling.kind === 'bounded' && ceiling.nanos > 3_000_000_000n).toBe(true)
  })

  test('takes the model maximum when the caller names none', () => {
    const ceiling = ceilingOf(
      ask({ outputTokensMax: undefined }),
      ceilingFacts(body, 'openai'),
      priceOf('openai', 'gpt-4o'),
    )
    expect(ceiling.kind === 'bounded' && ceiling.outputTokens).toBe(16_384)
  })

  test('takes the whole context for a body that refers to what it does not show', () => {
    const facts = ceilingFacts(body, 'openai')
    const ceiling = ceilingOf(
      ask({ unbounded: ['previous_response_id'] }),
      facts,
      priceOf('openai', 'gpt-4o'),
    )
    expect(ceiling.kind === 'bounded' && ceiling.inputTokens).toBe(128_000)
  })

  test('adds the most uses of a priced tool and is unbounded for a tool without a known fee', () => {
    const price = priceOf('openai', 'gpt-4o')
    const facts = ceilingFacts(body, 'openai')
    const known = ceilingOf(ask({ serverTools: ['web_search_preview'] }), facts, price)
    expect(known.kind === 'bounded' && known.nanos > 320_000_000n).toBe(true)
    const unknown = ceilingOf(ask({ serverTools: ['time_travel'] }), facts, price)
    expect(unknown).toEqual({ kind: 'unbounded', reasons: ['tool:time_travel'] })
  })

  test('is unbounded when even the context window is unknown', () => {
    const price = { ...priceOf('openai', 'gpt-4o'), contextTokens: undefined }
    const ceiling = ceilingOf(ask({ unbounded: ['file'] }), ceilingFacts(body, 'openai'), price)
    expect(ceiling).toEqual({ kind: 'unbounded', reasons: ['file'] })
  })

  test('cannot be lowered by spelling a key with escapes', () => {
    const plain = ceilingFacts('{"a":{"cache_control":1}}', 'anthropic')
    const hidden = ceilingFacts('{"a":{"c\\u0061che_control":1}}', 'anthropic')
    expect([plain.cacheWrites, hidden.cacheWrites]).toEqual([true, true])
    expect(ceilingFacts('{"a":1}', 'anthropic').cacheWrites).toBe(false)
  })

  test('says which max_tokens would still fit, and that one does fit', () => {
    const price = priceOf('openai', 'gpt-4o')
    const facts = ceilingFacts(body, 'openai')
    const ceiling = ceilingOf(ask({ outputTokensMax: 4_000 }), facts, price)
    if (ceiling.kind !== 'bounded') throw new Error('unbounded')
    const room = nanos(ceiling.nanos / 2n)
    const fits = outputTokensThatFit(ceiling, room)
    if (fits === undefined) throw new Error('nothing fits')
    const smaller = ceilingOf(ask({ outputTokensMax: fits }), facts, price)
    const larger = ceilingOf(ask({ outputTokensMax: fits + 1 }), facts, price)
    expect(smaller.kind === 'bounded' && smaller.nanos <= room).toBe(true)
    expect(larger.kind === 'bounded' && larger.nanos > room).toBe(true)
    expect(outputTokensThatFit(ceiling, nanos(1))).toBeUndefined()
  })
})

describe('the bill', () => {
  const price = priceOf('openai', 'gpt-4o')
  const ceiling = ceilingOf(ask(), ceilingFacts(body, 'openai'), price)
  const ending = {
    price,
    multiplier: STANDARD,
    ceiling,
    usage: { inputTokens: 10, outputTokens: 5 },
    usageSuspect: false,
    complete: true,
    refusedByProvider: false,
    outputBytes: 20,
    mayHideOutput: false,
  }
  const most = ceiling.kind === 'bounded' ? ceiling.nanos : nanos(0)

  test('is the measured cost when the provider told it', () => {
    expect(billOf(ending)).toEqual({ costNanos: costOf(ending.usage, price), basis: 'measured' })
  })

  test('is the upper bound when output can be hidden and usage never came', () => {
    const aborted = { ...ending, usage: undefined, complete: false, mayHideOutput: true }
    expect(billOf(aborted)).toEqual({ costNanos: most, basis: 'ceiling' })
  })

  test('is counted from what was seen when all output is visible, and never above the bound', () => {
    const aborted = { ...ending, usage: undefined, complete: false }
    const counted = billOf(aborted)
    expect(counted?.basis).toBe('counted')
    expect(counted && counted.costNanos > 0n && counted.costNanos < most).toBe(true)
    expect(billOf({ ...aborted, outputBytes: 9_999_999 })?.costNanos).toBe(most)
  })

  test('does not believe absurd usage', () => {
    const absurd = { ...ending, usage: { inputTokens: -1, outputTokens: 5 }, mayHideOutput: true }
    expect(billOf(absurd)).toEqual({ costNanos: most, basis: 'ceiling' })
    expect(billOf({ ...ending, usageSuspect: true })?.basis).toBe('counted')
  })

  test('is nothing when the provider refused the call', () => {
    const refused = { ...ending, usage: undefined, complete: false, refusedByProvider: true }
    expect(billOf(refused)).toEqual({ costNanos: nanos(0), basis: 'measured' })
  })
})
