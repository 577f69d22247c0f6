import { WALL } from '../detector.ts'
import type { Ahead, Word } from './ahead.ts'
import { gluedBehind } from './context.ts'
import { CUE, W } from './lexicon.ts'
import type { Verdict } from './person.ts'
import { SHAPE } from './shape.ts'

/** Judges a nationality, religion or political leaning; `before` are the flags of the word in front, if adjacent. */
export function judgeNrp(
  text: Ahead,
  word: Word,
  cue: number,
  before: number,
): Verdict | undefined {
  if (!(word.flags & W.nrp)) return undefined
  if (word.shape === SHAPE.mixed || word.shape === SHAPE.blob) return undefined
  let end = word.end
  if (gluedBehind(text.at(end), text.at(end + 1))) return undefined
  const keyed = (cue & CUE.nrpKey) !== 0
  const next = text.at(end) === 0x20 ? text.word(end + 1) : undefined
  const peopled = next !== undefined && (next.flags & W.nrpAfter) !== 0
  const spoken = (before & W.nrpBefore) !== 0
  const ambiguous = (word.flags & W.ambiguousNrp) !== 0
  const capital = word.shape !== SHAPE.lower
  const said =
    spoken && (peopled || endsThere(text, end) || (capital && next?.shape === SHAPE.lower))
  const sure = keyed || peopled || (ambiguous ? said : capital || spoken)
  if (!sure || (next && next.flags & W.language && !keyed)) return undefined
  if (next && next.flags & W.nrp && next.shape !== SHAPE.blob) end = next.end
  return { start: word.start, end, margin: 2, words: [] }
}

/** Whether a clause ends here, or goes on with a small word: what stood there was said of somebody. */
function endsThere(text: Ahead, end: number): boolean {
  const unit = text.at(end)
  if (unit !== 0x20) return unit !== WALL
  const next = text.word(end + 1)
  return next !== undefined && next.shape === SHAPE.lower && (next.flags & W.stop) !== 0
}
