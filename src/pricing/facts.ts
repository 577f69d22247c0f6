import type { Multiplier } from './price.ts'
import { STANDARD } from './price.ts'

/**
 * Published facts that the price data does not hold. Each table says where it was read; all were checked in
 * November 2026 and only ever make a ceiling higher or a bill exact.
 */

/** Fees per 1 000 uses, in nanodollars, of tools the providers run. 0 = billed by tokens alone. */
const TOOL_FEES: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  // OpenAI's pricing page, "Built-in tools": containers cost $0.03 each, searches $10 and $2.50 per 1 000.
  openai: {
    web_search: 10_000_000_000n,
    file_search: 2_500_000_000n,
    code_interpreter: 30_000_000_000n,
    computer_use: 0n,
    mcp: 0n,
  },
  // Anthropic's pricing page, "Specific tool pricing": search $10 per 1 000; a container hour $0.05.
  anthropic: { web_search: 10_000_000_000n, web_fetch: 0n, code_execution: 50_000_000_000n },
  // Gemini's pricing page, "Grounding": the dearer of the two generations.
  gemini: {
    google_search: 35_000_000_000n,
    google_maps: 25_000_000_000n,
    url_context: 0n,
    code_execution: 0n,
  },
}

/** The provider's fees per 1 000 uses of its own tools, by normalised tool name. */
export function toolFees(provider: string): Readonly<Record<string, bigint>> {
  return TOOL_FEES[provider] ?? {}
}

/** Uses of one tool in one call that a ceiling assumes where the provider publishes no maximum. */
export const TOOL_USES_MAX = 32

/** The most output one answer can hold, by model name; from the providers' model pages. */
const OUTPUT_MAX: readonly (readonly [RegExp, number])[] = [
  [/^gpt-5.*chat|^gpt-4o|^chatgpt-4o/, 16_384],
  [/^gpt-5|^codex/, 128_000],
  [/^o\d/, 100_000],
  [/^gpt-4\.1/, 32_768],
  [/^gpt-4-turbo|^gpt-3\.5/, 4_096],
  [/^gpt-4(-\d{4}|-32k)?$/, 8_192],
  [/^gpt-oss/, 131_072],
  [/^claude-(2|v|instant)|^claude-3-(haiku|sonnet|opus)/, 4_096],
  [/^claude-3[-.]5/, 8_192],
  [/^claude-3[-.]7/, 128_000],
  [/^claude-opus-4-[01]|^claude-opus-4$/, 32_000],
  [/^claude-(sonnet-4-[05]|haiku-4|opus-4-5)/, 64_000],
  [/^claude-/, 128_000],
  [/^gemini-(1|2\.0)|^gemini-flash-1/, 8_192],
  [/^gemini-/, 65_536],
  [/embedding|moderation/, 0],
]

/** The model maximum of one answer in tokens, or undefined when it is not known. */
export function outputTokensMaxOf(model: string): number | undefined {
  return OUTPUT_MAX.find(([pattern]) => pattern.test(model))?.[1]
}

/** Context windows that the price data leaves out. */
const CONTEXT: readonly (readonly [RegExp, number])[] = [
  [/^gemini-/, 1_048_576],
  [/^ft:gpt-4o|^gpt-4o|^gpt-4\.5/, 128_000],
  [/^gpt-5/, 400_000],
  [/^claude/, 200_000],
]

/** The context window in tokens where the price data has none, or undefined. */
export function contextTokensOf(model: string): number | undefined {
  return CONTEXT.find(([pattern]) => pattern.test(model))?.[1]
}

/** The most tokens one image can become: from the providers' vision pages, largest detail setting. */
export function imageTokensMax(provider: string, model: string): number {
  if (provider === 'anthropic') return 5_000
  if (provider === 'gemini') return 4_500
  // gpt-4o-mini multiplies: 2 833 + 5 667 for each of at most 8 tiles.
  if (model.includes('4o-mini')) return 48_200
  return 17_000
}

/** Models whose reasoning is billed and not (or only in summary) shown. */
export function hidesOutput(provider: string, model: string): boolean {
  if (provider === 'openai')
    return /^o\d|^gpt-5(?!.*chat)|^codex|^gpt-oss|deep-research/.test(model)
  if (provider === 'anthropic')
    return !/^claude-(2|v|instant)|^claude-3-|^claude-3\.5|^claude-3-5/.test(model)
  if (provider === 'gemini') return !/^gemini-(1|2\.0)|^gemma|embedding/.test(model)
  return false
}

/** Factors of service tiers on token prices; batch and flex are half price with all three providers. */
const HALF: Multiplier = { times: 1n, per: 2n }
/** OpenAI's fast (formerly priority) tier: 1.67 to 2.5 times the standard price, by model; the dearest holds for unknown ones. */
const PRIORITY: readonly (readonly [RegExp, Multiplier])[] = [
  [/^gpt-4o-mini/, { times: 5n, per: 3n }],
  [/^gpt-4o/, { times: 17n, per: 10n }],
  [/^gpt-4\.1|^o3/, { times: 7n, per: 4n }],
  [/^gpt-5-mini/, { times: 9n, per: 5n }],
  [/^o4-mini/, { times: 20n, per: 11n }],
  [/^gpt-5(\.[0-4])?(-codex)?$|^gpt-5\.4-mini|^gpt-5\.6/, { times: 2n, per: 1n }],
]
const PRIORITY_MOST: Multiplier = { times: 5n, per: 2n }
/** OpenAI's ultrafast tier: six times the standard price. */
const ULTRAFAST: Multiplier = { times: 6n, per: 1n }
/** Anthropic's fast mode, by model; the dearest holds for models whose factor is not published. */
const FAST: readonly (readonly [RegExp, Multiplier])[] = [
  [/^claude-opus-(4-8|5$)/, { times: 2n, per: 1n }],
  [/./, { times: 6n, per: 1n }],
]
/** Gemini's priority tier: 75 to 100 % more than standard. */
const GEMINI_PRIORITY: Multiplier = { times: 2n, per: 1n }

/**
 * The factor of a service tier on the model's token prices; an unknown tier costs the dearest known one. Asked for, OpenAI's
 * `auto` is whatever the project is set to, so it may be the fast tier.
 */
export function tierMultiplier(
  provider: string,
  model: string,
  tier: string | undefined,
): Multiplier {
  switch (tierName(tier)) {
    case undefined:
    case 'unspecified':
    case 'default':
    case 'standard':
    case 'standard_only':
    case 'scale':
      return STANDARD
    case 'flex':
    case 'batch':
      return HALF
    case 'ultrafast':
      return ULTRAFAST
    case 'fast':
      return provider === 'anthropic' ? factorOf(FAST, model) : dearTier(provider, model)
    default:
      return dearTier(provider, model)
  }
}

/**
 * The factor by which a call is billed: of the tier that the answer says it was served in. Without that word it may have been any:
 * the dearer of what was asked for and standard, since a cheaper tier can fall back to it.
 */
export function servedMultiplier(
  provider: string,
  model: string,
  asked: Multiplier,
  served: string | undefined,
): Multiplier {
  const name = tierName(served)
  if (name === undefined || name === 'auto' || name === 'unspecified')
    return asked.times > asked.per ? asked : STANDARD
  return tierMultiplier(provider, model, name)
}

function dearTier(provider: string, model: string): Multiplier {
  // Anthropic's priority tier is bought ahead: its tokens are never dearer than standard ones.
  if (provider === 'anthropic') return STANDARD
  return provider === 'gemini' ? GEMINI_PRIORITY : factorOf(PRIORITY, model)
}

function factorOf(factors: readonly (readonly [RegExp, Multiplier])[], model: string): Multiplier {
  return factors.find(([pattern]) => pattern.test(model))?.[1] ?? PRIORITY_MOST
}

/** Google also writes `SERVICE_TIER_PRIORITY`. */
function tierName(tier: string | undefined): string | undefined {
  return tier?.toLowerCase().replace(/^service_tier_/, '')
}
