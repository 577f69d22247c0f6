import { Failure } from '../base/failure.ts'
import type { Finding } from '../redaction/detector.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ScanPace } from './scan-pace.ts'
import type { AnalyzedSpan, TextAnalyzer } from './text-analyzer.ts'

/** The name under which findings of the outside analyzer are counted. */
const DETECTOR = 'analyzer'
/** What it is asked for: everything with a shape of its own is found inside. */
const ENTITIES = ['PERSON', 'LOCATION', 'NRP']
/** Texts go out together, joined by a blank line, in pieces of about this many units. */
export const BATCH_UNITS = 64 * 1024
const JOINT = '\n\n'
/** What was hidden before, and the characters around it, are no text to the analyzer's findings. */
const PLACEHOLDER = /\[(?:SAFE_TO_USE|HASHED):[A-Z0-9_]{1,40}_[a-z]{8}\]/g

/** A text, or a piece of a long one, that may be analyzed. */
export interface AnalyzedText {
  readonly clean: string
  /** Told what is to stand in its place, when something was found. */
  hide(text: string): void
}

/**
 * Has an outside analyzer look at texts that the detectors inside have cleaned, and hides what it finds. Fails with
 * `scanner_unavailable` when it is late or broken and the policy does not let the call pass then.
 */
export async function analyzeTexts(
  texts: Iterable<AnalyzedText>,
  guard: ExchangeGuard,
  analyzer: TextAnalyzer,
  pace: ScanPace,
): Promise<void> {
  const entities = ENTITIES.filter((entity) => guard.wants(DETECTOR, entity))
  if (entities.length === 0) return
  for (const batch of batchesOf(texts)) {
    const left = pace.leftMs()
    const answer =
      left > 0
        ? await analyzer.analyze(batch.map(({ clean }) => clean).join(JOINT), entities, left)
        : 'late'
    if (answer === 'late' || answer === 'failed') {
      const { timeoutAction, failMode } = guard.merged
      if (answer === 'late' ? timeoutAction === 'allow' : failMode === 'open') return
      throw new Failure('scanner_unavailable', { inside: `analyzer ${answer}` })
    }
    hideIn(batch, answer, guard)
  }
}

/** Names stand in running text: single words are left out, since most of them are no text at all. */
function* batchesOf(texts: Iterable<AnalyzedText>): Generator<AnalyzedText[]> {
  let batch: AnalyzedText[] = []
  let units = 0
  for (const text of texts) {
    if (!/\p{L}\s+\S/u.test(text.clean)) continue
    if (units + text.clean.length > BATCH_UNITS && batch.length > 0) {
      yield batch
      batch = []
      units = 0
    }
    batch.push(text)
    units += text.clean.length + JOINT.length
  }
  if (batch.length > 0) yield batch
}

function hideIn(
  batch: readonly AnalyzedText[],
  spans: readonly AnalyzedSpan[],
  guard: ExchangeGuard,
): void {
  let start = 0
  for (const text of batch) {
    const end = start + text.clean.length
    const own = spans
      .filter((span) => span.start >= start && span.end <= end && span.end > span.start)
      .map((span) => ({ ...span, start: span.start - start, end: span.end - start }))
    if (own.length > 0) text.hide(hidden(text.clean, own, guard))
    start = end + JOINT.length
  }
}

function hidden(text: string, spans: readonly AnalyzedSpan[], guard: ExchangeGuard): string {
  const walls = [...text.matchAll(PLACEHOLDER)].map(({ index, 0: all }) => ({
    start: index,
    end: index + all.length,
  }))
  let out = ''
  let from = 0
  for (const { start, end, entity } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < from || walls.some((wall) => wall.start < end && start < wall.end)) continue
    const finding: Finding = { kind: 'pii', entity, detector: DETECTOR, start, end }
    out += text.slice(from, start) + guard.rewrite(finding, text.slice(start, end))
    from = end
  }
  return out + text.slice(from)
}
