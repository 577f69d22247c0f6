import type { Ahead, Word } from './ahead.ts'
import { gluedBehind } from './context.ts'
import { CUE, W } from './lexicon.ts'
import { SHAPE } from './shape.ts'

/** A decision: how far the value goes, how sure it is, what announced it. */
export interface Verdict {
  readonly start: number
  readonly end: number
  /** Evidence above the bar; the greater of two wins. */
  readonly margin: number
  readonly words: readonly number[]
}

/** Evidence a name needs. Weights below are in the same unit; they were balanced by hand, not learnt. */
const BAR = 2
const WORDS_MAX = 5
/** Units of a name from which no further word is read, so that the rest of the window serves the words behind it. */
const NAME_UNITS_MAX = 34

/** What the words in front are worth for a person. */
export function personCue(cue: number): number {
  if (cue & CUE.personStrong) return 3.5
  if (cue & CUE.kin) return 2.4
  if (cue & CUE.personKey) return 2.3
  if (cue & CUE.personWeak) return 1.8
  return cue & CUE.personPreposition ? 0.7 : 0
}

interface Run {
  readonly words: readonly Word[]
  readonly score: number
  readonly end: number
}

/** Judges a name that begins at `first`; `known` are words of persons named before. */
export function judgePerson(
  text: Ahead,
  first: Word,
  cue: number,
  known: ReadonlySet<number>,
): Verdict | undefined {
  const title = first.flags & W.title ? readTitle(text, first) : undefined
  const weight = Math.max(personCue(cue), title?.weight ?? 0)
  const begin = title?.name ?? first
  if (title === undefined && first.flags & W.title && first.flags & W.common) return undefined
  const run = readRun(text, begin, weight, known)
  if (run === undefined) return undefined
  return {
    start: first.start,
    end: run.end,
    margin: run.score - BAR,
    // A lone word that was only half sure is not looked for again.
    words:
      run.words.length < 2 && weight < 2
        ? []
        : run.words.filter((word) => !(word.flags & (W.common | W.particle))).map((w) => w.hash),
  }
}

function readTitle(text: Ahead, title: Word): { name: Word; weight: number } | undefined {
  if (title.shape === SHAPE.mixed || title.shape === SHAPE.upper) return undefined
  const stopped = text.at(title.end) === 0x2e
  const space = title.end + (stopped ? 1 : 0)
  if (text.at(space) !== 0x20) return undefined
  const name = text.word(space + 1)
  if (name === undefined) return undefined
  if (name.flags & W.title) {
    const inner = readTitle(text, name)
    if (inner) return inner
  }
  const lower = title.shape === SHAPE.lower && name.shape === SHAPE.lower
  if (lower && !(name.flags & (W.given | W.surname))) return undefined
  const isSure = (title.flags & W.sureTitle) !== 0 && name.shape === SHAPE.capital
  return { name, weight: stopped ? 3 : isSure ? 2.8 : 1.8 }
}

function readRun(
  text: Ahead,
  first: Word,
  cue: number,
  known: ReadonlySet<number>,
): Run | undefined {
  const words: Word[] = []
  let best: Run | undefined
  let evidence = cue
  let word: Word | undefined = first
  let pending = 0
  while (word !== undefined && words.length < WORDS_MAX) {
    if (word.flags & W.particle && word.shape === SHAPE.lower && words.length > 0) {
      if (++pending > 2) break
    } else {
      const worth = worthOf(text, word, words[0], cue, known)
      if (worth === undefined) break
      words.push(word)
      // Every beginning is judged on its own: what stands behind a name never speaks against it.
      evidence += words.length > 2 ? worth / 2 : words.length > 1 ? worth + 0.5 : worth
      const score = evidence + behind(text, word.end)
      const glued =
        text.at(word.end) !== 0x2d && gluedBehind(text.at(word.end), text.at(word.end + 1))
      if (score >= BAR && !glued) best = { words: [...words], score, end: word.end }
      pending = 0
    }
    if (word.end - first.start > NAME_UNITS_MAX) break
    word = text.word(nextStart(text, word))
  }
  return best && { ...best, end: suffixEnd(text, best.end) }
}

/** The end of `Jr.`, `MD` and the like behind a name, or the name's. */
function suffixEnd(text: Ahead, end: number): number {
  const comma = text.at(end) === 0x2c ? 1 : 0
  if (text.at(end + comma) !== 0x20) return end
  const suffix = text.word(end + comma + 1)
  if (suffix === undefined || !(suffix.flags & W.suffix) || suffix.shape === SHAPE.lower) return end
  return suffix.end + (text.at(suffix.end) === 0x2e && suffix.shape === SHAPE.capital ? 1 : 0)
}

/** Where the next word of the same name would begin: behind one space, hyphen, or an initial's full stop. */
function nextStart(text: Ahead, word: Word): number {
  let position = word.end
  const unit = text.at(position)
  if (unit === 0x2e && word.shape === SHAPE.initial) {
    position++
    if (text.at(position) === 0x20) position++
    return position
  }
  return unit === 0x20 || unit === 0x2d || unit === 0xa0 || unit === 0x2b ? position + 1 : -1
}

/** What a word adds as a part of a name; undefined when it is none. */
function worthOf(
  text: Ahead,
  word: Word,
  first: Word | undefined,
  cue: number,
  known: ReadonlySet<number>,
): number | undefined {
  const { flags, shape } = word
  const listed = flags & (W.given | W.surname)
  if (shape === SHAPE.blob || shape === SHAPE.mixed || flags & W.code) return undefined
  // "Mieterin: Anna Bo, Ort: …": a word that announces and has a colon is a key.
  if (flags & W.cue && !listed && text.at(word.end) === 0x3a) return undefined
  if (shape === SHAPE.initial) return first || text.at(word.end) === 0x2e ? 0.1 : undefined
  if (shape === SHAPE.lower) {
    if (flags & W.stop || (first && first.shape !== SHAPE.lower)) return undefined
    return lowerWorth(word, first, cue)
  }
  if (shape === SHAPE.caseless) {
    if (flags & W.stop || cue < 1.6) return undefined
    return listed ? 0.8 : -0.3
  }
  if (shape === SHAPE.upper) {
    if (first && first.shape !== SHAPE.upper) return undefined
    if (flags & (W.common | W.stop) && !(listed && cue >= 2)) return undefined
    if (!listed && cue < 1.6 && !first) return undefined
    // A lone acronym behind a weak word: two such words are a name in capitals.
    if (!listed && cue < 2 && !first) return -0.7
    if (word.end - word.start < 3 && cue < 2) return undefined
  } else if (first && first.shape === SHAPE.upper && first.end - first.start > 2) return undefined
  return capitalWorth(text, word, first, known)
}

function capitalWorth(
  text: Ahead,
  word: Word,
  first: Word | undefined,
  known: ReadonlySet<number>,
): number | undefined {
  const { flags } = word
  const given = (flags & W.given) !== 0
  const surname = (flags & W.surname) !== 0
  const again = known.has(word.hash) ? 2 : 0
  if (first && text.at(word.start - 1) === 0x2d) return again + 0.2
  if (flags & W.stop && !given && !surname) return first && accented(text, word) ? 0 : undefined
  if (flags & (W.common | W.stop)) {
    if (!given && !surname) return first ? undefined : -2.5
    return again + (given && flags & W.wordlike ? 0.4 : first ? 0.3 : -0.6)
  }
  if (flags & W.wordlike) return again + (given ? 0.6 : surname ? 0.4 : -0.5)
  if (given) return again + 1.3
  if (surname) return again + 1
  if (flags & (W.nrp | W.street) && !first) return -1
  if (flags & W.place) return -0.1
  return again > 0 ? again : text.likeness(word)
}

function lowerWorth(word: Word, first: Word | undefined, cue: number): number | undefined {
  const { flags } = word
  const listed = flags & (W.given | W.surname)
  const everyday = flags & (W.common | W.wordlike)
  if (listed && !everyday) return cue >= 1.6 || first ? 1 : 0.6
  if (cue < 2) return listed && !first ? 0 : undefined
  if (listed && cue >= 1.6) return flags & W.given ? 0.2 : first ? 0.2 : -0.4
  if (flags & (W.common | W.verb)) return undefined
  if (first) return -0.2
  if (word.end - word.start < 3) return undefined
  // Behind a bare key a lone unknown word may be anything; a family name behind it settles it.
  return cue < 3 ? -1 : -0.6
}

/** Whether a letter outside ASCII is in it: "Hà" is no "ha". */
export function accented(text: Ahead, word: Word): boolean {
  for (let position = word.start; position < word.end; position++)
    if (text.at(position) > 0x7f) return true
  return false
}

/** What stands behind a name: a verb of persons, a possession. */
function behind(text: Ahead, end: number): number {
  const unit = text.at(end)
  if (unit === 0x27 || unit === 0x2019) {
    if (text.at(end + 1) !== 0x73 || text.at(end + 2) !== 0x20) return 0
    const owned = text.word(end + 3)
    return owned && owned.flags & W.kinAfter ? 2.3 : 0.2
  }
  if (unit === 0x3a) return text.at(end + 1) === 0x20 ? 0.5 : 0
  if (unit !== 0x20) return 0
  const next = text.word(end + 1)
  if (next === undefined || next.shape !== SHAPE.lower) return 0
  return next.flags & W.verb ? (next.flags & W.stop ? 0.7 : 1.6) : 0
}
