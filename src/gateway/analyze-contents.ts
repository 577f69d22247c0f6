import { escapeEdge, literalEdit } from '../stream/json-literal.ts'
import { decodeLiteral } from '../stream/json-text.ts'
import { applySplices, type Splice } from '../stream/splice.ts'
import { type AnalyzedText, analyzeTexts, BATCH_UNITS } from './analyze-text.ts'
import { isJson, mayBeJson } from './disclaimer.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ScanPace } from './scan-pace.ts'
import type { TextAnalyzer } from './text-analyzer.ts'

/** A string of a JSON text with what was hidden in it so far. */
export interface AnalyzedContent {
  readonly isKey: boolean
  readonly content: string
  splices: readonly Splice[]
}

/** What the analyzer found in a content, in offsets of the content as it was given to it. */
interface Found {
  readonly of: AnalyzedContent
  readonly given: string
  readonly splices: Splice[]
}

/**
 * Has an outside analyzer look at strings that the detectors inside have cleaned. One batch of texts is held at a time, and a
 * long text goes out in several: it sees no more of it at once. Fails as {@link analyzeTexts} does.
 */
export async function analyzeContents(
  contents: readonly AnalyzedContent[],
  guard: ExchangeGuard,
  analyzer: TextAnalyzer,
  pace: ScanPace,
): Promise<void> {
  const found: Found[] = []
  await analyzeTexts(textsOf(contents, found), guard, analyzer, pace)
  for (const { of, given, splices } of found)
    of.splices =
      of.splices.length === 0
        ? splices
        : [{ start: 0, end: of.content.length, text: applySplices(given, splices) }]
}

function* textsOf(contents: readonly AnalyzedContent[], all: Found[]): Generator<AnalyzedText> {
  for (const of of contents) {
    if (of.isKey) continue
    const given = applySplices(of.content, of.splices)
    if (mayBeJson(given) && isJson(decodeLiteral(given))) continue
    let found: Found | undefined
    for (let at = 0; at < given.length; ) {
      const start = at
      const end = batchEnd(given, at)
      const piece = given.slice(start, end)
      at = end
      yield {
        clean: decodeLiteral(piece),
        hide(text) {
          if (!found) {
            found = { of, given, splices: [] }
            all.push(found)
          }
          const edit = literalEdit(text, piece)
          found.splices.push({ ...edit, start: start + edit.start, end: start + edit.end })
        },
      }
    }
  }
}

/** Units in which the end of a line, or of a word, is looked for. */
const EDGE_UNITS = 4096

/** Where a piece ends that begins at `from`: behind a line, else behind a word, so that a name is not cut in two. */
function batchEnd(content: string, from: number): number {
  if (content.length - from <= BATCH_UNITS) return content.length
  const edge = escapeEdge(content, from, from + BATCH_UNITS)
  const last = content.slice(edge - EDGE_UNITS, edge)
  const line = last.lastIndexOf('\\n')
  if (line > 0 && last[line - 1] !== '\\') return edge - EDGE_UNITS + line + 2
  const word = last.lastIndexOf(' ')
  return word < 0 ? edge : edge - EDGE_UNITS + word + 1
}
