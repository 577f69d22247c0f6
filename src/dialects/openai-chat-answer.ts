import type { Ask } from '../base/ask.ts'
import { isJsonObject, type Json, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import type { WireFrame } from './dialect.ts'
import { envelopeOf, NONE_FREE, otherText } from './fixed.ts'
import { withoutNullUsage } from './include-usage.ts'
import { noteOpenAiError } from './openai-error.ts'
import { readChatUsage } from './openai-usage.ts'
import type { AnswerShape, Edit, Likeness, SlotName } from './reader.ts'
import { type Tally, tallyUsage } from './tally.ts'

const TEXT_NAMES = [
  'content',
  'refusal',
  'arguments',
  'input',
  'transcript',
  'reasoning_content',
  'reasoning',
]
const NO_EDIT: Edit = { drop: false, splices: [] }
const MATTERS = /"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|"error"|^\s*\[DONE\]\s*$/

/** How Chat Completions answers, streamed or whole. One shape serves one answer. */
export function chatAnswer(ask: Ask): AnswerShape {
  return {
    ...usageAnswer(ask, (choice) => isJsonObject(member(choice, 'message'))),
    textNames: () => TEXT_NAMES,
    slotAt,
    succeeds,
    write,
  }
}

/**
 * What chat and legacy completions share: usage and how it is asked for, finish reasons, the end. `isWhole` tells
 * an unstreamed choice from a chunk's.
 */
export function usageAnswer(ask: Ask, isWhole: (choice: Json) => boolean) {
  // The gateway asked for usage in the caller's place, so what that adds to the stream is taken out again.
  const unasked = ask.stream && !ask.usageAsked
  let identified = false
  return {
    matters: (data: string) => !ask.stream || !identified || MATTERS.test(data),
    note(root: JsonObject, _event: string | undefined, tally: Tally) {
      noteChunk(root, tally)
      if (choicesOf(root).some(isWhole)) tally.complete = true
      noteUsage(root, tally)
      identified ||= tally.id !== undefined && tally.model !== undefined
    },
    noteBare(data: string, tally: Tally) {
      if (data.trim() !== '[DONE]') return false
      tally.complete = true
      return true
    },
    ...(unasked ? { edit: withoutUsage } : {}),
    masks: { logprobs: 'null' },
    ends: (root: JsonObject) =>
      choicesOf(root)
        .filter((choice) => typeof member(choice, 'finish_reason') === 'string')
        .map((choice) => `choice:${choiceIndex(choice)}/`),
  }
}

function withoutUsage(data: string, root: JsonObject | undefined): Edit {
  if (root && isUsageChunk(root)) return { drop: true, splices: [] }
  return data.includes('"usage"') ? { drop: false, splices: withoutNullUsage(data) } : NO_EDIT
}

function choicesOf(root: JsonObject): readonly Json[] {
  const choices = member(root, 'choices')
  return Array.isArray(choices) ? choices : []
}

/** The choice that a path of a chunk or body leads into. */
export function choiceAt(root: JsonObject, path: JsonPath): Json | undefined {
  return path[0] === 'choices' && typeof path[1] === 'number' ? choicesOf(root)[path[1]] : undefined
}

/** A choice's or tool call's own index; its place in the list when it has none. */
export function choiceIndex(value: Json | undefined, otherwise = 0): number {
  const index = member(value, 'index')
  return typeof index === 'number' ? index : otherwise
}

function noteChunk(root: JsonObject, tally: Tally): void {
  tally.id ??= textMember(root, 'id')
  tally.model ??= textMember(root, 'model')
  tally.tier = textMember(root, 'service_tier') ?? tally.tier
  noteOpenAiError(root, tally)
  for (const choice of choicesOf(root)) {
    const reason = textMember(choice, 'finish_reason')
    if (reason !== undefined) tally.finish.set(choiceIndex(choice), reason)
  }
}

function noteUsage(root: JsonObject, tally: Tally): void {
  // Some providers count along in every chunk: only a count at the end is the whole.
  const final = tally.complete || tally.finish.size > 0 || choicesOf(root).length === 0
  tallyUsage(tally, readChatUsage(member(root, 'usage')), final)
}

/** The chunk that only exists because usage was asked for. */
function isUsageChunk(root: JsonObject): boolean {
  const choices = member(root, 'choices')
  const empty = Array.isArray(choices) && choices.length === 0
  return empty && isJsonObject(member(root, 'usage')) && member(root, 'error') === undefined
}

const PLAIN: Readonly<Record<string, string>> = {
  content: 'content',
  refusal: 'refusal',
  reasoning_content: 'reasoning_content',
  reasoning: 'reasoning',
}

function slotAt(path: JsonPath, root: JsonObject): SlotName | undefined {
  const choice = choiceAt(root, path)
  const holder = path[2]
  const inMessage = choice !== undefined && (holder === 'delta' || holder === 'message')
  const name = inMessage ? slotBelow(path, member(choice, holder)) : undefined
  if (!name) return otherText(path, root, NONE_FREE)
  const slot = `choice:${choiceIndex(choice)}/${name.slot}`
  return { ...name, slot, whole: holder === 'message' }
}

function slotBelow(path: JsonPath, message: Json | undefined): SlotName | undefined {
  const [, , , field, item, inner, leaf] = path
  const depth = path.length
  const plain = PLAIN[String(field)]
  if (plain !== undefined) {
    const part = depth === 6 && typeof item === 'number' && inner === 'text'
    return depth === 4 || part ? text(plain) : undefined
  }
  if (field === 'tool_calls' && depth === 7 && typeof item === 'number') {
    const list = member(message, 'tool_calls')
    const index = choiceIndex(Array.isArray(list) ? list[item] : undefined, item)
    if (inner === 'function' && leaf === 'arguments') return json(`tool:${index}/arguments`)
    if (inner === 'custom' && leaf === 'input') return text(`tool:${index}/input`)
  }
  if (depth === 5 && field === 'function_call' && item === 'arguments')
    return json('function/arguments')
  if (depth === 5 && field === 'audio' && item === 'transcript') return text('transcript')
  return undefined
}

function text(slot: string): SlotName {
  return { slot, kind: 'text', whole: false }
}

function json(slot: string): SlotName {
  return { slot, kind: 'json', whole: false }
}

const SLOT = /^choice:(\d+)\/(?:(tool):(\d+)\/(\w+)|(function)\/arguments|(\w+))$/

/** Reasoning comes before content, content before tool calls, and tool calls one after the other. */
function rank(slot: RegExpExecArray): number {
  if (slot[2]) return 3 + Number(slot[3])
  if (slot[5]) return 2
  return slot[6] === 'reasoning' || slot[6] === 'reasoning_content' ? 0 : 1
}

function succeeds(begun: string, open: string): boolean {
  const left = SLOT.exec(begun)
  const right = SLOT.exec(open)
  return left !== null && right !== null && left[1] === right[1] && rank(left) > rank(right)
}

function write(slot: string, content: string, like: Likeness): WireFrame | undefined {
  const found = SLOT.exec(slot)
  if (!found) return undefined
  const choice = { index: Number(found[1]), delta: delta(found, content), finish_reason: null }
  return { event: undefined, data: JSON.stringify({ ...envelopeOf(like.root), choices: [choice] }) }
}

function delta(slot: RegExpExecArray, content: string): JsonObject {
  if (slot[2]) {
    const body: JsonObject =
      slot[4] === 'input' ? { custom: { input: content } } : { function: { arguments: content } }
    return { tool_calls: [{ index: Number(slot[3]), ...body }] }
  }
  if (slot[5]) return { function_call: { arguments: content } }
  if (slot[6] === 'transcript') return { audio: { transcript: content } }
  return { [slot[6] ?? 'content']: content }
}
