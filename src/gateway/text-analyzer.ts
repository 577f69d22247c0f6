/** What an outside analyzer found: UTF-16 offsets into the text it was given. */
export interface AnalyzedSpan {
  readonly start: number
  readonly end: number
  readonly entity: string
}

/** An outside detector of names, for those who run one. Never throws. */
export interface TextAnalyzer {
  /** Looks for `entities` in `text`; `late` when it does not answer within `timeoutMs`. */
  analyze(
    text: string,
    entities: readonly string[],
    timeoutMs: number,
  ): Promise<readonly AnalyzedSpan[] | 'late' | 'failed'>
}

/** An answer names a few spans; more bytes than this are none of the analyzer's. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024

/**
 * A Presidio analyzer behind its HTTP interface: `POST /analyze` with `{text, language, entities}` answers a list of
 * `{entity_type, start, end, score}`, whose offsets count code points. Source: Presidio analyzer API, 2026-11.
 */
export function presidioAnalyzer(origin: URL, language = 'en'): TextAnalyzer {
  const url = new URL(`${origin.pathname.replace(/\/$/, '')}/analyze`, origin)
  return {
    async analyze(text, entities, timeoutMs) {
      const signal = AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs)))
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ text, language, entities }),
          redirect: 'manual',
          signal,
        })
        if (response.status !== 200) {
          await response.body?.cancel()
          return 'failed'
        }
        const answer = await boundedText(response)
        return answer === undefined ? 'failed' : spansOf(JSON.parse(answer), text, entities)
      } catch {
        return signal.aborted ? 'late' : 'failed'
      }
    },
  }
}

async function boundedText(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    if (bytes > ANSWER_BYTES_MAX) return undefined
    text += decoder.decode(piece, { stream: true })
  }
  return text
}

function spansOf(
  answer: unknown,
  text: string,
  entities: readonly string[],
): readonly AnalyzedSpan[] | 'failed' {
  if (!Array.isArray(answer)) return 'failed'
  const offsets = codePointOffsets(text)
  const spans: AnalyzedSpan[] = []
  for (const each of answer) {
    const { entity_type: entity, start, end } = Object(each)
    const [from, to] = [offsets(start), offsets(end)]
    if (typeof entity !== 'string' || from === undefined || to === undefined) return 'failed'
    if (entities.includes(entity)) spans.push({ start: from, end: to, entity })
  }
  return spans
}

/** Code points from the beginning → UTF-16 units. */
function codePointOffsets(text: string): (points: unknown) => number | undefined {
  const isPlain = !/[\ud800-\udbff]/.test(text)
  const places: number[] = []
  if (!isPlain) {
    let at = 0
    for (const point of text) {
      places.push(at)
      at += point.length
    }
    places.push(at)
  }
  return (points) => {
    if (typeof points !== 'number' || !Number.isInteger(points) || points < 0) return undefined
    if (!isPlain) return places[points]
    return points <= text.length ? points : undefined
  }
}
