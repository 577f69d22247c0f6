import type { Ahead, Word } from './ahead.ts'
import { endsCell } from './columns.ts'
import { CUE, W } from './lexicon.ts'
import { judgeNrp } from './nrp.ts'
import { judgePerson, type Verdict } from './person.ts'
import { judgePlace, judgeStreet } from './place.ts'
import { SHAPE } from './shape.ts'

/** What stands in front of a candidate. */
export interface Front {
  /** What the words in front announce, and what the head of the column does: sets of `CUE`. */
  readonly cue: number
  readonly columnCue: number
  /** Flags of the word in front, 0 when it does not stand right there. */
  readonly before: number
  /** Hashes of words of persons named before. */
  readonly known: ReadonlySet<number>
}

export interface Decision {
  readonly verdict: Verdict
  readonly entity: 'PERSON' | 'LOCATION' | 'NRP'
  /** True when a number or a town may follow and belong to it. */
  readonly address: boolean
}

/** Decides what begins with a word: by the head of its column, else by what stands in front. */
export function decide(text: Ahead, word: Word, front: Front): Decision | undefined {
  return column(text, word, front) ?? weigh(text, word, front)
}

/** A value in a cell of a table, by what its column is headed. */
function column(text: Ahead, word: Word, { columnCue, known }: Front): Decision | undefined {
  if (columnCue === 0) return undefined
  const cue = columnCue & CUE.personKey ? columnCue | CUE.kin : columnCue
  const decided = weigh(text, word, { cue, columnCue, before: 0, known })
  return decided && endsCell(text, decided.verdict.end) ? decided : undefined
}

function weigh(text: Ahead, word: Word, { cue, before, known }: Front): Decision | undefined {
  if (before & W.code) return undefined
  const street = word.shape === SHAPE.capital ? judgeStreet(text, word) : undefined
  if (street) return { verdict: street, entity: 'LOCATION', address: true }
  const nrp = judgeNrp(text, word, cue, before)
  if (nrp) return { verdict: nrp, entity: 'NRP', address: false }
  const person = judgePerson(text, word, cue, known)
  const place = judgePlace(text, word, cue)
  if (person && (!place || person.margin >= place.margin))
    return { verdict: person, entity: 'PERSON', address: false }
  return place && { verdict: place, entity: 'LOCATION', address: false }
}
