import { GAP_UNITS_MAX, WORD_UNITS_MAX, WORDS_MAX } from '../values/locate.ts'
import * as w from './assembler.ts'
import { KNOWN_BETWEEN } from './known-words.ts'
import { address, labelled } from './label-looks.ts'
import { WORD_VENDOR } from './layout.ts'
import { nameLook, tiedLook } from './name-look.ts'
import {
  both,
  count,
  flagsOf,
  forward,
  is,
  isA,
  look,
  moved,
  NO,
  PERHAPS,
  unitAt,
} from './reading.ts'
import { endOfName, knownWord } from './rest-look.ts'
import * as u from './unit-kinds.ts'
import { mixedLook, passed, passedBefore, refusedBefore, valueLook } from './value-look.ts'

/**
 * Looks behind words in the engine, so that only a word whose value may come to something is ever told. Each follows what
 * `values/locate.ts`, `values/label.ts` and `detectors/url-credential.ts` do, and says "perhaps" wherever they might read
 * further than what has arrived, meet the bound, or meet a placeholder. A look never says no where a verdict could fall;
 * `test/redaction/engine.test.ts` holds them to it.
 */

const { and, or, not, get, set, constant, when, give, loop, leave } = w

/** Places of these functions, behind `first` others. */
const places = (first: number) => ({
  value: first,
  word: first + 1,
  name: first + 2,
  assigned: first + 3,
  labelled: first + 4,
  address: first + 5,
  tied: first + 6,
  row: first + 7,
  mixed: first + 8,
})

/**
 * Behind a word that says its value is secret. Parameters: pointer to the last unit of the word, behind the last unit, flags of the
 * words. Locals: 3 behind the name, 4 pointer, 5 unit, 6 quote, 7 operator, 8 words, 9 line breaks, 10 a block was opened, 11 right
 * behind an opening quote, 12 unit behind, 13 a word's length, 14 flags, 15 where reading ends, 16 behind the last word
 * in between, unless more than space and operators follow.
 */
const assigned = (at: ReturnType<typeof places>): w.WasmFunction => {
  const isFlagged = (flags: number): w.Code => and(get(14), constant(flags))
  // What was refused there behind one word is refused behind the next.
  const judged: w.Code = [
    ...when(
      w.unequal(get(4), refusedBefore),
      set(13, w.call(at.value, get(4), get(1), get(0), get(2))),
    ),
    ...when(w.equal(get(4), refusedBefore), passed(get(16)), give(NO)),
    ...give(get(13)),
  ]
  return look('assigned', 3, 14, [
    set(3, moved(get(0), 1)),
    when(w.atLeast(get(3), get(1)), give(PERHAPS)),
    set(5, unitAt(get(3))),
    when(
      isA(get(5), u.IS_NAME),
      set(3, w.call(at.name, get(0), get(1), and(get(2), constant(WORD_VENDOR)))),
      when(w.below(get(3), constant(2)), give(get(3))),
      set(5, unitAt(get(3))),
    ),
    when(w.equal(get(3), passedBefore), give(NO)),
    // `tokens[0].text = …` takes one out of many.
    when(
      is(get(5), '['),
      when(w.atLeast(moved(get(3), 1), get(1)), give(PERHAPS)),
      set(12, unitAt(get(3), 1)),
      when(not(isA(get(12), u.IS_QUOTE)), give(is(get(12), 'S'))),
    ),
    set(4, get(3)),
    set(15, moved(get(3), GAP_UNITS_MAX)),
    when(w.above(get(15), get(1)), set(15, get(1))),
    loop(
      when(w.atLeast(get(4), get(15)), give(w.below(get(4), moved(get(3), GAP_UNITS_MAX)))),
      set(5, unitAt(get(4))),
      set(14, flagsOf(get(5))),
      when(is(get(5), ' '), set(6, constant(0)), forward(4), leave(1)),
      when(
        both(isFlagged(u.IS_OPERATOR), w.unequal(get(4), get(11))),
        set(7, get(5)),
        set(6, constant(0)),
        forward(4),
        leave(1),
      ),
      when(
        not(isFlagged(u.IS_ALNUM)),
        set(16, constant(0)),
        when(
          isFlagged(u.IS_QUOTE),
          set(6, get(5)),
          set(11, constant(0)),
          when(get(7), set(11, moved(get(4), 1))),
          forward(4),
          leave(2),
        ),
        when(w.equal(get(4), get(11)), when(isFlagged(u.IS_SIGN), judged)),
        when(is(get(5), '{'), set(10, constant(1))),
        when(
          is(get(5), '\n'),
          when(not(or(get(7), get(10))), give(NO)),
          count(9),
          when(w.above(get(9), constant(2)), give(NO)),
        ),
        set(12, constant(0)),
        when(
          or(isFlagged(u.IS_JOINT), or(is(get(5), '%'), is(get(5), '['))),
          when(w.atLeast(moved(get(4), 1), get(1)), give(PERHAPS)),
          set(12, unitAt(get(4), 1)),
          when(is(get(5), '['), when(is(get(12), 'S'), give(PERHAPS))),
          when(is(get(12), '['), give(PERHAPS)),
          when(both(or(is(get(5), '.'), is(get(5), '%')), is(get(12), '=')), forward(4), leave(3)),
        ),
        when(
          or(isFlagged(u.IS_SKIPPED), and(is(get(5), '-'), not(isA(get(12), u.IS_ALNUM)))),
          when(
            or(not(or(is(get(5), '{'), is(get(5), ')'))), not(get(6))),
            when(is(get(5), '\n'), set(6, constant(0))),
            forward(4),
            leave(3),
          ),
        ),
      ),
      // A value cannot touch its name.
      set(13, constant(0)),
      when(
        isFlagged(u.IS_LETTER),
        set(
          13,
          w.call(at.word, get(4), get(1), constant(KNOWN_BETWEEN), moved(get(4), WORD_UNITS_MAX)),
        ),
        when(w.equal(get(13), constant(1)), give(PERHAPS)),
      ),
      when(not(get(13)), when(w.equal(get(4), get(3)), give(NO)), judged),
      count(8),
      when(w.above(get(8), constant(WORDS_MAX)), give(NO)),
      set(6, constant(0)),
      set(4, w.add(get(4), get(13))),
      set(16, get(4)),
      leave(0),
    ),
    NO,
  ])
}

/** All looks behind words, to be placed behind `first` other functions, with their places. */
export function wordLooks(first: number): {
  readonly functions: readonly w.WasmFunction[]
  readonly at: ReturnType<typeof places>
} {
  const at = places(first)
  return {
    functions: [
      ...[valueLook(at), knownWord, endOfName, assigned(at)],
      ...[labelled(at.word), address, tiedLook, nameLook(at.tied), mixedLook(at)],
    ],
    at,
  }
}
