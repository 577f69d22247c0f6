import type { Answer } from '../support/scripted-provider.ts'
import { streamed } from './rig.ts'

/** A content block of a Messages answer. */
export type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | {
      readonly type: 'tool_use'
      readonly id: string
      readonly name: string
      readonly input: object
    }

const USAGE = { input_tokens: 12, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }

/** The message object around `content`. */
export function messageOf(content: readonly Block[], model = 'claude-sonnet-4-5') {
  const stop_reason = content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn'
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model, content }
  return { ...head, stop_reason, stop_sequence: null, usage: { ...USAGE, output_tokens: 3 } }
}

/** The events of one streamed message in the wire's form, a ping among them. */
export function messageEvents(content: readonly Block[], model = 'claude-sonnet-4-5'): string[] {
  const whole = messageOf(content, model)
  const start = { ...whole, content: [], stop_reason: null, usage: { ...USAGE, output_tokens: 1 } }
  const events = [wire('message_start', { message: start }), wire('ping', {})]
  content.forEach((block, index) => {
    const { open, deltas } = blockDeltas(block)
    events.push(wire('content_block_start', { index, content_block: open }))
    for (const delta of deltas) events.push(wire('content_block_delta', { index, delta }))
    events.push(wire('content_block_stop', { index }))
  })
  const delta = { stop_reason: whole.stop_reason, stop_sequence: null }
  events.push(wire('message_delta', { delta, usage: { output_tokens: 3 } }))
  events.push(wire('message_stop', {}))
  return events
}

/** A whole streamed message. */
export function messageStream(content: readonly Block[], model?: string): Answer {
  return streamed(...messageEvents(content, model))
}

function blockDeltas(block: Block): { readonly open: object; readonly deltas: readonly object[] } {
  if (block.type === 'text') {
    const pieces = block.text.match(/.{1,4}/gsu) ?? []
    const deltas = pieces.map((text) => ({ type: 'text_delta', text }))
    return { open: { type: 'text', text: '' }, deltas }
  }
  if (block.type === 'thinking') {
    const deltas = [
      { type: 'thinking_delta', thinking: block.thinking },
      { type: 'signature_delta', signature: block.signature },
    ]
    return { open: { type: 'thinking', thinking: '', signature: '' }, deltas }
  }
  const whole = JSON.stringify(block.input)
  const half = Math.ceil(whole.length / 2)
  const pieces = ['', whole.slice(0, half), whole.slice(half)]
  const deltas = pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json }))
  return { open: { ...block, input: {} }, deltas }
}

function wire(type: string, more: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
}
