import { LIMITS } from '../base/limits.ts'
import { encodeLiteral, literalEdit } from '../stream/json-literal.ts'
import { decodeLiteral, scanJson } from '../stream/json-text.ts'
import { applySplices, type Splice } from '../stream/splice.ts'
import { mayBeJson } from './disclaimer.ts'
import type { ExchangeGuard } from './guard.ts'
import { filterInPieces, PIECE_UNITS } from './redact-pieces.ts'
import type { ScanPace } from './scan-pace.ts'

/** JSON inside a string inside JSON is real (tool arguments quoted in tool arguments); deeper is not. */
const NESTING_MAX = 3
/** No built-in detector finds anything in fewer units; most keys and enumerations are shorter. */
const FINDING_UNITS_MIN = 4

/** Units that a text needs for anything to be found in it: a policy's own words and patterns may be of one or two. */
export function findingUnitsMin({ merged }: ExchangeGuard): number {
  return merged.guards.some(({ custom }) => custom.length > 0) ? 1 : FINDING_UNITS_MIN
}

/** Longer names are data themselves. */
const LABEL_UNITS_MAX = 64

/** Rewrites strings of one request. */
export interface TextCleaner {
  /**
   * What must change in a string of `json` before it may leave, as splices of `json`; `[start, end)` is its content without
   * the quotes. `label` is the name under which it stands in data of the caller's own: such a name may be all that tells a
   * password from a word. JSON inside the string stays JSON.
   */
  clean(json: string, start: number, end: number, label?: string): Promise<readonly Splice[]>
}

/** Opens a cleaner that keeps to `pace`. */
export function textCleaner(guard: ExchangeGuard, pace: ScanPace): TextCleaner {
  const unitsMin = findingUnitsMin(guard)

  async function filtered(text: string): Promise<string> {
    if (text.length < unitsMin) return text
    // Short texts pass by the hundred thousand: waiting for each would cost more than reading it.
    if (pace.isDue(text.length)) await pace.pause()
    if (pace.isOver()) return text
    const filter = guard.openRequest()
    return filter.push(text) + filter.end()
  }

  /** Labels that are findings themselves: looked at with their value they would count twice. */
  const found = new Map<string, boolean>()
  function isFound(label: string): boolean {
    const known = found.get(label)
    if (known !== undefined) return known
    const is = label.length > LABEL_UNITS_MAX || guard.look(label).length > 0
    found.set(label, is)
    return is
  }

  async function labelled(text: string, label: string): Promise<string> {
    if (isFound(label)) return filtered(text)
    const front = frontOf(label)
    const all = await filtered(`${front}${text}"`)
    // A value that runs into the quote is looked at without its name.
    if (!all.startsWith(front) || !all.endsWith('"')) return filtered(text)
    return all.slice(front.length, -1)
  }

  /** What changes in the strings of a text that is itself JSON, each by itself: what is kept of them is what they mean. */
  async function insideJson(text: string, nesting: number): Promise<readonly Splice[]> {
    const splices: Splice[] = []
    if (nesting > NESTING_MAX) return splices
    for (const { start, end, label } of literalsOf(text, unitsMin) ?? [])
      for (const splice of await clean(text, start, end, label, nesting)) splices.push(splice)
    return splices
  }

  async function short(
    content: string,
    label: string | undefined,
    nesting: number,
  ): Promise<readonly Splice[]> {
    const plain = decodeLiteral(content)
    const inner = applySplices(plain, await insideJson(plain, nesting + 1))
    const cleaned =
      label === undefined || inner.length < unitsMin
        ? await filtered(inner)
        : await labelled(inner, label)
    return cleaned === plain ? [] : [literalEdit(cleaned, content)]
  }

  /** The same for a long content, of which no second copy is made unless it is JSON itself in which something changes. */
  async function long(
    content: string,
    label: string | undefined,
    nesting: number,
  ): Promise<readonly Splice[]> {
    const inside = await insideLong(content, nesting + 1)
    const inner = inside ?? content
    const front = label === undefined || isFound(label) ? undefined : frontOf(label)
    const splices =
      (await filterInPieces(inner, guard, pace, front)) ??
      (await filterInPieces(inner, guard, pace)) ??
      []
    if (inside === undefined) return splices
    return [{ start: 0, end: content.length, text: applySplices(inside, splices) }]
  }

  /** A content that is JSON itself, with what is in its strings changed; undefined where nothing is. */
  async function insideLong(content: string, nesting: number): Promise<string | undefined> {
    if (nesting > NESTING_MAX || !mayBeJson(content)) return undefined
    const text = decodeLiteral(content)
    const splices = await insideJson(text, nesting)
    return splices.length === 0 ? undefined : encodeLiteral(applySplices(text, splices), content)
  }

  async function clean(
    json: string,
    start: number,
    end: number,
    label: string | undefined,
    nesting: number,
  ): Promise<readonly Splice[]> {
    const content = json.slice(start, end)
    const splices =
      content.length > PIECE_UNITS
        ? await long(content, label, nesting)
        : await short(content, label, nesting)
    return splices.map((each) => ({
      start: start + each.start,
      end: start + each.end,
      text: each.text,
    }))
  }

  return { clean: (json, start, end, label) => clean(json, start, end, label, 0) }
}

/** What stands in front of a value for which its name speaks. */
function frontOf(label: string): string {
  return `${JSON.stringify(label)}: "`
}

/** A string inside a JSON text: offsets of its content and the member it is the value of. */
interface Literal {
  readonly start: number
  readonly end: number
  readonly label: string | undefined
}

/** Strings and keys, from `unitsMin` on, of a text that is a JSON object or array; undefined for all other texts. */
function literalsOf(text: string, unitsMin: number): readonly Literal[] | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  const found: Literal[] = []
  const { ok } = scanJson(text, LIMITS.jsonDepthMax, {
    string(path, start, end) {
      if (end - start >= unitsMin) found.push({ start, end, label: labelOf(path) })
    },
    key(_, start, end) {
      if (end - start >= unitsMin) found.push({ start, end, label: undefined })
    },
  })
  return ok ? found : undefined
}

/** The nearest key above a value. */
export function labelOf(path: readonly (string | number)[]): string | undefined {
  const key = path.findLast((step) => typeof step === 'string')
  return typeof key === 'string' ? key : undefined
}
