import type { Ahead } from './ahead.ts'
import { NOTHING } from './ahead.ts'
import { CUE, PHRASES } from './lexicon.ts'
import { hashJoin } from './units.ts'

/** Columns that are told apart in one table. */
const COLUMNS_MAX = 24
const KEYS = CUE.personKey | CUE.placeKey | CUE.nrpKey
const LINE = 0x0a

/** What the head of a table says of the cells below it: comma, semicolon or tab separated, or between bars. */
export interface Columns {
  /** A unit outside words has passed. */
  mark(unit: number): void
  word(hash: number): void
  wall(): void
  /** What the column announces, when nothing of its cell has passed yet: a set of `CUE`. */
  cue(): number
}

/** Opens the state of one text. */
export function openColumns(): Columns {
  /** What each column announces; empty outside tables. */
  let columns: number[] = []
  /** Of the line that is passing: its cells, whether it has only words, whether the cell is still empty. */
  const heads: number[] = []
  let cell = 0
  let pure = true
  let empty = true
  let phrase = 0

  function endCell(): void {
    if (pure && cell < COLUMNS_MAX) heads[cell] = (PHRASES.get(phrase) ?? 0) & KEYS
    cell++
    phrase = 0
    empty = true
  }

  function endLine(): void {
    endCell()
    const cells = cell
    cell = 0
    if (pure && cells > 1 && heads.some((cue, column) => cue > 0 && column < cells)) {
      columns = heads.slice(0, cells)
    } else if (cells < 2 && columns.length > 0) {
      // The line of dashes under a head belongs to the table; a line without cells ends it.
      columns = []
    }
    pure = true
  }

  return {
    mark(unit) {
      if (unit === LINE) endLine()
      else if (unit === 0x2c || unit === 0x3b || unit === 0x09 || unit === 0x7c) endCell()
      else if (unit !== 0x20 && unit !== 0x22 && unit !== 0x0d && unit !== 0x2d && unit !== 0x3a) {
        pure = false
        empty = false
      }
    },
    word(hash) {
      phrase = empty ? hash : hashJoin(phrase, hash)
      empty = false
    },
    wall() {
      pure = false
      empty = false
    },
    cue: () => (empty && columns.length > 0 ? (columns[cell] ?? 0) : 0),
  }
}

/** Whether a cell ends at `position`. */
export function endsCell(text: Ahead, position: number): boolean {
  let at = position
  if (text.at(at) === 0x22) at++
  while (text.at(at) === 0x20 && at - position < 3) at++
  const unit = text.at(at)
  return unit === NOTHING || CELL_ENDS.has(unit)
}

const CELL_ENDS = new Set([0x2c, 0x3b, 0x09, 0x7c, 0x0a, 0x0d])
