import type { Json } from '../base/json.ts'
import { readUsage, type UsageReading, type UsageRows } from './usage-rows.ts'

/**
 * Thoughts and tool prompts are counted beside the candidates and the prompt; cached input is inside the prompt.
 * Source: Gemini API reference, 2026-11.
 */
const ROWS: UsageRows = {
  inputTokens: [['promptTokenCount'], ['toolUsePromptTokenCount']],
  outputTokens: [['candidatesTokenCount'], ['thoughtsTokenCount']],
  cacheReadTokens: [['cachedContentTokenCount']],
  reasoningTokens: [['thoughtsTokenCount']],
  inputAudioTokens: [
    ['promptTokensDetails', '@AUDIO'],
    ['toolUsePromptTokensDetails', '@AUDIO'],
  ],
  inputImageTokens: [
    ['promptTokensDetails', '@IMAGE'],
    ['toolUsePromptTokensDetails', '@IMAGE'],
  ],
  cacheReadAudioTokens: [['cacheTokensDetails', '@AUDIO']],
  outputAudioTokens: [['candidatesTokensDetails', '@AUDIO']],
  outputImageTokens: [['candidatesTokensDetails', '@IMAGE']],
}

/** A `usageMetadata` object. */
export function readGeminiUsage(raw: Json | undefined): UsageReading | undefined {
  return readUsage(raw, ROWS)
}
