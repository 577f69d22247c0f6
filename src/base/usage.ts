/**
 * What a provider says a call consumed, in one convention for all dialects (OpenTelemetry's): `inputTokens`
 * INCLUDES cached and audio tokens, `outputTokens` INCLUDES reasoning and audio. The other token fields are
 * parts of those two totals, never additions to them.
 */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens?: number
  /** Written to the provider's cache for 5 minutes (Anthropic) or for the default time. */
  readonly cacheWriteTokens?: number
  /** Written to the provider's cache for 1 hour (Anthropic). */
  readonly cacheWrite1hTokens?: number
  readonly reasoningTokens?: number
  readonly inputAudioTokens?: number
  readonly outputAudioTokens?: number
  readonly cacheReadAudioTokens?: number
  readonly inputImageTokens?: number
  readonly outputImageTokens?: number
  /** Server-side tools billed per use, e.g. `{ web_search: 2 }`. */
  readonly toolUses?: Readonly<Record<string, number>>
}

/** How an amount is known: the provider told, we counted the stream, or the upper bound was posted. */
export type CostBasis = 'measured' | 'counted' | 'ceiling'

/** Counts above this are refused as absurd rather than billed (no model has a context of 10¹² tokens). */
export const USAGE_TOKENS_MAX = 1_000_000_000_000

/** False when a field is negative, not a whole number, or absurdly large. */
export function isPlausible(usage: Usage): boolean {
  const fields = [...Object.values(usage.toolUses ?? {})]
  for (const value of Object.values(usage)) if (typeof value === 'number') fields.push(value)
  return fields.every((count) => Number.isInteger(count) && count >= 0 && count <= USAGE_TOKENS_MAX)
}
