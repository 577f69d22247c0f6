import { describe, expect, test } from 'bun:test'
import { calcPrice } from '@pydantic/genai-prices'
import fc from 'fast-check'
import type { Usage } from '../../src/base/usage.ts'
import { catalog } from '../../src/pricing/catalog.ts'
import { servedMultiplier, tierMultiplier } from '../../src/pricing/facts.ts'
import { costOf } from '../../src/pricing/price.ts'
import { SEED_REVISION, seededModels } from '../../src/pricing/seed.ts'

const prices = catalog()
const NOW = Date.UTC(2026, 10, 22)

function cost(provider: string, model: string, usage: Usage, atMs = NOW): string {
  const price = prices.priceFor(provider, model, atMs)
  if (!price) throw new Error(`${model} has no price`)
  return costOf(usage, price).toString()
}

describe('published prices, to the nanodollar', () => {
  test('OpenAI: cached input is part of the input and half price on gpt-4o', () => {
    // 2 006 prompt tokens of which 1 920 cached, 300 out (the prompt caching guide's example usage):
    // 86 × $2.50 + 1 920 × $1.25 + 300 × $10.00 per million.
    const usage = { inputTokens: 2_006, cacheReadTokens: 1_920, outputTokens: 300 }
    expect(cost('openai', 'gpt-4o-2024-08-06', usage)).toBe('5615000')
  })

  test('OpenAI: reasoning tokens are part of the output, never billed twice', () => {
    const usage = { inputTokens: 75, outputTokens: 1_186, reasoningTokens: 1_024 }
    expect(cost('openai', 'gpt-5', usage)).toBe('11953750')
  })

  test('OpenAI: above 272 000 input tokens the whole call costs the long-context rate', () => {
    const at = { inputTokens: 271_999, outputTokens: 1_000 }
    const above = { inputTokens: 272_000, outputTokens: 1_000 }
    expect(cost('openai', 'gpt-5.5', at)).toBe('1389995000')
    expect(cost('openai', 'gpt-5.5', above)).toBe('2765000000')
  })

  test('OpenAI: a price change holds from its day on', () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 0 }
    expect(cost('openai', 'o3', usage, Date.UTC(2025, 5, 9, 23, 59))).toBe('10000000000')
    expect(cost('openai', 'o3', usage, Date.UTC(2025, 5, 10))).toBe('2000000000')
  })

  test('OpenAI: audio has its own rates, cached audio too', () => {
    // gpt-realtime: text $4 in, audio $32 in, cached $0.40, audio out $64, text out $16.
    const usage = {
      inputTokens: 1_000,
      inputAudioTokens: 600,
      cacheReadTokens: 500,
      cacheReadAudioTokens: 200,
      outputTokens: 300,
      outputAudioTokens: 250,
    }
    // text 100 × 4, cached text 300 × 0.4, cached audio 200 × 0.4, audio 400 × 32, out 50 × 16 + 250 × 64
    expect(cost('openai', 'gpt-realtime', usage)).toBe('30200000')
  })

  test('Anthropic: cache writes cost 1.25 (5 minutes) and 2 times (1 hour), reads a tenth', () => {
    const usage = {
      inputTokens: 50 + 100_000 + 2_000 + 1_000,
      cacheReadTokens: 100_000,
      cacheWriteTokens: 2_000,
      cacheWrite1hTokens: 1_000,
      outputTokens: 503,
    }
    // 50 × $3 + 100 000 × $0.30 + 2 000 × $3.75 + 1 000 × $6 + 503 × $15
    expect(cost('anthropic', 'claude-sonnet-4-20250514', usage)).toBe('51195000')
  })

  test('Anthropic: above 200 000 input tokens, cache included, everything is at the long rate', () => {
    const usage = { inputTokens: 200_001, cacheReadTokens: 200_000, outputTokens: 100 }
    expect(cost('anthropic', 'claude-sonnet-4-5', usage)).toBe('122256000')
  })

  test('Anthropic: web searches cost $10 per 1 000 on top of tokens', () => {
    const usage = { inputTokens: 105, outputTokens: 6_039, toolUses: { web_search: 1 } }
    expect(cost('anthropic', 'claude-opus-4-1', usage)).toBe('464500000')
  })

  test('Gemini: thoughts are output, long prompts cost double, names may carry models/', () => {
    const usage = { inputTokens: 200_001, outputTokens: 1_000, reasoningTokens: 900 }
    expect(cost('gemini', 'models/gemini-2.5-pro', usage)).toBe('515002500')
    expect(cost('gemini', 'gemini-2.5-pro', { ...usage, inputTokens: 200_000 })).toBe('260000000')
  })

  test('Gemini: audio input has its own rate', () => {
    const usage = { inputTokens: 1_500, inputAudioTokens: 1_000, outputTokens: 0 }
    expect(cost('gemini', 'gemini-2.5-flash', usage)).toBe('1150000')
  })

  test('a fraction of a nanodollar is rounded up, once', () => {
    expect(cost('openai', 'gpt-4.1-nano', { inputTokens: 0, outputTokens: 0 })).toBe('0')
    // 1 token at $0.025 per million is 25 nanodollars; at half price 12.5, so 13.
    const price = prices.priceFor('openai', 'gpt-4.1-nano', NOW)
    if (!price) throw new Error('no price')
    const usage = { inputTokens: 1, cacheReadTokens: 1, outputTokens: 0 }
    expect(costOf(usage, price)).toBe(costOf(usage, price, { times: 1n, per: 1n }))
    expect(costOf(usage, price, { times: 1n, per: 2n }).toString()).toBe('13')
  })

  test('flex and batch are half price, priority is dearer, tool fees stay', () => {
    const price = prices.priceFor('openai', 'gpt-4.1', NOW)
    if (!price) throw new Error('no price')
    const usage = { inputTokens: 1_000, outputTokens: 1_000, toolUses: { web_search: 1 } }
    const of = (tier: string) => costOf(usage, price, tierMultiplier('openai', 'gpt-4.1', tier))
    expect(of('default').toString()).toBe('20000000')
    expect(of('flex').toString()).toBe('15000000')
    expect(of('priority').toString()).toBe('27500000')
  })
})

describe('the tier that served a call is the one that is billed', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000 }
  /** Dollars for a million tokens each way: asked for, served by. */
  const bill = (provider: string, model: string, asked: string | undefined, served?: string) => {
    const price = prices.priceFor(provider, model, NOW)
    if (!price) throw new Error(`${model} has no price`)
    const wanted = tierMultiplier(provider, price.model, asked)
    const factor = servedMultiplier(provider, price.model, wanted, served)
    // Past the steps of long contexts nothing is compared here: a thousandth of the amount is what is billed.
    const some = {
      inputTokens: usage.inputTokens / 1_000,
      outputTokens: usage.outputTokens / 1_000,
    }
    return Number(costOf(some, price, factor)) / 1e6
  }

  test('OpenAI: fast (or priority) and flex fall back to default, and the project may set either', () => {
    // gpt-4.1: $2 in, $8 out; fast $3.50 and $14; flex half.
    expect(bill('openai', 'gpt-4.1', 'priority', 'priority')).toBe(17.5)
    expect(bill('openai', 'gpt-4.1', 'fast', 'priority')).toBe(17.5)
    expect(bill('openai', 'gpt-4.1', 'fast', 'default')).toBe(10)
    expect(bill('openai', 'gpt-4.1', 'flex', 'flex')).toBe(5)
    expect(bill('openai', 'gpt-4.1', 'flex', 'default')).toBe(10)
    expect(bill('openai', 'gpt-4.1', 'auto', 'default')).toBe(10)
    expect(bill('openai', 'gpt-4.1', undefined, 'priority')).toBe(17.5)
    // gpt-5.5: $5 and $30; fast $12.50 and $75. gpt-5.4-mini: $0.75 and $4.50; fast $1.50 and $9.
    expect(bill('openai', 'gpt-5.5', 'fast', 'priority')).toBe(87.5)
    expect(bill('openai', 'gpt-5.4-mini', 'fast', 'priority')).toBe(10.5)
  })

  test('Anthropic: fast mode as published by model, its priority tier and batches too', () => {
    // claude-opus-4-6: $5 and $25; fast $30 and $150. claude-opus-5: fast $10 and $50.
    expect(bill('anthropic', 'claude-opus-4-6', 'fast', 'fast')).toBe(180)
    expect(bill('anthropic', 'claude-opus-4-6', 'fast', 'standard')).toBe(30)
    expect(bill('anthropic', 'claude-opus-5', 'fast', 'fast')).toBe(60)
    expect(bill('anthropic', 'claude-opus-4-6', 'auto', 'priority')).toBe(30)
    expect(bill('anthropic', 'claude-opus-4-6', undefined, 'batch')).toBe(15)
  })

  test('Gemini: flex is half, priority at most double, a fallback costs standard', () => {
    // gemini-2.5-flash: $0.30 and $2.50.
    expect(bill('gemini', 'gemini-2.5-flash', 'flex', 'flex')).toBe(1.4)
    expect(bill('gemini', 'gemini-2.5-flash', 'SERVICE_TIER_PRIORITY', 'priority')).toBe(5.6)
    expect(bill('gemini', 'gemini-2.5-flash', 'priority', 'standard')).toBe(2.8)
  })

  test('an answer that does not say is billed at the dearer of what was asked and standard', () => {
    expect(bill('openai', 'gpt-4.1', 'flex')).toBe(10)
    expect(bill('openai', 'gpt-4.1', 'priority')).toBe(17.5)
    expect(bill('openai', 'gpt-4.1', 'flex', 'auto')).toBe(10)
  })
})

describe('what has no price', () => {
  test('an unknown model is unpriced, never free', () => {
    expect(prices.priceFor('openai', 'no-such-model-7', NOW)).toBeUndefined()
    expect(prices.priceFor('nobody', 'gpt-4o', NOW)).toBeUndefined()
    expect(prices.priceFor('openai', 'gpt-4o'.padEnd(300, 'x'), NOW)).toBeUndefined()
  })

  test('a model billed by the hour is unpriced, because hours are not metered', () => {
    expect(prices.priceFor('openai', 'whisper-1', NOW)).toBeUndefined()
  })

  test('moderation is a known zero and the demonstration has a nominal price', () => {
    expect(cost('openai', 'omni-moderation-latest', { inputTokens: 9, outputTokens: 0 })).toBe('0')
    expect(cost('demo', 'demo/echo', { inputTokens: 3, outputTokens: 4 })).toBe('11000')
  })
})

describe('overrides', () => {
  const base = prices.priceFor('demo', 'demo/echo', NOW)
  if (!base) throw new Error('no price')
  const own = {
    pattern: 'gpt-4o(-.*)?',
    price: {
      ...base,
      provider: 'openai',
      model: 'gpt-4o',
      source: 'override',
      validFromMs: Date.UTC(2026, 0, 1),
    },
  }

  test('an override wins from its day on and touches nothing else', () => {
    const merged = catalog([own])
    expect(merged.priceFor('openai', 'gpt-4o-2024-08-06', NOW)?.source).toBe('override')
    expect(merged.priceFor('openai', 'gpt-4o', Date.UTC(2025, 0, 1))?.source).toBe('genai-prices')
    expect(merged.priceFor('openai', 'gpt-4.1', NOW)?.source).toBe('genai-prices')
    expect(merged.priceFor('anthropic', 'gpt-4o', NOW)).toBeUndefined()
  })

  test('an override changes what a model costs, not what it is', () => {
    const silent = {
      ...own.price,
      model: 'Our deal',
      contextTokens: undefined,
      outputTokensMax: undefined,
    }
    const found = catalog([{ ...own, price: silent }]).priceFor('openai', 'gpt-4o', NOW)
    expect(found).toMatchObject({
      source: 'override',
      model: 'gpt-4o',
      contextTokens: 128_000,
      outputTokensMax: 16_384,
    })
  })

  test('an override prices a model that nobody else knows', () => {
    const merged = catalog([{ ...own, pattern: 'house-.*' }])
    expect(merged.priceFor('openai', 'house-7b', NOW)?.source).toBe('override')
  })
})

test('the revision named in prices is the one installed', async () => {
  const manifest = await Bun.file('node_modules/@pydantic/genai-prices/package.json').json()
  expect(manifest.version).toBe(SEED_REVISION)
})

test('every seeded model costs what the data says, over random usages', () => {
  const models = seededModels().filter((each) => prices.priceFor(each.provider, each.model, NOW))
  expect(models.length).toBeGreaterThan(120)
  const count = fc.nat(400_000)
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      count,
      count,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (each, input, output, part) => {
        const price = prices.priceFor(each.provider, each.model, NOW)
        if (!price) throw new Error('no price')
        const cached = price.steps[0].rates.cacheRead === undefined ? 0 : Math.floor(input * part)
        const usage = { inputTokens: input, cacheReadTokens: cached, outputTokens: output }
        const theirs = calcPrice(
          {
            input_tokens: input,
            cache_read_tokens: cached,
            output_tokens: price.outputTokensMax === 0 ? 0 : output,
          },
          each.model,
          {
            providerId: each.provider === 'gemini' ? 'google' : each.provider,
            timestamp: new Date(NOW),
          },
        )
        if (!theirs || theirs.model.id !== price.model) return
        // Without an output rate we charge output as input, the data charges nothing.
        if (output > 0 && theirs.model_price['output_mtok'] === undefined) return
        const ours =
          Number(
            costOf(price.outputTokensMax === 0 ? { ...usage, outputTokens: 0 } : usage, price),
          ) / 1e9
        expect(Math.abs(ours - theirs.total_price)).toBeLessThan(1e-8 + theirs.total_price * 1e-12)
      },
    ),
    { numRuns: 3_000 },
  )
})
