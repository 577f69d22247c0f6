import { Failure } from '../base/failure.ts'
import { isJsonObject, type Json, type JsonObject, member } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import type { Clock } from '../base/world.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { encodeLiteral } from '../stream/json-literal.ts'
import { type JsonPath, scanJson } from '../stream/json-text.ts'
import { applySplices, type Splice } from '../stream/splice.ts'
import { analyzeContents } from './analyze-contents.ts'
import { isRead } from './check-policies.ts'
import { TOLD_FIRST, takesDisclaimer, toldText } from './disclaimer.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ReadRequest } from './read-request.ts'
import { cleanAcross, type SplitText } from './redact-parts.ts'
import { findingUnitsMin, labelOf, type TextCleaner, textCleaner } from './redact-text.ts'
import { scanPace } from './scan-pace.ts'
import { inScanTurn, letOthers } from './scan-turns.ts'
import type { TextAnalyzer } from './text-analyzer.ts'

/** The request as it goes upstream. */
export interface OutgoingRequest {
  readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly contentLength: number | undefined
  /** The body's JSON text as it is sent, when the gateway reads it. */
  readonly text: string | undefined
  /** True when the body no longer is what the caller sent: its `content-encoding` must not be forwarded. */
  readonly changed: boolean
}

/** What scanning a request stands on beside its guard. */
export interface ScanParts {
  readonly clock: Clock
  /** An outside detector of names, when one is configured. */
  readonly analyzer: TextAnalyzer | undefined
}

const encoder = new TextEncoder()

/**
 * The body with the edits that this call needs, as splices; the caller's own bytes when there are none. With a
 * guard every string the provider's parser would see is looked at, keys, unknown fields and repeated keys
 * included; what the dialect calls untouchable (ids, signatures, media) stays.
 * Fails with `content_blocked`, `unscannable_body`, `scanner_unavailable`, `body_too_large` (too many strings).
 */
export async function redactRequest(
  read: ReadRequest,
  method: string,
  dialect: Dialect,
  guard: ExchangeGuard | undefined,
  { clock, analyzer }: ScanParts,
): Promise<OutgoingRequest> {
  const { json } = read
  if (!json) {
    if (guard && guard.merged.unscannable === 'block' && !isRead(method) && read.original)
      throw new Failure('unscannable_body')
    const { original: body, contentLength } = read
    return { body, contentLength, text: undefined, changed: false }
  }
  const amended = dialect.amend(json.text, json.body, read.ask)
  const { length } = json.text
  const found = guard?.looksAtRequests
    ? await inScanTurn(length, clock, () =>
        redactions(json.text, json.body, dialect, guard, { clock, analyzer }),
      )
    : []
  guard?.check()
  const splices = [...amended, ...found].sort((a, b) => a.start - b.start)
  if (splices.length === 0)
    return {
      body: read.original,
      contentLength: read.contentLength,
      text: json.text,
      changed: false,
    }
  const text = applySplices(json.text, splices)
  await letOthers(length)
  const body = encoder.encode(text)
  await letOthers(length)
  return { body, contentLength: body.byteLength, text, changed: true }
}

/**
 * A JSON text with everything hidden that the guard finds, for a captured copy: nobody is told of it in the text. Fails as
 * {@link redactRequest} does.
 */
export async function redactedJson(
  text: string,
  body: JsonObject,
  dialect: Dialect,
  guard: ExchangeGuard,
  parts: ScanParts,
): Promise<string> {
  const found = await redactions(text, body, dialect, guard, parts, false)
  return applySplices(
    text,
    found.sort((a, b) => a.start - b.start),
  )
}

/** A string of the body that is looked at. */
interface BodyText extends SplitText {
  /** Where its content stands in the body's text, without the quotes. */
  readonly start: number
  readonly end: number
  readonly label: string | undefined
  /** What must change, in offsets of the content. */
  splices: readonly Splice[]
}

/** Splices for every string in which something is hidden. */
async function redactions(
  text: string,
  body: JsonObject,
  dialect: Dialect,
  guard: ExchangeGuard,
  { clock, analyzer }: ScanParts,
  tellsModel = true,
): Promise<Splice[]> {
  await letOthers(text.length)
  const texts = textsOf(text, body, dialect, findingUnitsMin(guard))
  await letOthers(text.length)
  const pace = scanPace(guard.merged, clock)
  await cleanAcross(texts, guard, pace)
  const cleaner = textCleaner(guard, pace)
  // Every message repeats the same few keys.
  const plainKeys = new Set<string>()
  for (const each of texts) {
    if (each.isKey && plainKeys.has(each.content)) continue
    each.splices = await cleaned(each, cleaner)
    if (each.isKey && each.splices.length === 0) plainKeys.add(each.content)
  }
  if (analyzer) await analyzeContents(texts, guard, analyzer, pace)
  const found: Splice[] = []
  const told = new Set<string>()
  for (const { path, isKey, start, content, splices } of texts) {
    if (splices.length === 0) continue
    const says =
      tellsModel &&
      !isKey &&
      takesDisclaimer(dialect.id, path, body, told, toldText(content, splices))
    if (says) found.push({ start, end: start, text: encodeLiteral(TOLD_FIRST) })
    for (const each of splices)
      found.push({ start: start + each.start, end: start + each.end, text: each.text })
  }
  return found
}

async function cleaned(each: BodyText, cleaner: TextCleaner): Promise<readonly Splice[]> {
  const { content, text, label } = each
  if (text === undefined) return cleaner.clean(content, 0, content.length, label)
  const joined = encodeLiteral(text, content)
  const splices = await cleaner.clean(joined, 0, joined.length, label)
  return [{ start: 0, end: content.length, text: applySplices(joined, splices) }]
}

function textsOf(text: string, body: JsonObject, dialect: Dialect, unitsMin: number): BodyText[] {
  const texts: BodyText[] = []
  const add = (path: JsonPath, start: number, end: number, isKey: boolean): void => {
    if (texts.length === LIMITS.scannedStringsMax)
      throw new Failure('body_too_large', {
        says: `A data policy applies to this call, and its body holds more than ${LIMITS.scannedStringsMax} strings.`,
      })
    const label = !isKey && isOwnData(path) ? labelOf(path) : undefined
    const content = text.slice(start, end)
    texts.push({ path: [...path], isKey, content, text: undefined, start, end, label, splices: [] })
  }
  scanJson(text, LIMITS.jsonDepthMax, {
    string(path, start, end) {
      const parent = end > start ? parentOf(path, body) : undefined
      if (parent === undefined || dialect.isUntouchable(path, parent)) return
      // A short piece may still be the end of a value that began in the part before.
      if (end - start >= unitsMin || path[path.length - 1] === 'text') add(path, start, end, false)
    },
    key(path, start, end) {
      if (end - start >= unitsMin) add(path, start, end, true)
    },
  })
  return texts
}

/** Members that hold data of the caller's tools: names in there are the caller's own and tell what a value is. */
const OWN_DATA: ReadonlySet<string | number> = new Set(['input', 'args', 'arguments', 'response'])

function isOwnData(path: JsonPath): boolean {
  return path[0] === 'metadata' || path.some((step, index) => index > 2 && OWN_DATA.has(step))
}

/** The nearest object around the value at `path`, as far as the parser's own reading goes there. */
function parentOf(path: JsonPath, body: JsonObject): JsonObject {
  let at: Json | undefined = body
  let holder = body
  for (let index = 0; index < path.length - 1; index++) {
    const step = path[index]
    if (typeof step === 'number') at = Array.isArray(at) ? at[step] : undefined
    else at = step === undefined ? undefined : member(at, step)
    if (isJsonObject(at)) holder = at
  }
  return holder
}
