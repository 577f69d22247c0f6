import type { Json } from '../base/json.ts'
import { readUsage, type UsageReading, type UsageRows } from './usage-rows.ts'

/** Chat and legacy completions. Totals include their details. Source: OpenAI API reference, 2026-11. */
const CHAT: UsageRows = {
  inputTokens: [['prompt_tokens']],
  outputTokens: [['completion_tokens']],
  cacheReadTokens: [['prompt_tokens_details', 'cached_tokens']],
  cacheWriteTokens: [['prompt_tokens_details', 'cache_write_tokens']],
  inputAudioTokens: [['prompt_tokens_details', 'audio_tokens']],
  inputImageTokens: [['prompt_tokens_details', 'image_tokens']],
  reasoningTokens: [['completion_tokens_details', 'reasoning_tokens']],
  outputAudioTokens: [['completion_tokens_details', 'audio_tokens']],
}

/** Responses, images and transcriptions. Source: OpenAI API reference, 2026-11. */
const RESPONSES: UsageRows = {
  inputTokens: [['input_tokens']],
  outputTokens: [['output_tokens']],
  cacheReadTokens: [['input_tokens_details', 'cached_tokens']],
  cacheWriteTokens: [['input_tokens_details', 'cache_write_tokens']],
  inputAudioTokens: [['input_tokens_details', 'audio_tokens']],
  inputImageTokens: [['input_tokens_details', 'image_tokens']],
  reasoningTokens: [['output_tokens_details', 'reasoning_tokens']],
  outputAudioTokens: [['output_tokens_details', 'audio_tokens']],
  outputImageTokens: [['output_tokens_details', 'image_tokens']],
}

/** A `usage` object that counts `prompt_tokens` and `completion_tokens`. */
export function readChatUsage(raw: Json | undefined): UsageReading | undefined {
  return readUsage(raw, CHAT)
}

/** A `usage` object that counts `input_tokens` and `output_tokens`. */
export function readResponsesUsage(raw: Json | undefined): UsageReading | undefined {
  return readUsage(raw, RESPONSES)
}
