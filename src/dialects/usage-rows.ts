import { type Json, member } from '../base/json.ts'
import { isPlausible, type Usage } from '../base/usage.ts'

/** A counter's place below the usage object. `@KIND` looks up that modality's `tokenCount` in a list. */
type Place = readonly string[]

type Counter = Exclude<keyof Usage, 'toolUses'>

/** Usage as data: each counter is the sum of the places where a protocol puts its parts. */
export type UsageRows = Partial<Record<Counter, readonly Place[]>> & {
  /** Objects of counts by tool, key → name in `toolUses`. */
  readonly tools?: Readonly<Record<string, readonly string[]>>
}

export interface UsageReading {
  readonly usage: Usage
  /** A count is no whole number of tokens, or a part is larger than its total. */
  readonly suspect: boolean
}

/** Parts that cannot be larger than the total they belong to. */
const PARTS: readonly (readonly [Counter, Counter])[] = [
  ['cacheReadTokens', 'inputTokens'],
  ['cacheWriteTokens', 'inputTokens'],
  ['cacheWrite1hTokens', 'inputTokens'],
  ['inputAudioTokens', 'inputTokens'],
  ['inputImageTokens', 'inputTokens'],
  ['reasoningTokens', 'outputTokens'],
  ['outputAudioTokens', 'outputTokens'],
  ['outputImageTokens', 'outputTokens'],
]

/** Reads a provider's usage object; undefined when `raw` is no object. Parts that are zero are left out. */
export function readUsage(raw: Json | undefined, rows: UsageRows): UsageReading | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined
  let suspect = false
  const usage: { -readonly [Key in Counter]?: number } & { toolUses?: Record<string, number> } = {}
  for (const [counter, places] of Object.entries(rows)) {
    if (!isCounter(counter) || !Array.isArray(places)) continue
    let sum = 0
    for (const place of places) {
      const count = countAt(raw, place)
      if (Number.isNaN(count)) suspect = true
      else sum += count
    }
    if (sum !== 0) usage[counter] = sum
  }
  const toolUses: Record<string, number> = {}
  for (const [tool, place] of Object.entries(rows.tools ?? {})) {
    const count = countAt(raw, place)
    if (Number.isNaN(count)) suspect = true
    else if (count !== 0) toolUses[tool] = count
  }
  if (Object.keys(toolUses).length > 0) usage.toolUses = toolUses
  const read: Usage = {
    ...usage,
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
  }
  return { usage: read, suspect: suspect || !isPlausible(read) || isContradictory(read) }
}

function isContradictory(usage: Usage): boolean {
  return PARTS.some(([part, total]) => (usage[part] ?? 0) > (usage[total] ?? 0))
}

function isCounter(key: string): key is Counter {
  return key !== 'tools'
}

/** The count at a place: 0 when absent or null, NaN when it is no count. */
function countAt(raw: Json, place: Place): number {
  let at: Json | undefined = raw
  for (const key of place) {
    if (key.startsWith('@')) at = modality(at, key.slice(1))
    else at = member(at, key)
    if (at === undefined || at === null) return 0
  }
  // Checked before summing, so that a negative part cannot hide in a plausible total.
  return typeof at === 'number' && Number.isInteger(at) && at >= 0 ? at : Number.NaN
}

function modality(list: Json | undefined, kind: string): Json | undefined {
  if (!Array.isArray(list)) return undefined
  return member(
    list.find((one) => member(one, 'modality') === kind),
    'tokenCount',
  )
}
