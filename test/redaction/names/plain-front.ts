import { COLUMN_ENDS, COLUMN_MARKS, GAP, gapOf } from '../../../src/redaction/names/context.ts'
import { CUE, PHRASES, W } from '../../../src/redaction/names/lexicon.ts'
import { hashJoin } from '../../../src/redaction/names/units.ts'

const COLUMNS_MAX = 24
const CUE_GAP_UNITS_MAX = 8
const BREAKING =
  GAP.line | GAP.open | GAP.close | GAP.cell | GAP.wall | GAP.equals | GAP.greater | GAP.code
const KEY = GAP.colon | GAP.equals | GAP.greater
const KEYS = CUE.personKey | CUE.placeKey | CUE.nrpKey
const PHRASAL = GAP.space | GAP.quote | GAP.colon | GAP.comma | GAP.stop | GAP.hyphen | GAP.line
const IN_LIST = GAP.space | GAP.comma | GAP.wall | GAP.cell | GAP.quote

/** What stands in front of a word, kept as plain code: the last words, the gap, the head of a table. */
export function openFront() {
  let [gap, gapUnits, flags]: [number, number, number] = [GAP.line, 0, 0]
  let [walled, listCue, origin] = [false, 0, false]
  let words: number[] = []
  let columns: number[] = []
  const heads: number[] = []
  let [cell, pure, empty, phrase] = [0, true, true, 0]

  function endCell(): void {
    if (pure && cell < COLUMNS_MAX) heads[cell] = (PHRASES.get(phrase) ?? 0) & KEYS
    cell++
    phrase = 0
    empty = true
  }

  function endLine(): void {
    endCell()
    if (pure && cell > 1 && heads.slice(0, cell).some((cue) => cue > 0))
      columns = heads.slice(0, cell)
    else if (cell < 2) columns = []
    cell = 0
    pure = true
  }

  function columnCue(): number {
    return empty ? (columns[cell] ?? 0) : 0
  }

  function phrases(): number {
    let cue = 0
    for (const [count, word] of words.entries()) {
      if (word === 0) break
      cue |= PHRASES.get(words.slice(0, count).reduceRight(hashJoin, word)) ?? 0
    }
    return cue
  }

  function cue(): number {
    if (gapUnits > CUE_GAP_UNITS_MAX || gap & GAP.code) return 0
    if (origin && gap === GAP.space) return CUE.placeStrong
    if (walled) return (gap & ~IN_LIST) === 0 && gapUnits <= 3 ? listCue : 0
    if (!(flags & W.cue)) return 0
    let said = phrases()
    const keyed = (gap & KEY) !== 0
    if (keyed && gap & (GAP.close | GAP.stop)) return 0
    if (!keyed) said &= ~KEYS | CUE.nrpKey
    if (keyed && gap & (GAP.equals | GAP.greater)) said &= KEYS
    if (gap & (GAP.line | GAP.comma) && !(gap & GAP.colon)) {
      if (gap & GAP.stop || !(gap & GAP.comma) || !(gap & (GAP.space | GAP.line))) return 0
      said &= CUE.personWeak | CUE.kin
    }
    if (gap & GAP.stop) said &= ~(CUE.placeWeak | CUE.placeStrong | CUE.personPreposition)
    return !keyed && gap & ~PHRASAL ? 0 : said
  }

  return {
    cue,
    columnCue,
    gap: (): number => gap,
    isCued: (): boolean => (flags & W.cue) !== 0 || walled || columnCue() !== 0,
    adjacentFlags: (): number =>
      (gap & ~(GAP.space | GAP.quote)) === 0 && gapUnits <= 2 ? flags : 0,
    mark(unit: number): void {
      gapUnits++
      gap |= gapOf(unit)
      if (unit === 0x0a) endLine()
      else if (COLUMN_ENDS.includes(unit)) endCell()
      else if (!COLUMN_MARKS.includes(unit)) [pure, empty] = [false, false]
    },
    /** `inCell` is the word's hash as the head of a table counts it; ideographs do not count. */
    word(hash: number, said: number, inCell?: number): void {
      words = gap & BREAKING ? [hash] : [hash, ...words].slice(0, 4)
      origin = walled && (said & W.origin) !== 0 && gap === (GAP.wall | GAP.space)
      if (!(walled && said & W.linker && gapUnits <= 2)) [walled, listCue] = [false, 0]
      ;[flags, gap, gapUnits] = [said, 0, 0]
      if (inCell === undefined) return
      phrase = empty ? inCell : hashJoin(phrase, inCell)
      empty = false
    },
    wall(cueOfIt: number): void {
      words = [0, ...words.slice(1)]
      ;[flags, gap, gapUnits] = [0, GAP.wall, 0]
      ;[walled, listCue, origin] = [true, cueOfIt, false]
      ;[pure, empty] = [false, false]
    },
  }
}
