import type { Nanos } from '../base/money.ts'
import { ceilingDivide, nanos } from '../base/money.ts'
import type { Usage } from '../base/usage.ts'

/** Nanodollars per million tokens of each kind. A kind without a rate is charged at the kind it is a part of. */
export interface Rates {
  readonly input: bigint
  readonly output: bigint
  readonly cacheRead?: bigint
  /** Written for the provider's default time (5 minutes with Anthropic). */
  readonly cacheWrite?: bigint
  readonly cacheWrite1h?: bigint
  readonly reasoning?: bigint
  readonly inputAudio?: bigint
  readonly outputAudio?: bigint
  readonly cacheReadAudio?: bigint
  readonly inputImage?: bigint
  readonly outputImage?: bigint
}

/** Rates that hold for the whole call once its input is larger than `aboveInputTokens`. */
export interface Step {
  readonly aboveInputTokens: number
  readonly rates: Rates
}

/** What one model costs at one moment. */
export interface Price {
  /** The provider's name in this product: `openai`, `anthropic`, `gemini`, `demo`. */
  readonly provider: string
  /** The price identity: many model names (dated snapshots) share one. Policies match it as `model`. */
  readonly model: string
  /** Ascending; the first starts at 0, so there is always one that applies. */
  readonly steps: readonly [Step, ...Step[]]
  /** Nanodollars per 1 000 uses of a tool the provider runs itself. */
  readonly toolsPerThousand: Readonly<Record<string, bigint>>
  /** Nanodollars per 1 000 requests, for models billed by the call. */
  readonly requestsPerThousand: bigint
  /** Input and output together never exceed this many tokens; undefined when unknown. */
  readonly contextTokens: number | undefined
  /** The most one answer can hold; undefined when unknown (then the context is the bound). */
  readonly outputTokensMax: number | undefined
  /** True when the provider may bill output that the caller never sees (reasoning). */
  readonly hidesOutput: boolean
  readonly validFromMs: number | undefined
  /** Where the numbers come from, e.g. `genai-prices` or `override`. */
  readonly source: string
  /** Version of the source, or the id of the override row. */
  readonly revision: string
}

/** A factor on token prices as a fraction, so that no float touches money. */
export interface Multiplier {
  readonly times: bigint
  readonly per: bigint
}

/** The standard service tier. */
export const STANDARD: Multiplier = { times: 1n, per: 1n }

const PER_MILLION = 1_000_000n

/** The rates that hold for a call with this much input: tiers are chosen by the whole input, for all kinds. */
export function ratesFor(price: Price, inputTokens: number): Rates {
  let rates = price.steps[0].rates
  for (const step of price.steps) if (inputTokens > step.aboveInputTokens) rates = step.rates
  return rates
}

/**
 * What a usage costs: the most specific kinds first, the rest at the base rate, tool fees per use, and one
 * division at the end, rounded up. `multiplier` is the service tier's; it does not touch tool fees.
 */
export function costOf(usage: Usage, price: Price, multiplier: Multiplier = STANDARD): Nanos {
  const rates = ratesFor(price, usage.inputTokens)
  const tokens = inputMicros(usage, rates) + outputMicros(usage, rates)
  let fees = price.requestsPerThousand * 1000n
  for (const [tool, uses] of Object.entries(usage.toolUses ?? {}))
    fees += BigInt(uses) * (price.toolsPerThousand[toolName(tool)] ?? 0n) * 1000n
  const dividend = tokens * multiplier.times + fees * multiplier.per
  return nanos(ceilingDivide(dividend, PER_MILLION * multiplier.per))
}

/** A tool's name without version date and preview mark: `web_search_20250305` → `web_search`. */
export function toolName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_-]\d{8}$|_\d{4}_\d{2}_\d{2}$/, '')
    .replace(/_preview$/, '')
}

/** Input cost times one million. Parts overlap only where cached tokens are also audio or image. */
function inputMicros(usage: Usage, rates: Rates): bigint {
  const cachedAudio = Math.min(usage.cacheReadAudioTokens ?? 0, usage.cacheReadTokens ?? 0)
  const audio = Math.max(0, (usage.inputAudioTokens ?? 0) - cachedAudio)
  const image = usage.inputImageTokens ?? 0
  const write = usage.cacheWriteTokens ?? 0
  const writeHour = usage.cacheWrite1hTokens ?? 0
  const cachedText = (usage.cacheReadTokens ?? 0) - cachedAudio
  const others = cachedAudio + audio + image + write + writeHour
  // What is both cached and image is told twice: it stays at the dearer image rate, so the bill is never short.
  const cached = Math.max(0, Math.min(cachedText, usage.inputTokens - others))
  const rest = Math.max(0, usage.inputTokens - others - cached)
  const readRate = rates.cacheRead ?? rates.input
  const writeRate = rates.cacheWrite ?? rates.input
  return (
    BigInt(rest) * rates.input +
    BigInt(cached) * readRate +
    BigInt(cachedAudio) * (rates.cacheReadAudio ?? readRate) +
    BigInt(audio) * (rates.inputAudio ?? rates.input) +
    BigInt(image) * (rates.inputImage ?? rates.input) +
    BigInt(write) * writeRate +
    BigInt(writeHour) * (rates.cacheWrite1h ?? writeRate)
  )
}

/** Output cost times one million. */
function outputMicros(usage: Usage, rates: Rates): bigint {
  const audio = usage.outputAudioTokens ?? 0
  const image = usage.outputImageTokens ?? 0
  const reasoning = usage.reasoningTokens ?? 0
  const rest = Math.max(0, usage.outputTokens - audio - image - reasoning)
  return (
    BigInt(rest) * rates.output +
    BigInt(audio) * (rates.outputAudio ?? rates.output) +
    BigInt(image) * (rates.outputImage ?? rates.output) +
    BigInt(reasoning) * (rates.reasoning ?? rates.output)
  )
}
