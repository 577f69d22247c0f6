import type { MatchLogic, ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import { findProvider } from '@pydantic/genai-prices'
import { contextTokensOf, hidesOutput, outputTokensMaxOf, toolFees } from './facts.ts'
import type { Price, Rates, Step } from './price.ts'

/** Our provider names → the names in the price data. */
const SEEDED: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'google',
}

/** The price data's version, shown as the revision of seeded prices; a test compares it with the lockfile. */
export const SEED_REVISION = '0.1.8'
/** The day on which that version was published (npm), which is the age of what it says. */
export const SEED_PUBLISHED = '2026-09-23'

const KINDS: Readonly<Record<string, keyof Rates>> = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWrite1h',
  output_reasoning_mtok: 'reasoning',
  input_audio_mtok: 'inputAudio',
  output_audio_mtok: 'outputAudio',
  cache_audio_read_mtok: 'cacheReadAudio',
  input_image_mtok: 'inputImage',
  output_image_mtok: 'outputImage',
}

const TOOLS: Readonly<Record<string, string>> = {
  web_searches_kcount: 'web_search',
  storage_searches_kcount: 'file_search',
}

/** Keys that may be there without changing a bill: cached images are charged at the dearer image rate. */
const IGNORED = new Set(['cache_image_read_mtok', 'input_video_mtok', 'output_video_mtok'])

/**
 * Every dated price of a model, oldest first, from `@pydantic/genai-prices` (its table; its float arithmetic is
 * not used). Empty when the model is unknown, listed without any rate, or billed in units we cannot meter:
 * such a model is unpriced, never free.
 */
export function seededPrices(provider: string, model: string): readonly Price[] {
  const found = findModel(provider, model)
  if (!found) return []
  const sets = Array.isArray(found.prices) ? found.prices : [{ prices: found.prices }]
  return sets.flatMap((set) => {
    const constraint = 'constraint' in set ? set.constraint : undefined
    if (constraint?.type === 'time_of_date') return []
    const from = constraint ? Date.parse(`${constraint.start_date}T00:00:00Z`) : undefined
    const price = readPrice(provider, found, set.prices, from)
    return price ? [price] : []
  })
}

/** One known model of the price data, for listings. */
export interface SeededModel {
  readonly provider: string
  readonly model: string
}

/** Every model of the price data that belongs to one of our providers. */
export function seededModels(): readonly SeededModel[] {
  return Object.entries(SEEDED).flatMap(([provider, id]) =>
    (findProvider({ providerId: id })?.models ?? []).map(({ id: model }) => ({ provider, model })),
  )
}

function findModel(provider: string, model: string): ModelInfo | undefined {
  const id = SEEDED[provider]
  if (id === undefined) return undefined
  const models = findProvider({ providerId: id })?.models ?? []
  const find = (name: string) => models.find(({ match }) => matches(match, name))
  // Snapshots are written with and without dashes in their date; the data knows one of the two.
  return find(model) ?? find(model.replace(/-(20\d\d)(\d\d)(\d\d)(?=-|:|$)/, '-$1-$2-$3'))
}

function matches(logic: MatchLogic, model: string): boolean {
  if ('or' in logic) return logic.or.some((each) => matches(each, model))
  if ('and' in logic) return logic.and.every((each) => matches(each, model))
  if ('equals' in logic) return model === logic.equals.toLowerCase()
  if ('starts_with' in logic) return model.startsWith(logic.starts_with.toLowerCase())
  if ('ends_with' in logic) return model.endsWith(logic.ends_with.toLowerCase())
  if ('contains' in logic) return model.includes(logic.contains.toLowerCase())
  return new RegExp(logic.regex).test(model)
}

function readPrice(
  provider: string,
  found: ModelInfo,
  prices: ModelPrice,
  validFromMs: number | undefined,
): Price | undefined {
  const starts = new Set([0])
  const tools: Record<string, bigint> = { ...toolFees(provider) }
  let requests = 0n
  for (const [key, value] of Object.entries(prices)) {
    if (value === undefined || IGNORED.has(key)) continue
    const tool = TOOLS[key]
    if (tool !== undefined && typeof value === 'number') tools[tool] = toNanos(value)
    else if (key === 'requests_kcount' && typeof value === 'number') requests = toNanos(value)
    else if (!(key in KINDS)) return undefined
    else if (typeof value === 'object') for (const tier of value.tiers) starts.add(tier.start)
  }
  const steps = [...starts].sort((a, b) => a - b).map((start) => readStep(prices, start))
  const [first, ...more] = steps
  if (!first || steps.some((step) => step === undefined)) return undefined
  return {
    provider,
    model: found.id,
    steps: [first, ...more.filter((step) => step !== undefined)],
    toolsPerThousand: tools,
    requestsPerThousand: requests,
    contextTokens: found.context_window ?? contextTokensOf(found.id),
    outputTokensMax: outputTokensMaxOf(found.id),
    hidesOutput: hidesOutput(provider, found.id),
    validFromMs,
    source: 'genai-prices',
    revision: SEED_REVISION,
  }
}

/** The rates just above `start` input tokens; undefined when there is neither an input nor an output rate. */
function readStep(prices: ModelPrice, start: number): Step | undefined {
  const rates: { -readonly [Kind in keyof Rates]?: bigint } = {}
  for (const [key, kind] of Object.entries(KINDS)) {
    const value = prices[key]
    if (value === undefined) continue
    if (typeof value === 'number') rates[kind] = toNanos(value)
    else {
      let price = value.base
      for (const tier of value.tiers) if (tier.start <= start && start > 0) price = tier.price
      rates[kind] = toNanos(price)
    }
  }
  const input = rates.input ?? rates.output
  if (input === undefined) return undefined
  return { aboveInputTokens: start, rates: { ...rates, input, output: rates.output ?? input } }
}

/** Dollars as the data's float → whole nanodollars; float noise is rounded off, a real remainder rounds up. */
function toNanos(dollars: number): bigint {
  const exact = dollars * 1e9
  const near = Math.round(exact)
  return BigInt(Math.abs(exact - near) < 1e-3 ? near : Math.ceil(exact))
}
