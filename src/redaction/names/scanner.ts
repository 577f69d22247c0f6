import type { CleanView, Report, StreamScanner } from '../detector.ts'
import { WALL } from '../detector.ts'
import { engine, text } from './ahead.ts'
import { judgeCjk, TAIL_UNITS } from './cjk.ts'
import { GAP } from './context.ts'
import { decide } from './decide.ts'
import {
  ANSWER,
  AT_CANDIDATE,
  AT_IDEOGRAPH,
  AT_NUMBER,
  CELL,
  FINAL,
  JUDGED,
  KNOWN_CELLS,
  STATE_CELLS,
} from './engine/layout.ts'
import type { Verdict } from './person.ts'
import { judgeContinuation, judgeNumberedStreet } from './place.ts'

/** Names remembered of one text: enough for a conversation, bounded for a book. */
const KNOWN_WORDS_MAX = 64
const LINE = 0x0a

const { cells, answers } = engine
/** The text whose cells are in the engine, as it keeps them meanwhile. */
let resident: Int32Array | undefined

/** Opens the scanner of one text. */
export function openNameScanner(): StreamScanner {
  const kept = new Int32Array(STATE_CELLS)
  kept[CELL.gap] = GAP.line
  kept[CELL.before] = LINE
  kept[CELL.pure] = 1
  kept[CELL.empty] = 1
  const known = new Set<number>()
  /** First unit not decided. */
  let cursor = 0
  /** Nothing left of it is looked at: the last finding's end. */
  let floor = 0
  /** Position behind an address that may go on. */
  let address = -1

  function scan(view: CleanView, report: Report): number {
    // Nothing is read, so the engine's memory stays the other text's.
    if (cursor >= view.end) return cursor
    let isSame = resident === kept
    if (!isSame) {
      resident?.set(cells)
      cells.set(kept)
      resident = kept
    }
    while (cursor < view.end) {
      text.open(view, cursor, isSame)
      walk(report)
      if (text.end() === view.end) break
      isSame = true
    }
    return cursor
  }

  /** Reads what is in memory to its end, or to what must wait for more. */
  function walk(report: Report): void {
    const base = text.base()
    const end = text.end() - base
    const final = text.final() ? FINAL : 0
    let mode = final
    for (;;) {
      if (cursor === address && cursor < text.end()) {
        if (!goOn(report)) return
      }
      cursor = base + engine.walk(cursor - base, end, mode)
      const reason = answers[ANSWER.reason] ?? 0
      if (reason < AT_IDEOGRAPH) return
      text.start(cursor)
      const found = judge(reason, report)
      if (text.starved()) return
      mode = found ? final : final | JUDGED
    }
  }

  /** An address that goes on; false when it must wait for more text. */
  function goOn(report: Report): boolean {
    text.start(cursor)
    const unit = text.at(cursor)
    if (unit !== 0x2c && unit !== 0x20) return true
    const verdict = judgeContinuation(text, cursor)
    if (text.starved()) return false
    if (verdict) accept(verdict, 'LOCATION', 0, report)
    else address = -1
    return true
  }

  /** True when something was found; nothing is, while text must arrive. */
  function judge(reason: number, report: Report): boolean {
    if (reason === AT_CANDIDATE) return candidate(report)
    return reason === AT_NUMBER ? number(report) : ideograph(report)
  }

  function accept(verdict: Verdict, entity: string, cue: number, report: Report): void {
    report(verdict.start, verdict.end, entity)
    for (const hash of verdict.words) {
      if (known.size >= KNOWN_WORDS_MAX) break
      known.add(hash)
      const cell = CELL.known + ((hash >>> 5) & (KNOWN_CELLS - 1))
      cells[cell] = (cells[cell] ?? 0) | (1 << hash)
    }
    cells[CELL.first] = 0
    cells[CELL.flags] = 0
    cells[CELL.walled] = 1
    cells[CELL.origin] = 0
    cells[CELL.listCue] = cue
    cells[CELL.gap] = GAP.wall
    cells[CELL.gapUnits] = 0
    cells[CELL.pure] = 0
    cells[CELL.empty] = 0
    cells[CELL.before] = WALL
    cursor = verdict.end
    floor = cursor
  }

  /** The last units in front of the cursor without spaces; they stay readable. */
  function tail(): string {
    let units = ''
    const from = Math.max(floor, cursor - 2 * TAIL_UNITS, text.base())
    for (let position = cursor - 1; position >= from && units.length < TAIL_UNITS; position--) {
      const unit = text.at(position)
      if (unit !== 0x20) units = String.fromCharCode(unit) + units
    }
    return units
  }

  function ideograph(report: Report): boolean {
    const verdict = judgeCjk(text, cursor, tail)
    if (verdict === undefined || text.starved()) return false
    accept(verdict, verdict.entity, 0, report)
    return true
  }

  function number(report: Report): boolean {
    const verdict = judgeNumberedStreet(text, cursor)
    if (verdict === undefined || text.starved()) return false
    accept(verdict, 'LOCATION', 0, report)
    address = verdict.end
    return true
  }

  function candidate(report: Report): boolean {
    const word = text.word(cursor)
    if (word === undefined) return false
    const cue = answers[ANSWER.cue] ?? 0
    const columnCue = answers[ANSWER.columnCue] ?? 0
    const gap = cells[CELL.gap] ?? 0
    const adjacent = (gap & ~(GAP.space | GAP.quote)) === 0 && (cells[CELL.gapUnits] ?? 0) <= 2
    const before = adjacent ? (cells[CELL.flags] ?? 0) : 0
    const decided = decide(text, word, { cue, columnCue, before, known })
    if (decided === undefined || text.starved()) return false
    accept(decided.verdict, decided.entity, cue, report)
    if (decided.address) address = decided.verdict.end
    return true
  }

  return { scan }
}
