import type { Ask } from '../base/ask.ts'
import { isJsonObject, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import type { WireFrame } from './dialect.ts'
import { envelopeOf, holderOf, isFixed } from './fixed.ts'
import { noteOpenAiError } from './openai-error.ts'
import { readResponsesUsage } from './openai-usage.ts'
import type { AnswerShape, Likeness, SlotName } from './reader.ts'
import { type Tally, tallyUsage } from './tally.ts'

const DELTA = /"type"\s*:\s*"response\.(?!audio\.delta)[a-z_.]+\.delta"/
const MATTERS =
  /"type"\s*:\s*"(?:response\.(?:created|queued|completed|incomplete|failed)|error)"|"error"\s*:\s*\{/
const FREE: ReadonlySet<string> = new Set(['parameters', 'schema', 'metadata'])
const BODY_TEXTS = ['text', 'refusal', 'arguments', 'input', 'code']

/** How Responses answers, streamed or whole. One shape serves one answer. */
export function responsesAnswer(ask: Ask): AnswerShape {
  return {
    textNames: (data) =>
      ask.stream ? (DELTA.test(data) ? ['delta', 'stdout', 'stderr'] : []) : BODY_TEXTS,
    matters: (data) => !ask.stream || MATTERS.test(data),
    note: noteResponse,
    masks: { logprobs: '[]' },
    slotAt,
    // Sound in base64.
    isNoise: (path, root) =>
      path.length === 1 &&
      path[0] === 'delta' &&
      textMember(root, 'type') === 'response.audio.delta',
    ends,
    write,
  }
}

function noteResponse(root: JsonObject, _event: string | undefined, tally: Tally): void {
  const type = textMember(root, 'type')
  if (type === 'error') {
    const error = member(root, 'error')
    const found = isJsonObject(error) ? error : root
    const kind = textMember(found, 'code') ?? textMember(found, 'type') ?? 'error'
    tally.error = { type: kind, message: textMember(found, 'message') ?? '' }
    return
  }
  if (type === undefined) noteOpenAiError(root, tally)
  const response = member(root, 'response') ?? (type === undefined ? root : undefined)
  if (!isJsonObject(response) || !textMember(response, 'object')?.startsWith('response')) return
  tally.id ??= textMember(response, 'id')
  tally.model = textMember(response, 'model') ?? tally.model
  tally.tier = textMember(response, 'service_tier') ?? tally.tier
  const over = type === undefined || ENDINGS.has(type)
  if (!over) return
  tally.complete = true
  const status = textMember(response, 'status')
  const why = textMember(member(response, 'incomplete_details'), 'reason')
  const reason = why ?? status
  if (reason !== undefined) tally.finish.set(0, reason)
  noteOpenAiError(response, tally)
  noteUsage(response, tally)
}

const ENDINGS: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
])

/** Tool runs billed each, by the type of the output item that shows one. */
const BILLED: Readonly<Record<string, string>> = {
  web_search_call: 'web_search',
  file_search_call: 'file_search',
  code_interpreter_call: 'code_interpreter',
}

function noteUsage(response: JsonObject, tally: Tally): void {
  const reading = readResponsesUsage(member(response, 'usage'))
  if (!reading) return
  const toolUses: Record<string, number> = {}
  const output = member(response, 'output')
  for (const item of Array.isArray(output) ? output : []) {
    const tool = BILLED[textMember(item, 'type') ?? '']
    if (tool !== undefined) toolUses[tool] = (toolUses[tool] ?? 0) + 1
  }
  const usage = Object.keys(toolUses).length > 0 ? { ...reading.usage, toolUses } : reading.usage
  tallyUsage(tally, { ...reading, usage }, true)
}

/** `….delta` and `….done` events: where the whole text stands in the latter, and the slot's last name. */
const TEXTS: Readonly<
  Record<string, readonly [field: string, name: string, kind: 'text' | 'json']>
> = {
  'response.output_text': ['text', 'text', 'text'],
  'response.refusal': ['refusal', 'refusal', 'text'],
  'response.reasoning_text': ['text', 'reasoning', 'text'],
  'response.reasoning_summary_text': ['text', 'text', 'text'],
  'response.function_call_arguments': ['arguments', 'arguments', 'json'],
  'response.mcp_call_arguments': ['arguments', 'arguments', 'json'],
  'response.custom_tool_call_input': ['input', 'input', 'text'],
  'response.code_interpreter_call_code': ['code', 'code', 'text'],
  'response.shell_call_command': ['command', 'command', 'text'],
  'response.audio.transcript': ['transcript', 'transcript', 'text'],
}

const EVENT = /^(response\..+)\.(delta|done)$/

function slotAt(path: JsonPath, root: JsonObject): SlotName | undefined {
  const type = textMember(root, 'type') ?? ''
  const match = EVENT.exec(type)
  const text = match && TEXTS[match[1] ?? '']
  if (match && text && path.length === 1) {
    const [field, name, kind] = text
    const slot = place(root) + name
    if (match[2] === 'delta' && path[0] === 'delta') return { slot, kind, whole: false }
    if (match[2] === 'done' && path[0] === field) return { slot, kind, whole: true }
  }
  if (type === 'response.shell_call_output_content.delta' && path[0] === 'delta') {
    return { slot: `${place(root)}${path.slice(1).join('/')}`, kind: 'text', whole: false }
  }
  if (match?.[2] === 'delta' && path.length === 1 && path[0] === 'delta') {
    return { slot: place(root) + match[1], kind: 'text', whole: false }
  }
  const holder = holderOf(root, path)
  if (isFixed(path, holder, FREE) || isImage(path, holder)) return undefined
  const kind = path[path.length - 1] === 'arguments' ? 'json' : 'text'
  return { slot: repeated(path, root), kind, whole: true }
}

/** An image in base64 that the model made. */
function isImage(path: JsonPath, holder: JsonObject): boolean {
  return (
    path[path.length - 1] === 'result' && textMember(holder, 'type') === 'image_generation_call'
  )
}

/** `output:0/content:1/`, from whichever indexes the event carries. */
function place(root: JsonObject): string {
  let at = ''
  for (const [key, name] of INDEXES) {
    const index = member(root, key)
    if (typeof index === 'number') at += `${name}:${index}/`
  }
  return at
}

const INDEXES = [
  ['output_index', 'output'],
  ['content_index', 'content'],
  ['summary_index', 'summary'],
  ['command_index', 'command'],
] as const

/** The name of a text inside a repeated part, item or response: its streamed slot's where it has one. */
function repeated(path: JsonPath, root: JsonObject): string {
  let name = place(root)
  let from = 0
  const first = path[0]
  if (first === 'response') from = 1
  else if (first === 'item' || first === 'part') from = 1
  for (let index = from; index < path.length; index++) {
    const step = path[index]
    const next = path[index + 1]
    if (typeof step === 'string' && typeof next === 'number') {
      name += `${step}:${next}/`
      index++
    } else name += index === path.length - 1 ? String(step) : `${step}/`
  }
  return name
}

function ends(root: JsonObject): readonly string[] {
  const type = textMember(root, 'type') ?? ''
  if (ENDINGS.has(type) || type === 'error') return ['']
  const match = EVENT.exec(type)
  if (match?.[2] === 'done') {
    const text = TEXTS[match[1] ?? '']
    const ended = text ? place(root) + text[1] : place(root)
    return ended === '' ? [] : [ended]
  }
  return []
}

/** A delta event like the slot's last one; its sequence number stays, since clients go by order. */
function write(slot: string, text: string, like: Likeness): WireFrame | undefined {
  const envelope = envelopeOf(like.root)
  if (Array.isArray(member(like.root, 'logprobs'))) envelope.logprobs = []
  // A shell's output comes as `{"stdout"}` or `{"stderr"}`.
  const channel = slot.slice(slot.lastIndexOf('/') + 1)
  const delta = isJsonObject(member(like.root, 'delta')) ? { [channel]: text } : text
  return { event: like.event, data: JSON.stringify({ ...envelope, delta }) }
}
