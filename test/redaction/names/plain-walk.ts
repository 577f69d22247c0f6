import { type CleanView, WALL } from '../../../src/redaction/detector.ts'
import { text } from '../../../src/redaction/names/ahead.ts'
import { WORD_UNITS_MAX } from '../../../src/redaction/names/bounds.ts'
import { judgeCjk, TAIL_UNITS } from '../../../src/redaction/names/cjk.ts'
import { GAP, GLUE } from '../../../src/redaction/names/context.ts'
import { decide } from '../../../src/redaction/names/decide.ts'
import { LEFT_UNITS, ROOM_UNITS } from '../../../src/redaction/names/engine/layout.ts'
import { W, WORDS } from '../../../src/redaction/names/lexicon.ts'
import type { Verdict } from '../../../src/redaction/names/person.ts'
import { judgeContinuation, judgeNumberedStreet } from '../../../src/redaction/names/place.ts'
import {
  CASELESS,
  DIGIT,
  HASH_START,
  hashUnit,
  IDEOGRAPH,
  KIND,
  LOWER,
  OTHER,
  SPACE,
  UPPER,
} from '../../../src/redaction/names/units.ts'
import { openFront } from './plain-front.ts'

const LISTED = W.given | W.surname | W.street | W.title | W.place | W.placeFirst | W.nrp
const EVERYDAY = W.wordlike | W.common | W.stop
const KNOWN_WORDS_MAX = 64
const isApostrophe = (unit: number): boolean => unit === 0x27 || unit === 0x2019

/** A whole text as scanners see it. */
export function wholeView(units: readonly number[]): CleanView {
  return {
    start: 0,
    end: units.length,
    final: true,
    at: (position) => units[position] ?? WALL,
    copy: (from, to, target, at) => target.set(units.slice(from, to), at),
  }
}

/**
 * What the engine for names must find in a text of at most 8192 units: the rules as plain code, which asks the judgements at every
 * word that stands where a name may, whatever is known of it.
 */
export function findPlainly(units: readonly number[]): string[] {
  if (units.length > LEFT_UNITS + ROOM_UNITS) throw new RangeError('too long for one look')
  text.open(wholeView(units), 0, false)
  const out: string[] = []
  const front = openFront()
  const known = new Set<number>()
  let [cursor, before, floor, address] = [0, 0x0a, 0, -1]
  let [long, credits] = [false, false]
  const unitAt = (position: number): number => units[position] ?? -1
  const kindAt = (position: number): number => KIND[unitAt(position)] ?? OTHER

  function accept(verdict: Verdict, entity: string, cue: number): void {
    out.push(`${verdict.start}-${verdict.end} ${entity}`)
    for (const hash of verdict.words) if (known.size < KNOWN_WORDS_MAX) known.add(hash)
    front.wall(cue)
    cursor = verdict.end
    before = WALL
    floor = cursor
  }

  function mark(): void {
    const unit = unitAt(cursor)
    if (cursor === address && (unit === 0x2c || unit === 0x20)) {
      text.start(cursor)
      const verdict = judgeContinuation(text, cursor)
      if (verdict) {
        accept(verdict, 'LOCATION', 0)
        return
      }
    }
    if (unit === WALL) front.wall(0)
    else front.mark(unit)
    if (unit === 0x0a) credits = false
    before = unit
    cursor++
  }

  function tail(): string {
    let last = ''
    for (
      let at = cursor - 1;
      at >= Math.max(floor, cursor - 2 * TAIL_UNITS) && last.length < TAIL_UNITS;
      at--
    )
      if (unitAt(at) !== 0x20) last = String.fromCharCode(unitAt(at)) + last
    return last
  }

  function ideograph(): void {
    text.start(cursor)
    const verdict = judgeCjk(text, cursor, tail)
    if (verdict) {
      accept(verdict, verdict.entity, 0)
      return
    }
    front.word(unitAt(cursor), 0)
    before = unitAt(cursor)
    cursor++
  }

  function goesOn(position: number): boolean {
    const kind = kindAt(position)
    if (kind !== LOWER && kind !== UPPER && kind !== CASELESS) return false
    if (unitAt(position) !== 0x73 && unitAt(position) !== 0x53) return true
    return [LOWER, UPPER, DIGIT].includes(kindAt(position + 1))
  }

  function word(): void {
    const start = cursor
    const end = Math.min(units.length, start + WORD_UNITS_MAX)
    let [hash, position, uppers, digits, lastUpper] = [HASH_START, start, 0, 0, start]
    for (; position < end; position++) {
      const unit = unitAt(position)
      const kind = kindAt(position)
      if (kind === UPPER && unit < 0x80) {
        uppers++
        lastUpper = position
      } else if (kind === DIGIT) digits++
      if (kind !== OTHER && kind <= CASELESS) hash = hashUnit(hash, unit)
      else if (isApostrophe(unit) && goesOn(position + 1)) hash = hashUnit(hash, 0x27)
      else break
    }
    if (position === start + WORD_UNITS_MAX) long = true
    const flags = long ? 0 : (WORDS.get(hash) ?? 0)
    if (flags & W.credit) credits = true
    const next = position < units.length ? unitAt(position) : 0x20
    const first = kindAt(start)
    const shaped = uppers < 2 || uppers === position - start || lastUpper - start <= 4
    if (
      (first === DIGIT || (digits === 0 && shaped)) &&
      !long &&
      !credits &&
      standsWell(first, flags, next) &&
      !(front.gap() & GAP.code && before !== 0x20 && before !== 0x0a) &&
      !GLUE.includes(before)
    ) {
      text.start(start)
      if (first === DIGIT ? number() : candidate()) return
    }
    front.word(long ? 1 : hash, flags, hash)
    before = unitAt(position - 1)
    cursor = position
  }

  function standsWell(first: number, flags: number, next: number): boolean {
    if (first === UPPER) {
      if (flags & LISTED) return true
      if (flags & (W.stop | W.common | W.code)) return false
      return front.isCued() || next === 0x20 || isApostrophe(next)
    }
    if (first === DIGIT) return next === 0x20 && [0x20, 0x0a, 0x22].includes(before)
    if (first === CASELESS || front.isCued() || flags & (W.nrp | W.title)) return true
    if (!(flags & (W.given | W.surname))) return false
    return isApostrophe(next) || (next === 0x20 && !(flags & EVERYDAY))
  }

  function number(): boolean {
    const verdict = judgeNumberedStreet(text, cursor)
    if (verdict === undefined) return false
    accept(verdict, 'LOCATION', 0)
    address = verdict.end
    return true
  }

  function candidate(): boolean {
    const first = text.word(cursor)
    const cue = front.cue()
    const decided =
      first &&
      decide(text, first, {
        cue,
        columnCue: front.columnCue(),
        before: front.adjacentFlags(),
        known,
      })
    if (decided === undefined) return false
    accept(decided.verdict, decided.entity, cue)
    if (decided.address) address = decided.verdict.end
    return true
  }

  while (cursor < units.length) {
    const kind = kindAt(cursor)
    if (long && kind !== OTHER && kind !== SPACE) before = unitAt(cursor++)
    else if (kind === OTHER || kind === SPACE) {
      long = false
      mark()
    } else if (kind === IDEOGRAPH) ideograph()
    else word()
  }
  return out
}
