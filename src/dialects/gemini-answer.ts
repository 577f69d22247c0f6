import type { Ask } from '../base/ask.ts'
import { isJsonObject, type Json, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import type { WireFrame } from './dialect.ts'
import { envelopeOf, holderOf, isFixed, otherText } from './fixed.ts'
import { readGeminiUsage } from './gemini-usage.ts'
import type { AnswerShape, Likeness, SlotName } from './reader.ts'
import { type Tally, tallyUsage } from './tally.ts'

const TEXT_NAMES = ['text', 'code', 'output']
const FREE: ReadonlySet<string> = new Set(['args'])
const MATTERS = /"(?:finishReason|error|promptFeedback|groundingMetadata)"/

/** How generateContent answers: one object, or many that each hold a piece. One shape serves one answer. */
export function generateAnswer(ask: Ask): AnswerShape {
  // Candidates of which anything was seen: the answer is over when all of them are.
  const seen = new Set<number>()
  return {
    textNames: () => TEXT_NAMES,
    matters: (data) => !ask.stream || ask.answers > 1 || seen.size === 0 || MATTERS.test(data),
    // Running totals stand in every chunk, and the last one that came is what a broken answer is judged by.
    defers: true,
    note: (root, _event, tally) => noteChunk(root, seen, tally),
    masks: { logprobsResult: '{}' },
    slotAt: (path, root) => slotAt(path, root),
    // One body holds all there is, so every slot ends in it, whether or not a reason is given.
    ends: (root) => (ask.stream ? endedIn(root) : ['']),
    succeeds: (begun, open) =>
      open.endsWith('/thought') && begun === open.replace('thought', 'text'),
    write,
  }
}

function endedIn(root: JsonObject): readonly string[] {
  return candidatesOf(root)
    .filter((candidate) => textMember(candidate, 'finishReason') !== undefined)
    .map((candidate) => `candidate:${indexOf(candidate)}/`)
}

function candidatesOf(root: JsonObject): readonly Json[] {
  const candidates = member(root, 'candidates')
  return Array.isArray(candidates) ? candidates : []
}

/** The first candidate's index is left out, as a zero in Google's JSON may be. */
function indexOf(candidate: Json | undefined): number {
  const index = member(candidate, 'index')
  return typeof index === 'number' ? index : 0
}

function noteChunk(root: JsonObject, seen: Set<number>, tally: Tally): void {
  tally.id ??= textMember(root, 'responseId')
  tally.model ??= textMember(root, 'modelVersion')
  const error = member(root, 'error')
  if (isJsonObject(error)) {
    tally.error = {
      type: textMember(error, 'status') ?? 'error',
      message: textMember(error, 'message') ?? '',
    }
  }
  for (const candidate of candidatesOf(root)) {
    seen.add(indexOf(candidate))
    const reason = textMember(candidate, 'finishReason')
    if (reason !== undefined) tally.finish.set(indexOf(candidate), reason)
  }
  // A prompt that was refused has no candidates and no other end.
  const blocked = textMember(member(root, 'promptFeedback'), 'blockReason')
  if (blocked !== undefined) tally.finish.set(0, blocked)
  tally.complete = tally.finish.size > 0 && [...seen].every((index) => tally.finish.has(index))
  noteUsage(root, tally)
}

function noteUsage(root: JsonObject, tally: Tally): void {
  const metadata = member(root, 'usageMetadata')
  tally.tier = textMember(metadata, 'serviceTier') ?? tally.tier
  const reading = readGeminiUsage(metadata)
  if (!reading) return
  const searches = candidatesOf(root).reduce((sum: number, candidate) => {
    const queries = member(member(candidate, 'groundingMetadata'), 'webSearchQueries')
    return sum + (Array.isArray(queries) ? queries.length : 0)
  }, 0)
  const known =
    tally.usage?.toolUses?.google_search ?? tally.usageSoFar?.toolUses?.google_search ?? 0
  const uses = Math.max(searches, known)
  const usage = uses > 0 ? { ...reading.usage, toolUses: { google_search: uses } } : reading.usage
  tallyUsage(tally, { ...reading, usage }, tally.complete)
}

function slotAt(path: JsonPath, root: JsonObject): SlotName | undefined {
  const [first, at, content, parts, index] = path
  const holder = holderOf(root, path)
  if (first === 'candidates' && typeof at === 'number') {
    const candidate = `candidate:${indexOf(candidatesOf(root)[at])}/`
    const isPart = content === 'content' && parts === 'parts' && typeof index === 'number'
    if (isPart && path.length === 6 && path[5] === 'text') return textSlot(candidate, holder)
    if (isFixed(path, holder, FREE)) return undefined
    const below = isPart ? `part:${index}/${path.slice(5).join('/')}` : path.slice(2).join('/')
    return { slot: candidate + below, kind: 'text', whole: true }
  }
  // Names of modalities and tiers.
  return first === 'usageMetadata' ? undefined : otherText(path, root, FREE)
}

/** Thought text that comes with its signature goes back as it came, so it is no slot. */
function textSlot(candidate: string, part: JsonObject): SlotName | undefined {
  if (member(part, 'thought') !== true) {
    return { slot: `${candidate}text`, kind: 'text', whole: false }
  }
  if (member(part, 'thoughtSignature') !== undefined) return undefined
  return { slot: `${candidate}thought`, kind: 'text', whole: false }
}

const SLOT = /^candidate:(\d+)\/(text|thought)$/

function write(slot: string, text: string, like: Likeness): WireFrame | undefined {
  const match = SLOT.exec(slot)
  if (!match) return undefined
  const part = match[2] === 'thought' ? { text, thought: true } : { text }
  const candidate = { content: { parts: [part], role: 'model' }, index: Number(match[1]) }
  return {
    event: undefined,
    data: JSON.stringify({ candidates: [candidate], ...envelopeOf(like.root) }),
  }
}
