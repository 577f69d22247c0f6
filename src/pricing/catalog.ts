import { RE2JS } from 're2js'
import type { Price } from './price.ts'
import { seededPrices } from './seed.ts'

/** An administrator's own price: wins over the seeded one from `price.validFromMs` on. */
export interface PriceOverride {
  readonly price: Price
  /** RE2 pattern that must match the whole model name, in lower case. */
  readonly pattern: string
}

/** Prices by provider and model at a moment. */
export interface Catalog {
  /** The price that holds at `atMs`, or undefined: unpriced, which is never the same as free. */
  priceFor(provider: string, model: string, atMs: number): Price | undefined
}

/** Model names kept with their prices; names come from callers, so the number is bounded. */
const NAMES_MAX = 4_096
/** No provider's model name is longer; longer ones are never priced. */
const NAME_UNITS_MAX = 256

/** The demonstration model's nominal price: $1 in, $2 out per million tokens, so that the first trace shows a cost. */
const DEMO: Price = {
  provider: 'demo',
  model: 'demo/echo',
  steps: [{ aboveInputTokens: 0, rates: { input: 1_000_000_000n, output: 2_000_000_000n } }],
  toolsPerThousand: {},
  requestsPerThousand: 0n,
  contextTokens: 131_072,
  outputTokensMax: 4_096,
  hidesOutput: false,
  validFromMs: undefined,
  source: 'nominal',
  revision: '1',
}

/** OpenAI's moderation endpoint is free of charge (pricing page): a known zero, not an unknown price. */
const MODERATION: Price = {
  ...DEMO,
  provider: 'openai',
  model: 'omni-moderation',
  steps: [{ aboveInputTokens: 0, rates: { input: 0n, output: 0n } }],
  contextTokens: 32_768,
  outputTokensMax: 0,
  source: 'provider',
}

/** A catalog of the seeded prices with `overrides` merged in. Look-ups are remembered per model name. */
export function catalog(overrides: readonly PriceOverride[] = []): Catalog {
  const compiled = overrides.map(({ price, pattern }) => ({
    price,
    pattern: RE2JS.compile(pattern.toLowerCase()),
  }))
  const known = new Map<string, readonly Price[]>()
  const candidates = (provider: string, model: string): readonly Price[] => {
    const known = newestFirst(builtIn(provider, model))
    const own = compiled
      .filter((row) => row.price.provider === provider && row.pattern.matches(model))
      .map((row) => inherit(row.price, known[0]))
    return [...newestFirst(own), ...known]
  }
  return {
    priceFor(provider, model, atMs) {
      if (model.length > NAME_UNITS_MAX) return undefined
      const key = `${provider}\n${model}`
      let prices = known.get(key)
      if (!prices) {
        prices = candidates(provider, normalise(model))
        if (known.size >= NAMES_MAX) known.clear()
        known.set(key, prices)
      }
      return prices.find((price) => (price.validFromMs ?? 0) <= atMs)
    },
  }
}

/**
 * An own price changes what a model costs, not what it is: identity, context and maxima come from the built-in one
 * where it does not say otherwise, so that policies on the model go on matching and its ceiling stays a bound.
 */
function inherit(own: Price, known: Price | undefined): Price {
  if (!known) return own
  return {
    ...own,
    model: known.model,
    toolsPerThousand: { ...known.toolsPerThousand, ...own.toolsPerThousand },
    contextTokens: own.contextTokens ?? known.contextTokens,
    outputTokensMax: own.outputTokensMax ?? known.outputTokensMax,
    hidesOutput: own.hidesOutput || known.hidesOutput,
  }
}

/** Checks an override's pattern; gives the mistake in words, or undefined when it can be used. */
export function patternMistake(pattern: string): string | undefined {
  if (pattern.length === 0 || pattern.length > NAME_UNITS_MAX)
    return `must have 1 to ${NAME_UNITS_MAX} characters`
  try {
    RE2JS.compile(pattern.toLowerCase())
    return undefined
  } catch {
    return 'is not a valid RE2 pattern'
  }
}

function builtIn(provider: string, model: string): readonly Price[] {
  if (provider === 'demo') return model === 'demo/echo' || model === 'echo' ? [DEMO] : []
  if (provider === 'openai' && /^(omni|text)-moderation/.test(model)) return [MODERATION]
  return seededPrices(provider, model)
}

/** Gemini names models `models/…` in bodies and paths alike. */
function normalise(model: string): string {
  return model
    .trim()
    .toLowerCase()
    .replace(/^models\//, '')
}

/** Latest `validFromMs` first; undated rows are the oldest. */
function newestFirst(prices: readonly Price[]): readonly Price[] {
  return [...prices].sort((a, b) => (b.validFromMs ?? 0) - (a.validFromMs ?? 0))
}
