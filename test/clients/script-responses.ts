import type { Answer } from '../support/scripted-provider.ts'
import { streamed } from './rig.ts'

/** An output item of a Responses answer: a message, a tool call, reasoning. */
export type Item = Readonly<Record<string, unknown>> & {
  readonly id: string
  readonly type: string
}

const USAGE = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 3,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 15,
}

/** A message that says `text`. */
export function messageItem(text: string, id = 'msg_1'): Item {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return { id, type: 'message', role: 'assistant', status: 'completed', content }
}

/** A function call with whole arguments. */
export function callItem(name: string, args: object, id = 'fc_1'): Item {
  const call = { call_id: `call_${id}`, name, arguments: JSON.stringify(args) }
  return { id, type: 'function_call', status: 'completed', ...call }
}

/** Reasoning that only the provider can read. */
export function reasoningItem(sealed: string, id = 'rs_1'): Item {
  return { id, type: 'reasoning', summary: [], encrypted_content: sealed }
}

/** The response object around `output`. */
export function responseOf(output: readonly Item[], status = 'completed', id = 'resp_1') {
  const usage = status === 'completed' ? USAGE : null
  const fixed = { parallel_tool_calls: true, tools: [], error: null, metadata: {}, store: false }
  const head = { id, object: 'response', created_at: 1, status, model: 'gpt-5.4' }
  return { ...head, ...fixed, output, usage }
}

/** The events of one streamed response, as objects in order. */
export function responseEvents(output: readonly Item[], id = 'resp_1') {
  const events: { readonly type: string; readonly [member: string]: unknown }[] = []
  const add = (type: string, more: object) =>
    events.push({ type, sequence_number: events.length, ...more })
  add('response.created', { response: responseOf([], 'in_progress', id) })
  output.forEach((item, output_index) => {
    const place = { item_id: item.id, output_index }
    const open = { ...item, status: 'in_progress' }
    if (item.type === 'message') {
      add('response.output_item.added', { output_index, item: { ...open, content: [] } })
      const text = textOf(item)
      const part = { type: 'output_text', text: '', annotations: [] }
      add('response.content_part.added', { ...place, content_index: 0, part })
      for (const delta of text.match(/.{1,4}/gsu) ?? [])
        add('response.output_text.delta', { ...place, content_index: 0, delta, logprobs: [] })
      add('response.output_text.done', { ...place, content_index: 0, text, logprobs: [] })
      add('response.content_part.done', { ...place, content_index: 0, part: { ...part, text } })
    } else if (item.type === 'function_call') {
      add('response.output_item.added', { output_index, item: { ...open, arguments: '' } })
      const whole = String(item.arguments)
      const half = Math.ceil(whole.length / 2)
      for (const delta of [whole.slice(0, half), whole.slice(half)])
        add('response.function_call_arguments.delta', { ...place, delta })
      add('response.function_call_arguments.done', { ...place, name: item.name, arguments: whole })
    } else add('response.output_item.added', { output_index, item: open })
    add('response.output_item.done', { output_index, item })
  })
  add('response.completed', { response: responseOf(output, 'completed', id) })
  return events
}

/** An event in the wire's form. */
export function responseEvent(event: { readonly type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** A whole streamed response. */
export function responseStream(output: readonly Item[], id = 'resp_1'): Answer {
  return streamed(...responseEvents(output, id).map(responseEvent))
}

function textOf(item: Item): string {
  const [part] = Array.isArray(item.content) ? item.content : []
  return String(part?.text ?? '')
}
