import type { Ahead, Word } from './ahead.ts'
import { gluedBehind } from './context.ts'
import { CUE, PHRASE_WORDS_MAX, PLACES, W } from './lexicon.ts'
import { accented, type Verdict } from './person.ts'
import { SHAPE } from './shape.ts'
import { hashJoin } from './units.ts'

const BAR = 2
/** Units of an address that are read at once; what follows is found as its continuation. */
const STREET_UNITS_MAX = 40

/** What the words in front are worth for a place. */
export function placeCue(cue: number): number {
  if (cue & CUE.placeStrong) return 3
  if (cue & CUE.placeKey) return 2.6
  return cue & CUE.placeWeak ? 1 : 0
}

/** Judges a place that begins at `first`. */
export function judgePlace(text: Ahead, first: Word, cue: number): Verdict | undefined {
  const weight = placeCue(cue)
  const known = knownEnd(text, first)
  const isTown = known === undefined && weight > 0 && endsLikeTown(text, first)
  const end = known?.end ?? (weight > 2 || isTown ? unknownEnd(text, first) : undefined)
  if (end === undefined || gluedBehind(text.at(end), text.at(end + 1))) return undefined
  const score = weight + (known?.worth ?? (isTown ? 1.1 : -0.5))
  if (score < BAR) return undefined
  return { start: first.start, end, margin: score - BAR, words: [] }
}

/** Last parts of the names of towns in Europe, America and South Asia. */
const TOWN_ENDINGS =
  /(?:ville|ford|stadt|stedt|burgh?|bourg|borough|bury|grad|gorod|polis|heim|mouth|abad|pur|nagar|hausen|kirchen|furt|brucken?|brück(?:en)?|shire|chester|cester|haven|hafen|hagen|holm|köping|minster|wick|wich|thorpe|dorf|weiler)$/

/** True when a capitalised word that nothing is known of is built like the name of a town. */
function endsLikeTown(text: Ahead, { start, end, shape, flags }: Word): boolean {
  if (shape !== SHAPE.capital || end - start < 7 || flags & (W.common | W.stop | W.code))
    return false
  let word = ''
  for (let position = Math.max(start, end - 9); position < end; position++)
    word += String.fromCharCode(text.at(position))
  return TOWN_ENDINGS.test(word)
}

function knownEnd(text: Ahead, first: Word): { end: number; worth: number } | undefined {
  const { flags, shape } = first
  let best: { end: number; worth: number } | undefined
  const lower = shape === SHAPE.lower ? 0.9 : 0
  if (shape === SHAPE.blob || shape === SHAPE.mixed || shape === SHAPE.initial) return undefined
  if (flags & W.place) {
    const everyday = flags & (W.common | W.wordlikePlace | W.stop)
    const name = flags & (W.given | W.surname)
    const worth = everyday ? (lower ? -0.5 : 1) : name ? 1.2 : 2
    best = { end: first.end, worth: worth - lower }
  }
  if (!(flags & W.placeFirst)) return best
  let hash = first.hash
  let word = first
  for (let count = 2; count <= PHRASE_WORDS_MAX; count++) {
    const next = text.word(nextStart(text, word))
    if (next === undefined) break
    hash = hashJoin(hash, next.hash)
    word = next
    if (PLACES.has(hash)) best = { end: word.end, worth: 2.2 - lower }
  }
  return best
}

/** The end of up to three capitalised words that nothing is known of. */
function unknownEnd(text: Ahead, first: Word): number | undefined {
  let word: Word | undefined = first
  let end: number | undefined
  for (let count = 0; count < 3 && word !== undefined; count++) {
    const cased = word.shape === SHAPE.capital || word.shape === SHAPE.caseless
    if (!cased || word.flags & (W.common | W.code | W.title | W.nrp)) break
    if (word.flags & W.stop && !accented(text, word)) break
    if (count === 0 && word.flags & W.given && !(word.flags & W.place)) break
    end = word.end
    if (word.shape === SHAPE.caseless) break
    word = text.word(nextStart(text, word))
  }
  return end
}

function nextStart(text: Ahead, word: Word): number {
  let position = word.end
  if (text.at(position) === 0x2e) position++
  const unit = text.at(position)
  return unit === 0x20 || unit === 0x2d || unit === 0xa0 || unit === 0x2b ? position + 1 : -1
}

/** Judges a street that begins with its number at `start`: "494 Boulevard X, Recife". */
export function judgeNumberedStreet(text: Ahead, start: number): Verdict | undefined {
  let position = start
  while (isDigit(text.at(position)) && position - start < 6) position++
  if (text.at(position) === 0x2c) position++
  if (text.at(position) !== 0x20) return undefined
  return street(text, start, position + 1, 2)
}

/** Judges a street that begins with its word: "Calle X, 3" or "Lindenstraße 5". */
export function judgeStreet(text: Ahead, first: Word): Verdict | undefined {
  if (first.shape !== SHAPE.capital) return undefined
  return street(text, first.start, first.start, 3)
}

/** A street needs its word and a number; in front of the word as many names as `before`. */
function street(text: Ahead, start: number, from: number, before: number): Verdict | undefined {
  let position = from
  let seenStreet = false
  let named = 0
  let end: number | undefined
  let number = start !== from
  for (let count = 0; count < 7 && position - start < STREET_UNITS_MAX; count++) {
    if (isDigit(text.at(position))) {
      if (!seenStreet || named === 0) return undefined
      while (isDigit(text.at(position))) position++
      number = true
      end = position
      break
    }
    const word = text.word(position)
    if (word === undefined || word.shape === SHAPE.blob) break
    if (seenStreet && named > 0 && isNumberless(text, position))
      return { start, end: townEnd(text, position + 4) ?? position + 4, margin: 1, words: [] }
    const capital = word.shape === SHAPE.capital
    if (word.flags & W.street && (capital || start !== from)) seenStreet = true
    else if (capital && !(word.flags & W.code)) named++
    else if (!(word.flags & (W.particle | W.stop) && seenStreet)) break
    if (!seenStreet && named > before) return undefined
    if (capital || word.flags & W.street) end = word.end
    position = word.end
    if (text.at(position) === 0x2e) position++
    if (
      text.at(position) === 0x2c &&
      text.at(position + 1) === 0x20 &&
      isDigit(text.at(position + 2))
    )
      position++
    if (text.at(position) !== 0x20 && text.at(position) !== 0x2d) break
    position++
  }
  if (!seenStreet || named === 0 || !number || end === undefined) return undefined
  return { start, end: townEnd(text, end) ?? end, margin: 1, words: [] }
}

/** "s/n." stands for the number a Spanish house has not. */
function isNumberless(text: Ahead, position: number): boolean {
  return [0x73, 0x2f, 0x6e, 0x2e].every((unit, index) => text.at(position + index) === unit)
}

/** What goes on behind an address, at `position`: a number, then a town. Its end, if anything does. */
export function judgeContinuation(text: Ahead, position: number): Verdict | undefined {
  const end = townEnd(text, position)
  return end === undefined ? undefined : { start: position, end, margin: 1, words: [] }
}

/** `, 3`, ` 75001 Paris`, `, Recife` behind an address; the end of the last of them. */
function townEnd(text: Ahead, from: number): number | undefined {
  let position = from
  let end: number | undefined
  for (let part = 0; part < 3; part++) {
    let next = position
    if (text.at(next) === 0x2c) next++
    if (text.at(next) !== 0x20) break
    next++
    const begin = next
    while (isDigit(text.at(next))) next++
    if (next > begin) {
      if (next - begin > 6) break
      position = next
      end = next
      continue
    }
    const word = text.word(next)
    if (word === undefined || next - from < 2) break
    if (text.at(position) !== 0x2c && !isDigit(text.at(position - 1))) break
    const town = knownEnd(text, word)?.end ?? unknownEnd(text, word)
    if (town === undefined || word.shape === SHAPE.lower) break
    return town
  }
  return end
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}
