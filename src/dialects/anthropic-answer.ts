import type { Ask } from '../base/ask.ts'
import { isJsonObject, type Json, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import { readAnthropicUsage } from './anthropic-usage.ts'
import type { WireFrame } from './dialect.ts'
import { holderOf, isFixed } from './fixed.ts'
import type { AnswerShape, Likeness, SlotName } from './reader.ts'
import { type Tally, tallyUsage } from './tally.ts'

const DELTA_TEXTS = ['text', 'partial_json', 'thinking', 'content']
const BODY_TEXTS = ['text', 'thinking']
const MATTERS = /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"/
const FREE: ReadonlySet<string> = new Set(['input'])

/** How Messages answers, streamed or whole. One shape serves one answer. */
export function messagesAnswer(ask: Ask): AnswerShape {
  // The last word on each count, over `message_start` and all `message_delta`.
  let usage: JsonObject = {}

  function noteUsage(raw: Json | undefined, final: boolean, tally: Tally): void {
    if (!isJsonObject(raw)) return
    const told = Object.entries(raw).filter(([, value]) => value !== null)
    usage = { ...usage, ...Object.fromEntries(told) }
    tally.tier = textMember(usage, 'speed') === 'fast' ? 'fast' : textMember(usage, 'service_tier')
    tallyUsage(tally, readAnthropicUsage(usage), final)
  }

  function noteMessage(message: JsonObject, final: boolean, tally: Tally): void {
    tally.id ??= textMember(message, 'id')
    tally.model ??= textMember(message, 'model')
    noteFinish(message, tally)
    noteUsage(member(message, 'usage'), final, tally)
  }

  return {
    textNames: (data) =>
      ask.stream ? (data.includes('"content_block_delta"') ? DELTA_TEXTS : []) : BODY_TEXTS,
    matters: (data) => !ask.stream || MATTERS.test(data),
    note(root, _event, tally) {
      const type = textMember(root, 'type')
      const message = member(root, 'message')
      if (type === 'message_start' && isJsonObject(message)) noteMessage(message, false, tally)
      else if (type === 'message_delta') {
        noteFinish(member(root, 'delta'), tally)
        noteUsage(member(root, 'usage'), true, tally)
      } else if (type === 'message_stop') tally.complete = true
      else if (type === 'error') noteError(member(root, 'error'), tally)
      else if (type === 'message') {
        noteMessage(root, true, tally)
        tally.complete = true
      }
    },
    slotAt,
    isNoise: (path, root) =>
      path.length === 2 &&
      path[1] === 'thinking' &&
      textMember(root, 'type') === 'content_block_delta',
    ends,
    write,
  }
}

function noteFinish(holder: Json | undefined, tally: Tally): void {
  const reason = textMember(holder, 'stop_reason')
  if (reason !== undefined) tally.finish.set(0, reason)
}

function noteError(error: Json | undefined, tally: Tally): void {
  tally.error = {
    type: textMember(error, 'type') ?? 'error',
    message: textMember(error, 'message') ?? '',
  }
}

/** The streamed text of each kind of delta. `thinking` and its signature are missing: signed text stays as it is. */
const DELTAS: Readonly<Record<string, SlotName>> = {
  text: { slot: 'text', kind: 'text', whole: false },
  partial_json: { slot: 'input', kind: 'json', whole: false },
  content: { slot: 'content', kind: 'text', whole: false },
}

function slotAt(path: JsonPath, root: JsonObject): SlotName | undefined {
  const type = textMember(root, 'type')
  const block = `block:${indexOf(root)}/`
  if (type === 'content_block_delta' && path[0] === 'delta' && path.length === 2) {
    const found = DELTAS[String(path[1])]
    if (found) return { ...found, slot: block + found.slot }
  }
  if (type === 'content_block_start' && path.length === 2 && path[1] === 'text') {
    return { slot: `${block}text`, kind: 'text', whole: false }
  }
  if (type === 'message_start' && path[0] === 'message' && path[1] === 'usage') return undefined
  if (isSigned(path, root) || isFixed(path, holderOf(root, path), FREE)) return undefined
  const [first, index] = path
  if (type === 'message' && first === 'content' && typeof index === 'number') {
    return { slot: `block:${index}/${path.slice(2).join('/')}`, kind: 'text', whole: true }
  }
  return { slot: path.join('/'), kind: 'text', whole: true }
}

/** Thinking goes back as it came; only in a whole answer is it known that nobody signed it. */
function isSigned(path: JsonPath, root: JsonObject): boolean {
  if (path[path.length - 1] !== 'thinking' || path.includes('input')) return false
  if (textMember(root, 'type') === 'content_block_delta') return path.length === 2
  const holder = holderOf(root, path)
  if (textMember(holder, 'type') !== 'thinking') return false
  return textMember(root, 'type') !== 'message' || isSignedBlock(holder)
}

/** True for a block of thinking with a signature, as answers and requests hold it. */
export function isSignedBlock(block: JsonObject): boolean {
  return textMember(block, 'type') === 'thinking' && (textMember(block, 'signature') ?? '') !== ''
}

function indexOf(root: JsonObject): number {
  const index = member(root, 'index')
  return typeof index === 'number' ? index : 0
}

function ends(root: JsonObject): readonly string[] {
  switch (textMember(root, 'type')) {
    case 'content_block_stop':
      return [`block:${indexOf(root)}/`]
    case 'message_delta':
    case 'message_stop':
    case 'error':
      return ['']
    default:
      return []
  }
}

const SLOT = /^block:(\d+)\/(text|input|content)$/

function write(slot: string, text: string, _like: Likeness): WireFrame | undefined {
  const match = SLOT.exec(slot)
  if (!match) return undefined
  const event = 'content_block_delta'
  const data = { type: event, index: Number(match[1]), delta: delta(match[2], text) }
  return { event, data: JSON.stringify(data) }
}

function delta(name: string | undefined, text: string): JsonObject {
  if (name === 'input') return { type: 'input_json_delta', partial_json: text }
  if (name === 'content') return { type: 'compaction_delta', content: text }
  return { type: 'text_delta', text }
}
