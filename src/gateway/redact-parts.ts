import type { Finding } from '../redaction/detector.ts'
import { contentPieces, decodedUnits } from '../stream/json-literal.ts'
import { decodeLiteral, type JsonPath } from '../stream/json-text.ts'
import type { ExchangeGuard } from './guard.ts'
import { PIECE_UNITS } from './redact-pieces.ts'
import type { ScanPace } from './scan-pace.ts'

/** A string of a request with the path it stands at. */
export interface SplitText {
  readonly path: JsonPath
  readonly isKey: boolean
  /** What the caller sent, as it is written in the JSON text. */
  readonly content: string
  /** What it means once values that stretch over several parts are hidden; undefined where there are none. */
  text: string | undefined
}

/** Hides values that were split over neighbouring text parts of one message: the provider reads them as one text. */
export async function cleanAcross(
  texts: readonly SplitText[],
  guard: ExchangeGuard,
  pace: ScanPace,
): Promise<void> {
  for (const run of runsOf(texts)) await hideAcross(run, guard, pace)
}

/** Neighbours `…/3/text`, `…/4/text` in lists of parts. */
function runsOf(texts: readonly SplitText[]): SplitText[][] {
  const runs: SplitText[][] = []
  let list = ''
  let next = -1
  for (const each of texts) {
    const { path, isKey } = each
    const index = path[path.length - 2]
    if (isKey || path[path.length - 1] !== 'text' || typeof index !== 'number') continue
    const name = JSON.stringify(path.slice(0, -2))
    if (name === list && index === next) runs.at(-1)?.push(each)
    else runs.push([each])
    list = name
    next = index + 1
  }
  return runs.filter((run) => run.length > 1)
}

/** Units between the beginning of a part and a value whose label may stand in the part before. */
const LABEL_UNITS_MAX = 64

/** What stretches over the beginning of a part, in the order of the text; nothing once the time is up. */
async function acrossEdges(
  run: readonly SplitText[],
  starts: readonly number[],
  guard: ExchangeGuard,
  pace: ScanPace,
): Promise<readonly Finding[]> {
  const look = guard.openLook((wide) => {
    const reach = wide ? 2 * LABEL_UNITS_MAX : LABEL_UNITS_MAX
    let next = 1
    return (finding) => {
      const { start, end } = finding
      // A label in one part and its value in the next are not split, but stand out only together.
      while ((starts[next] ?? Infinity) < start - reach) next++
      const edge = starts[next] ?? Infinity
      // What is only counted, and stands in one part, is counted there.
      return edge < end && (wide || edge > start || !guard.observes(finding))
    }
  })
  for (const { content } of run)
    for (const piece of contentPieces(content, PIECE_UNITS)) {
      if (pace.isDue(piece.length)) await pace.pause()
      if (pace.isOver()) return []
      look.push(decodeLiteral(piece))
    }
  return look.end()
}

async function hideAcross(
  run: readonly SplitText[],
  guard: ExchangeGuard,
  pace: ScanPace,
): Promise<void> {
  const starts: number[] = []
  let at = 0
  for (const { content } of run) {
    starts.push(at)
    at += decodedUnits(content)
  }
  const findings = await acrossEdges(run, starts, guard, pace)
  if (findings.length === 0) return
  const joined = run.map(({ content }) => decodeLiteral(content)).join('')
  const pieces = run.map(() => '')
  let part = 0
  let from = 0
  const copyTo = (to: number): void => {
    while (from < to) {
      const edge = starts[part + 1] ?? joined.length
      const stop = Math.min(edge, to)
      pieces[part] += joined.slice(from, stop)
      from = stop
      if (from === edge && part < run.length - 1) part++
    }
  }
  for (const finding of findings) {
    copyTo(finding.start)
    const written = guard.rewrite(finding, joined.slice(finding.start, finding.end))
    const first = part
    from = finding.end
    while (part < run.length - 1 && from >= (starts[part + 1] ?? joined.length)) part++
    share(pieces, first, part, written, run)
  }
  copyTo(joined.length)
  for (const [index, each] of run.entries()) each.text = pieces[index] ?? ''
}

/**
 * Writes what stands for a value into the part where the value began; parts of which nothing else would be left get a
 * unit of it each, since providers refuse empty parts.
 */
function share(
  pieces: string[],
  first: number,
  last: number,
  written: string,
  run: readonly SplitText[],
): void {
  const emptied = Math.max(0, Math.min(last - first, written.length - 1))
  pieces[first] += written.slice(0, written.length - emptied)
  for (let index = 0; index < emptied; index++) {
    const piece = first + 1 + index
    if (run[piece]) pieces[piece] += written.charAt(written.length - emptied + index)
  }
}
