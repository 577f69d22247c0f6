import { hashJoin, hashWord } from './units.ts'
import { COMMON, STOP, WORDLIKE } from './words/common.data.ts'
import { GIVEN as GIVEN_WORDS } from './words/given.data.ts'
import { AMBIGUOUS_NRP, PEOPLES, POLITICS, RELIGIONS } from './words/nrp.data.ts'
import { MORE_GIVEN, MORE_SURNAMES } from './words/people.data.ts'
import { CITIES, COUNTRIES, FOREIGN_PLACES, STREETS, WORDLIKE_PLACES } from './words/places.data.ts'
import { SURNAMES } from './words/surnames.data.ts'
import { TOWNS } from './words/towns.data.ts'
import * as triggers from './words/triggers.data.ts'

/** What is known of a word; several may hold. */
export const W = {
  given: 1,
  surname: 1 << 1,
  place: 1 << 2,
  placeFirst: 1 << 3,
  nrp: 1 << 4,
  ambiguousNrp: 1 << 5,
  stop: 1 << 6,
  common: 1 << 7,
  wordlike: 1 << 8,
  title: 1 << 9,
  particle: 1 << 10,
  verb: 1 << 11,
  street: 1 << 12,
  code: 1 << 13,
  /** Ends a phrase of {@link PHRASES}. */
  cue: 1 << 14,
  nrpBefore: 1 << 15,
  nrpAfter: 1 << 16,
  kinAfter: 1 << 17,
  linker: 1 << 18,
  wordlikePlace: 1 << 19,
  /** Behind a name: `Jr`, `MD`. */
  suffix: 1 << 20,
  /** Behind a nationality: it is a language or a script. */
  language: 1 << 21,
  /** A title that is no other word. */
  sureTitle: 1 << 22,
  /** Behind somebody: what follows is where they are from. */
  origin: 1 << 23,
  /** Credits makers of software: their names are published with it. */
  credit: 1 << 24,
  /** Beginning of a family name behind which a second capital may stand. */
  namePrefix: 1 << 25,
} as const

/** What a phrase announces; several may hold. */
export const CUE = {
  personStrong: 1,
  personWeak: 1 << 1,
  personPreposition: 1 << 2,
  personKey: 1 << 3,
  placeStrong: 1 << 4,
  placeWeak: 1 << 5,
  placeKey: 1 << 6,
  nrpKey: 1 << 7,
  kin: 1 << 8,
} as const

/** Longest phrase and longest place name, in words. */
export const PHRASE_WORDS_MAX = 4

/** What is known of words, sets of {@link W} by the hash of the word. */
export const WORDS = new Map<number, number>()
/** Announcing phrases by the hash of their words in order. */
export const PHRASES = new Map<number, number>()
/** Place names of several words by the hash of their words in order. */
export const PLACES = new Set<number>()
/** The first two words of each of them, joined. */
export const PLACE_STARTS = new Map<number, number>()

const PREPOSITIONS = `from by with for to and mit von bei an fur avec chez pour par de con para por voor van met naar
od dla med fran til av af et y e und en och og ve i va и see it's c'est this es это`
const NRP_BEFORE = `is am are was were a an as devout practicing practising voted vote votes being i'm she's he's they're
became raised fellow our your their lifelong identifies identify born converted lapsed proud strict former ethnic native the my her his ist bin soy
es sou sono ben jestem je suis een een eine ein un une una um uma staunch religious half part muslim he she they we i
being and or not of from by from`
const NRP_AFTER = `citizen citizens national nationals man woman men women people passport immigrant immigrants refugee
refugees voter voters church family parents origin descent visa accent neighbour neighbor community heritage roots ancestry
wife husband mother father girl boy friend friends party embassy mosque believer faith background
politician candidate activist student students colleague minority migrants workers patient patients couple`
const KIN_AFTER = `manager boss wife husband daughter son mother father mom mum dad brother sister friend account
address phone email birthday house car team lawyer doctor salary contract passport appointment order card number office
colleague assistant desk room family parents child children laptop application request ticket medication diagnosis`
const LANGUAGE = `language languages script scripts alphabet letter letters character characters text version versions
translation translations locale locales word words encoding layout keyboard dictionary documentation digits numerals`
const ORIGINS = 'from aus uit depuis из'
const LINKERS = 'and und et y e en och og ve & or i и'

/** The words of a phrase as the scanner would cut them: at everything but letters, digits, `_` and `'`. */
function cut(phrase: string): number[] {
  return phrase
    .split(/[^\p{L}\p{M}\p{Nd}_']+/u)
    .filter(Boolean)
    .map(hashWord)
}

function mark(hash: number | undefined, flag: number): void {
  if (hash !== undefined) WORDS.set(hash, (WORDS.get(hash) ?? 0) | flag)
}

function addWords(list: string, flag: number): void {
  for (const word of list.split(/\s+/)) if (word) mark(hashWord(word), flag)
}

/** "Republicans", "Germans": of words that take a plain `s`. */
function plurals(list: string): string {
  return list.replaceAll(/(?<=an|er|ic|ian|at|st|im|in|al|ot|ew|ab|rk|du|kh)(?=\s)/g, 's')
}

function addPlaces(list: string): void {
  for (const place of list.split(/\s+/)) {
    const words = cut(place.replaceAll('_', ' '))
    if (words.length === 1) mark(words[0], W.place)
    else if (words.length > 1) {
      mark(words[0], W.placeFirst)
      PLACES.add(words.reduce(hashJoin))
      PLACE_STARTS.set(words.slice(0, 2).reduce(hashJoin), 1)
    }
  }
}

function addPhrases(list: string, cue: number): void {
  for (const phrase of list.split(/[,\n]/)) {
    for (const spelling of new Set([
      phrase,
      phrase.replaceAll('_', ' '),
      phrase.replaceAll('_', ''),
    ])) {
      const words = cut(spelling.trim())
      if (words.length === 0) continue
      const hash = words.reduce(hashJoin)
      PHRASES.set(hash, (PHRASES.get(hash) ?? 0) | cue)
      mark(words[words.length - 1], W.cue)
    }
  }
}

function build(): void {
  addWords(GIVEN_WORDS, W.given)
  addWords(MORE_GIVEN, W.given)
  addWords(SURNAMES, W.surname)
  addWords(MORE_SURNAMES, W.surname)
  addPlaces(COUNTRIES)
  addPlaces(CITIES)
  addPlaces(TOWNS)
  addPlaces(FOREIGN_PLACES)
  addWords(`${PEOPLES} ${RELIGIONS} ${POLITICS}`, W.nrp)
  addWords(plurals(`${PEOPLES} ${RELIGIONS} ${POLITICS}`), W.nrp)
  addWords(AMBIGUOUS_NRP, W.ambiguousNrp)
  addWords(plurals(AMBIGUOUS_NRP), W.ambiguousNrp)
  addWords(STOP, W.stop)
  addWords(COMMON, W.common)
  addWords(WORDLIKE, W.wordlike)
  addWords(triggers.TITLES, W.title)
  addWords(triggers.SURE_TITLES, W.sureTitle)
  addWords(triggers.PARTICLES, W.particle)
  addWords(triggers.PERSON_VERBS, W.verb)
  addWords(STREETS, W.street)
  addWords(WORDLIKE_PLACES, W.wordlikePlace)
  addWords('jr sr md phd dds dvm ii iii iv v esq mba cpa rn', W.suffix)
  addWords(triggers.CODE_WORDS, W.code)
  addWords(NRP_BEFORE, W.nrpBefore)
  addWords(NRP_AFTER, W.nrpAfter)
  addWords(KIN_AFTER, W.kinAfter)
  addWords(LINKERS, W.linker)
  addWords(ORIGINS, W.origin)
  addWords(LANGUAGE, W.language)
  addWords('copyright author authors contributors maintainers maintainer committer', W.credit)
  addWords('mc mac de du di da la le van fitz', W.namePrefix)
  addPhrases(triggers.PERSON_STRONG, CUE.personStrong)
  addPhrases(triggers.PERSON_WEAK, CUE.personWeak)
  addPhrases(triggers.KIN, CUE.kin)
  addPhrases(PREPOSITIONS.replaceAll(/\s+/g, ','), CUE.personPreposition)
  addPhrases(triggers.PERSON_KEYS, CUE.personKey)
  addPhrases(triggers.PLACE_STRONG, CUE.placeStrong)
  addPhrases(triggers.PLACE_WEAK, CUE.placeWeak)
  addPhrases(triggers.PLACE_KEYS, CUE.placeKey)
  addPhrases(triggers.NRP_KEYS, CUE.nrpKey)
}

build()
