import type { Answer } from '../support/scripted-provider.ts'
import { streamed } from './rig.ts'

/** The usage that every scripted chat answer ends with. */
export const CHAT_USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }

const HEAD = { id: 'chatcmpl-9', object: 'chat.completion.chunk', created: 1 }

/** One chunk of a streamed chat completion as an SSE event. */
export function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }]
  return `data: ${JSON.stringify({ ...HEAD, model: 'gpt-4o-mini', choices })}\n\n`
}

/** The extra chunk that carries the usage, and the end. */
export const CHAT_END = `data: ${JSON.stringify({ ...HEAD, model: 'gpt-4o-mini', choices: [], usage: CHAT_USAGE })}\n\n`
export const CHAT_DONE = 'data: [DONE]\n\n'

/** A streamed chat completion that says `words`, one event each. */
export function chatText(...words: readonly string[]): Answer {
  const deltas = words.map((content) => chunk({ content }))
  const first = chunk({ role: 'assistant', content: '' })
  return streamed(first, ...deltas, chunk({}, 'stop'), CHAT_END, CHAT_DONE)
}
