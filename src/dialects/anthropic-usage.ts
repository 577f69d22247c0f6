import { type Json, type JsonObject, member, numberMember } from '../base/json.ts'
import { readUsage, type UsageReading, type UsageRows } from './usage-rows.ts'

/** Anthropic counts cached input beside `input_tokens`, so the total is a sum. Source: API reference, 2026-11. */
const ROWS: UsageRows = {
  inputTokens: [['input_tokens'], ['cache_creation_input_tokens'], ['cache_read_input_tokens']],
  outputTokens: [['output_tokens']],
  cacheReadTokens: [['cache_read_input_tokens']],
  cacheWriteTokens: [['cache_creation_input_tokens']],
  cacheWrite1hTokens: [['cache_creation', 'ephemeral_1h_input_tokens']],
  reasoningTokens: [['output_tokens_details', 'thinking_tokens']],
  tools: {
    web_search: ['server_tool_use', 'web_search_requests'],
    web_fetch: ['server_tool_use', 'web_fetch_requests'],
  },
}

/** The counts that `iterations` repeats for each model run inside one call. */
const SUMMED = [
  'input_tokens',
  'output_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
]

/** A `usage` object of Messages, whole or merged from a stream's events. */
export function readAnthropicUsage(raw: JsonObject): UsageReading | undefined {
  const reading = readUsage(withIterations(raw), ROWS)
  if (!reading) return undefined
  const { cacheWriteTokens = 0, cacheWrite1hTokens = 0, ...usage } = reading.usage
  // The plain count holds both lifetimes; what is not one hour is the default five minutes.
  const fiveMinutes = cacheWriteTokens - cacheWrite1hTokens
  return {
    usage: {
      ...usage,
      ...(fiveMinutes > 0 ? { cacheWriteTokens: fiveMinutes } : {}),
      ...(cacheWrite1hTokens > 0 ? { cacheWrite1hTokens } : {}),
    },
    suspect: reading.suspect || fiveMinutes < 0,
  }
}

/**
 * With context compaction and the like one call runs the model several times and bills each run; the outer counts
 * may leave runs out. The larger of the two is what is billed.
 */
function withIterations(raw: JsonObject): JsonObject {
  const iterations = member(raw, 'iterations')
  if (!Array.isArray(iterations) || iterations.length === 0) return raw
  const summed: JsonObject = {}
  for (const key of SUMMED) {
    const outer = member(raw, key)
    const sum = iterations.reduce(
      (total: number, run: Json) => total + (numberMember(run, key) ?? 0),
      0,
    )
    const missing = outer === undefined || outer === null
    if (missing || (typeof outer === 'number' && outer >= 0 && sum > outer)) summed[key] = sum
  }
  return { ...raw, ...summed }
}
