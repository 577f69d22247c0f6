import { type CleanView, type Report, type StreamScanner, WALL } from '../detector.ts'
import { ahead, goesOn, isApostrophe, SHAPE, type Word } from './ahead.ts'
import { judgeCjk, TAIL_UNITS } from './cjk.ts'
import { endsCell, openColumns } from './columns.ts'
import { cueOf, GAP, openContext, passMark, passWall, passWord, standsFree } from './context.ts'
import { CUE, lookUp, W } from './lexicon.ts'
import { judgeNrp } from './nrp.ts'
import { judgePerson, type Verdict } from './person.ts'
import { judgeContinuation, judgeNumberedStreet, judgePlace, judgeStreet } from './place.ts'
import {
  ASCII,
  CASELESS,
  DIGIT,
  HASH_START,
  hashUnit,
  hashWord,
  IDEOGRAPH,
  KIND,
  ONE_DIGIT,
  ONE_UPPER,
  OTHER,
  SPACE,
  UPPER,
} from './units.ts'

/** Most units a decision waits with. */
export const NAME_HOLD_UNITS_MAX = 44
/** Names remembered of one text: enough for a conversation, bounded for a book. */
const KNOWN_WORDS_MAX = 64
/** Units from which on a word is no name. */
const WORD_UNITS_MAX = 40
/** Hash of an identifier too long to be read as one word. */
const LONG_WORD = 1

/** Words that credit makers of software: their names are published with it. */
const CREDITS = new Set(
  ['copyright', 'author', 'authors', 'contributors', 'maintainers', 'maintainer', 'committer'].map(
    hashWord,
  ),
)

/** Opens the scanner of one text. */
export function openNameScanner(): StreamScanner {
  const context = openContext()
  const columns = openColumns()
  const known = new Set<number>()
  /** First unit not decided; the unit in front of it; the nearest readable one. */
  let cursor = 0
  let before = 0x0a
  /** Nothing left of it is looked at: the last finding's end. */
  let floor = 0
  const text = ahead()
  /** Inside a word longer than any name; position behind an address that may go on. */
  let long = false
  let address = -1
  /** In a line that credits the makers of software. */
  let credits = false

  function scan(view: CleanView, report: Report): number {
    text.open(view)
    while (cursor < view.end) {
      const unit = view.at(cursor)
      const kind = KIND[unit] ?? OTHER
      if (long && kind !== OTHER && kind !== SPACE && unit !== WALL) {
        before = unit
        cursor++
      } else if (kind === OTHER || kind === SPACE) {
        long = false
        if (!mark(unit, report)) return cursor
      } else if (kind === IDEOGRAPH) {
        if (!ideograph(view, unit, report)) return cursor
      } else if (!word(view, kind, report)) return cursor
    }
    return cursor
  }

  function accept(verdict: Verdict, entity: string, cue: number, report: Report): void {
    report(verdict.start, verdict.end, entity)
    for (const hash of verdict.words) if (known.size < KNOWN_WORDS_MAX) known.add(hash)
    passWall(context, cue)
    columns.wall()
    cursor = verdict.end
    before = WALL
    floor = cursor
  }

  /** All functions below say false when they must wait for more text. */
  function mark(unit: number, report: Report): boolean {
    if (cursor === address && (unit === 0x2c || unit === 0x20)) {
      text.start(cursor)
      const verdict = judgeContinuation(text, cursor)
      if (text.starved()) return false
      if (verdict) {
        accept(verdict, 'LOCATION', 0, report)
        return true
      }
    }
    if (unit === WALL) {
      passWall(context, 0)
      columns.wall()
    } else {
      passMark(context, unit)
      columns.mark(unit)
    }
    if (unit === 0x0a) credits = false
    before = unit
    cursor++
    return true
  }

  /** The last units in front of the cursor without spaces; they stay readable. */
  function tail(view: CleanView): string {
    let units = ''
    const from = Math.max(floor, cursor - 2 * TAIL_UNITS, view.start)
    for (let position = cursor - 1; position >= from && units.length < TAIL_UNITS; position--)
      if (view.at(position) !== 0x20) units = String.fromCharCode(view.at(position)) + units
    return units
  }

  function ideograph(view: CleanView, unit: number, report: Report): boolean {
    text.start(cursor)
    const verdict = judgeCjk(text, cursor, tail(view))
    if (text.starved()) return false
    if (verdict) accept(verdict, verdict.entity, 0, report)
    else {
      passWord(context, unit, 0, SHAPE.caseless)
      before = unit
      cursor++
    }
    return true
  }

  function word(view: CleanView, first: number, report: Report): boolean {
    const start = cursor
    const end = Math.min(view.end, start + WORD_UNITS_MAX)
    let hash = HASH_START
    let position = start
    /** Upper-case units and digits seen, counted by `ONE_UPPER` and `ONE_DIGIT`; where the last upper one stood. */
    let counts = 0
    let lastUpper = start
    for (; position < end; position++) {
      const unit = view.at(position)
      const plain = unit < 0x80 ? (ASCII[unit] ?? 0) : 0
      if (plain > 0) {
        hash = Math.imul(hash ^ (plain & 0xff), 0x01000193)
        if (plain > 0xff) {
          counts += plain & ~0xff
          if (plain < ONE_DIGIT) lastUpper = position
        }
        continue
      }
      if (isApostrophe(unit)) {
        if (position + 2 >= view.end && !view.final) return false
        if (!goesOn((index) => (index < view.end ? view.at(index) : -1), position + 1)) break
        hash = hashUnit(hash, 0x27)
        continue
      }
      const kind = KIND[unit] ?? OTHER
      if (kind === OTHER || kind > CASELESS) break
      if (kind === DIGIT) counts += ONE_DIGIT
      hash = hashUnit(hash, unit)
    }
    if (position === start + WORD_UNITS_MAX) long = true
    else if (position === view.end && !view.final) return false
    const flags = long ? 0 : lookUp(hash)
    if (flags & W.code && CREDITS.has(hash)) credits = true
    const next = position < view.end ? view.at(position) : 0x20
    const upper = first === UPPER
    const shaped =
      first === DIGIT || (counts < ONE_DIGIT && isShaped(start, position, counts, lastUpper))
    if (
      shaped &&
      !long &&
      !credits &&
      worthALook(first, flags, next) &&
      standsFree(context, before)
    ) {
      text.start(start)
      const done = first === DIGIT ? number(report) : candidate(report)
      if (text.starved()) return false
      if (done) return true
    }
    passWord(context, long ? LONG_WORD : hash, flags, upper ? SHAPE.capital : SHAPE.lower)
    columns.word(hash)
    before = view.at(position - 1)
    cursor = position
    return true
  }

  /** A cheap first look: most capitalised words of code are no names, and reading on costs more than this. */
  function worthALook(first: number, flags: number, next: number): boolean {
    const cued = (context.flags & W.cue) !== 0 || context.walled || columns.cue() !== 0
    if (first === UPPER) {
      if (flags & LISTED) return true
      if (flags & (W.stop | W.common | W.code)) return false
      return cued || next === 0x20 || isApostrophe(next)
    }
    if (first === DIGIT)
      return next === 0x20 && (before === 0x20 || before === 0x0a || before === 0x22)
    if (first === CASELESS || cued || flags & (W.nrp | W.title)) return true
    if (!(flags & (W.given | W.surname))) return false
    return isApostrophe(next) || (next === 0x20 && !(flags & (W.wordlike | W.common | W.stop)))
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
    const cue = cueOf(context)
    const adjacent = (context.gap & ~(GAP.space | GAP.quote)) === 0 && context.gapUnits <= 2
    const decided = column(word) ?? decide(word, cue, adjacent)
    if (decided === undefined || text.starved()) return false
    accept(decided.verdict, decided.entity, cue, report)
    if (decided.address) address = decided.verdict.end
    return true
  }

  /** A value in a cell of a table, by what its column is headed. */
  function column(word: Word): Decision | undefined {
    const cue = columns.cue()
    if (cue === 0) return undefined
    const decided = decide(word, cue & CUE.personKey ? cue | CUE.kin : cue, false)
    return decided && endsCell(text, decided.verdict.end) ? decided : undefined
  }

  function decide(word: Word, cue: number, adjacent: boolean): Decision | undefined {
    if (adjacent && context.flags & W.code) return undefined
    const street = word.shape === SHAPE.capital ? judgeStreet(text, word) : undefined
    if (street) return { verdict: street, entity: 'LOCATION', address: true }
    const nrp = judgeNrp(text, word, cue, adjacent ? context.flags : 0)
    if (nrp) return { verdict: nrp, entity: 'NRP', address: false }
    const person = judgePerson(text, word, cue, known)
    const place = judgePlace(text, word, cue)
    if (person && (!place || person.margin >= place.margin))
      return { verdict: person, entity: 'PERSON', address: false }
    return place && { verdict: place, entity: 'LOCATION', address: false }
  }

  return { scan }
}

const LISTED = W.given | W.surname | W.street | W.title | W.place | W.placeFirst | W.nrp

/** Lower case, capitalised, upper case, or with a second capital near the front as in "McKay" and "O'Hara". */
function isShaped(start: number, end: number, counts: number, lastUpper: number): boolean {
  const uppers = counts / ONE_UPPER
  return uppers < 2 || uppers === end - start || lastUpper - start <= 4
}

interface Decision {
  readonly verdict: Verdict
  readonly entity: string
  readonly address: boolean
}
