import * as w from '../../automaton/assembler.ts'
import { GAP } from '../context.ts'
import { CUE, W } from '../lexicon.ts'
import { CUE_OF, cell, columnCue } from './cues.ts'
import {
  AT,
  anyOf,
  COLUMN,
  CUED,
  CUES,
  DIGITS,
  END,
  FIRST,
  FLAGS,
  HASH,
  isFinal,
  isNext,
  LAST_UPPER,
  LINE,
  MODE,
  nextIs,
  POSITION,
  SPACE,
  stop,
  TRAITS,
  UNIT,
  UPPERS,
} from './frame.ts'
import {
  ANSWER,
  AT_CANDIDATE,
  AT_IDEOGRAPH,
  AT_NUMBER,
  CELL,
  JUDGED,
  KNOWN_CELLS,
  STATE,
} from './layout.ts'
import { BEGINS_PLACE, MAY_GO_ON } from './peek.ts'
import {
  ENDS_KOREAN_CUE,
  IS_APOSTROPHE,
  IS_CASELESS,
  IS_DIGIT,
  IS_GLUE,
  IS_IDEOGRAPH,
  IS_LOWER,
  IS_UPPER,
  STARTS_CJK,
  STARTS_KOREAN,
} from './traits.ts'
import { answer, has, moved, traitsOf, unitAt } from './words.ts'

const { add, and, or, not, get, set, constant, when, block, leave, leaveIf } = w

/**
 * Which words a walk stops at. Whatever is refused here, a judgement in `scanner.ts` would refuse: whoever loosens `person.ts`,
 * `place.ts` or `nrp.ts` loosens this. It may stop only where a name may stand by the rules below.
 */

const LISTED = W.given | W.surname | W.street | W.title | W.place | W.placeFirst | W.nrp
const EVERYDAY = W.stop | W.common | W.code
const PERSON_CUES = CUE.personStrong | CUE.kin | CUE.personKey
const PLACE_CUES = CUE.placeStrong | CUE.placeWeak | CUE.placeKey
/** Besides a space, what may join two words of one name: full stop, hyphen, no-break space, plus. */
const JOINTS = [SPACE, 0x2e, 0x2d, 0xa0, 0x2b]

/** Looks at the word behind the space behind this one. */
const peek = (question: number, asked: w.Code): w.Code =>
  w.call(question, moved(get(POSITION), 1), get(AT), get(END), isFinal, asked)
const mayGoOn = (flags: number): w.Code => peek(MAY_GO_ON, constant(flags))

/** A place of several words, or whatever else may begin with its first word. */
const askPlace: readonly w.Code[] = [
  when(isNext(SPACE), when(peek(BEGINS_PLACE, get(HASH)), stop(AT_CANDIDATE))),
  when(anyOf(...JOINTS.slice(1).map(isNext)), stop(AT_CANDIDATE)),
]

/** Leaves the surrounding block when a word cannot be one of a name's, or is glued to something. */
const leaveUnfit: readonly w.Code[] = [
  leaveIf(cell(CELL.long), 0),
  leaveIf(cell(CELL.credits), 0),
  leaveIf(has(get(MODE), JUDGED), 0),
  leaveIf(has(traitsOf(cell(CELL.before)), IS_GLUE), 0),
  when(
    has(cell(CELL.gap), GAP.code),
    leaveIf(
      and(
        w.unequal(cell(CELL.before), constant(SPACE)),
        w.unequal(cell(CELL.before), constant(LINE)),
      ),
      1,
    ),
  ),
]

/** The number of a house stands free, in front of a street. */
const askNumber: readonly w.Code[] = [
  leaveIf(not(isNext(SPACE)), 1),
  leaveIf(
    not(anyOf(...[SPACE, LINE, 0x22].map((unit) => w.equal(cell(CELL.before), constant(unit))))),
    1,
  ),
  leaveIf(not(mayGoOn(W.street)), 1),
  stop(AT_NUMBER),
]

/**
 * Lower case, capitalised, upper case, or with a second capital near the front as in "McKay" and "O'Hara": all others are
 * identifiers.
 */
const leaveIdentifiers: readonly w.Code[] = [
  leaveIf(get(DIGITS), 0),
  when(has(get(FIRST), IS_LOWER), leaveIf(get(UPPERS), 1)),
  when(
    w.above(get(UPPERS), constant(1)),
    leaveIf(
      and(
        w.unequal(get(POSITION), add(get(AT), w.shiftLeft(get(UPPERS), constant(1)))),
        w.above(get(LAST_UPPER), moved(get(AT), 4)),
      ),
      1,
    ),
  ),
]

/** Works out what is announced, and leaves it as answers. */
const readCues: readonly w.Code[] = [
  set(COLUMN, constant(0)),
  when(cell(CELL.columns), set(COLUMN, columnCue)),
  set(CUED, anyOf(has(cell(CELL.flags), W.cue), cell(CELL.walled), get(COLUMN))),
  // Most words end here: in lower case, on no list, behind nothing that announces.
  when(
    has(get(FIRST), IS_LOWER),
    leaveIf(not(or(get(CUED), has(get(FLAGS), W.nrp | W.title | W.given | W.surname))), 1),
  ),
  set(CUES, w.call(CUE_OF)),
  answer(ANSWER.cue, get(CUES)),
  answer(ANSWER.columnCue, get(COLUMN)),
  set(CUES, or(get(CUES), get(COLUMN))),
]

/** In lower case a name must be listed, or well announced; a place both. */
const askLower: readonly w.Code[] = [
  when(has(get(FLAGS), W.nrp | W.title), stop(AT_CANDIDATE)),
  when(
    and(get(CUED), not(not(has(get(CUES), PLACE_CUES)))),
    when(has(get(FLAGS), W.place), stop(AT_CANDIDATE)),
    when(has(get(FLAGS), W.placeFirst), ...askPlace),
  ),
  when(
    has(get(FLAGS), W.given | W.surname),
    when(
      not(get(CUED)),
      when(
        not(nextIs(IS_APOSTROPHE)),
        leaveIf(not(isNext(SPACE)), 4),
        leaveIf(has(get(FLAGS), W.wordlike | W.common | W.stop), 4),
      ),
      when(get(CUES), stop(AT_CANDIDATE)),
    ),
    when(has(get(CUES), PERSON_CUES | CUE.personWeak | CUE.personPreposition), stop(AT_CANDIDATE)),
    when(nextIs(IS_APOSTROPHE), stop(AT_CANDIDATE)),
    when(isNext(SPACE), leaveIf(not(mayGoOn(W.particle | W.given | W.surname)), 3)),
    when(anyOf(...JOINTS.map(isNext)), stop(AT_CANDIDATE)),
    leave(2),
  ),
  leaveIf(not(has(get(CUES), PERSON_CUES)), 1),
  leaveIf(not(get(CUED)), 1),
  leaveIf(has(get(FLAGS), EVERYDAY | W.verb), 1),
  stop(AT_CANDIDATE),
]

/** Scripts without case: listed, or announced by more than a preposition. */
const askCaseless: readonly w.Code[] = [
  when(has(get(FLAGS), LISTED), stop(AT_CANDIDATE)),
  leaveIf(not(has(get(CUES), PERSON_CUES | CUE.personWeak | PLACE_CUES)), 0),
  stop(AT_CANDIDATE),
]

/** Whether a word with this hash may have been a part of a name before. */
const mayBeKnown = and(
  w.load32(
    and(w.shiftRight(get(HASH), constant(3)), constant((KNOWN_CELLS - 1) * 4)),
    STATE + CELL.known * 4,
  ),
  w.shiftLeft(constant(1), get(HASH)),
)

/** Every unit of the word is in upper case: an acronym or an initial. */
const isUpper = w.equal(get(POSITION), add(get(AT), w.shiftLeft(get(UPPERS), constant(1))))

/** "The": a small word, but for the places that begin with it. A capital may follow it to a street. */
const askArticle: readonly w.Code[] = [
  leaveIf(isUpper, 0),
  leaveIf(has(get(CUES), CUE.placeStrong | CUE.placeKey), 0),
  leaveIf(anyOf(...JOINTS.slice(1).map(isNext)), 0),
  when(
    isNext(SPACE),
    set(UNIT, moved(get(POSITION), 1)),
    leaveIf(w.atLeast(get(UNIT), get(END)), 1),
    leaveIf(has(traitsOf(unitAt(get(UNIT))), IS_UPPER | IS_CASELESS), 1),
    leaveIf(peek(BEGINS_PLACE, get(HASH)), 1),
  ),
  leave(4),
]

/**
 * A capitalised word. Where nothing is announced, and no list has it, its spelling is not enough: a name or a verb of persons
 * must follow, or it must have been a name before.
 */
const askCapital: readonly w.Code[] = [
  when(
    has(get(FLAGS), LISTED),
    when(
      w.equal(has(get(FLAGS), LISTED | W.stop), constant(W.placeFirst | W.stop)),
      block(...askArticle),
    ),
    stop(AT_CANDIDATE),
  ),
  leaveIf(has(get(FLAGS), EVERYDAY), 1),
  when(not(or(get(CUED), isNext(SPACE))), leaveIf(not(nextIs(IS_APOSTROPHE)), 2)),
  when(or(get(CUES), mayBeKnown), stop(AT_CANDIDATE)),
  when(
    isNext(SPACE),
    leaveIf(isUpper, 2),
    leaveIf(not(mayGoOn(W.particle)), 2),
    stop(AT_CANDIDATE),
  ),
  leaveIf(not(or(nextIs(IS_APOSTROPHE), anyOf(...JOINTS.map(isNext)))), 1),
  stop(AT_CANDIDATE),
]

/** Stops at a word that may be a name, a place or a number of a house. */
export const ask: w.Code = block(
  ...leaveUnfit,
  when(has(get(FIRST), IS_DIGIT), ...askNumber),
  ...leaveIdentifiers,
  ...readCues,
  when(has(get(FIRST), IS_UPPER), ...askCapital),
  when(has(get(FIRST), IS_LOWER), ...askLower),
  ...askCaseless,
)

const before = cell(CELL.before)
const frontHas = (flag: number): w.Code => has(traitsOf(before), flag)
const HANGUL = constant(0xac00)

/** Stops at a letter of a script without spaces where a judgement may come to something; see `cjk.ts`. */
export const askIdeograph: w.Code = block(
  when(has(get(TRAITS), STARTS_CJK), stop(AT_IDEOGRAPH)),
  when(
    w.atLeast(get(UNIT), HANGUL),
    // Inside a Korean word, and where no family name begins, a cue must stand in front.
    when(frontHas(ENDS_KOREAN_CUE), stop(AT_IDEOGRAPH)),
    when(
      has(get(TRAITS), STARTS_KOREAN),
      leaveIf(and(w.atLeast(before, HANGUL), not(not(frontHas(IS_IDEOGRAPH)))), 2),
      stop(AT_IDEOGRAPH),
    ),
    leaveIf(w.unequal(before, constant(SPACE)), 1),
    stop(AT_IDEOGRAPH),
  ),
  // Japanese names begin with a Chinese letter behind another one.
  leaveIf(isHan(get(UNIT), true), 0),
  leaveIf(isHan(before, false), 0),
  stop(AT_IDEOGRAPH),
)

/** 1 when a unit is a Chinese letter, or when it is none; see `cjk.ts`. */
function isHan(unit: w.Code, isNot: boolean): w.Code {
  const han = or(
    w.below(w.sub(unit, constant(0x3400)), constant(0xa000 - 0x3400)),
    w.equal(unit, constant(0x3005)),
  )
  return isNot ? not(han) : han
}
