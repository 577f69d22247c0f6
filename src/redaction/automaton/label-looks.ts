import { LABEL_GAP_UNITS_MAX, LABEL_NAME_UNITS_MAX, LABEL_WORDS_MAX } from '../values/label.ts'
import { PASSWORD_UNITS_MAX, USER_UNITS_MAX } from '../values/url-units.ts'
import * as w from './assembler.ts'
import { KNOWN_FILLER } from './known-words.ts'
import {
  both,
  count,
  forward,
  is,
  isA,
  look,
  moved,
  NEAR_UNITS,
  NO,
  PERHAPS,
  rawUnits,
  unitAt,
} from './reading.ts'
import * as u from './unit-kinds.ts'

const { and, or, not, get, set, constant, when, give, loop, leave } = w

/**
 * Behind a label of a number: no value without a digit. Parameters: pointer to the last unit of the label, lowest, behind the last
 * unit. Locals: 3 first, 4 pointer, 5 unit, 6 unit behind, 7 set apart, 8 words, 9 line breaks, 10 a word's length.
 */
export const labelled = (word: number): w.WasmFunction =>
  look('labelled', 3, 8, [
    set(3, moved(get(0), 1)),
    when(w.atLeast(get(3), get(2)), give(PERHAPS)),
    set(5, unitAt(get(3))),
    // A part of other letters.
    when(
      both(
        isA(get(5), u.IS_LETTER),
        not(and(w.below(get(5), constant(0x60)), w.above(unitAt(get(0)), constant(0x60)))),
      ),
      when(not(is(get(5), 's')), give(NO)),
      when(w.atLeast(moved(get(3), 1), get(2)), give(PERHAPS)),
      when(isA(unitAt(get(3), 1), u.IS_ALNUM), give(NO)),
    ),
    // The head of a column, when there are others.
    when(
      is(get(5), '\n'),
      set(4, get(0)),
      loop(
        when(w.below(get(4), get(1)), give(NO)),
        set(5, unitAt(get(4))),
        when(isA(get(5), u.IS_CELL), set(4, moved(get(4), -1)), leave(1)),
      ),
      give(or(isA(get(5), u.IS_COLUMN), w.above(get(5), constant(127)))),
    ),
    when(
      or(is(get(5), ','), is(get(5), ';')),
      when(w.atLeast(moved(get(3), 1), get(2)), give(PERHAPS)),
      set(6, unitAt(get(3), 1)),
      when(or(isA(get(6), u.IS_LETTER), is(get(6), '[')), give(PERHAPS)),
    ),
    set(4, get(3)),
    // The rest of an identifier.
    when(
      or(isA(get(5), u.IS_LETTER), is(get(5), '_')),
      loop(
        when(
          w.below(get(4), moved(get(3), LABEL_NAME_UNITS_MAX)),
          when(w.atLeast(get(4), get(2)), give(PERHAPS)),
          set(5, unitAt(get(4))),
          when(is(get(5), '['), give(PERHAPS)),
          when(or(isA(get(5), u.IS_LETTER), is(get(5), '_')), forward(4), leave(2)),
        ),
      ),
      when(w.above(rawUnits(get(3), get(4)), constant(NEAR_UNITS)), give(PERHAPS)),
    ),
    loop(
      when(w.atLeast(get(4), moved(get(3), LABEL_GAP_UNITS_MAX)), give(NO)),
      when(w.atLeast(get(4), get(2)), give(PERHAPS)),
      set(5, unitAt(get(4))),
      when(is(get(5), '\n'), count(9), when(w.above(get(9), constant(2)), give(NO))),
      when(
        or(is(get(5), '('), is(get(5), '[')),
        when(w.atLeast(moved(get(4), 1), get(2)), give(PERHAPS)),
        set(6, unitAt(get(4), 1)),
        when(is(get(5), '['), when(is(get(6), 'S'), give(PERHAPS))),
        when(is(get(5), '('), when(or(is(get(6), '+'), isA(get(6), u.IS_DIGIT)), give(PERHAPS))),
      ),
      when(
        isA(get(5), u.IS_GAP),
        when(isA(get(5), u.IS_APART), set(7, constant(1))),
        forward(4),
        leave(1),
      ),
      when(w.above(get(5), constant(127)), give(PERHAPS)),
      set(10, constant(0)),
      when(
        isA(get(5), u.IS_LETTER),
        set(10, w.call(word, get(4), get(2), constant(KNOWN_FILLER), moved(get(4), 15))),
      ),
      when(w.equal(get(10), constant(1)), give(PERHAPS)),
      when(
        get(10),
        count(8),
        when(
          not(w.above(get(8), constant(LABEL_WORDS_MAX))),
          set(4, w.add(get(4), get(10))),
          leave(2),
        ),
      ),
      when(not(get(7)), give(NO)),
    ),
    set(3, moved(get(4), DIGIT_UNITS_MAX)),
    loop(
      when(w.atLeast(get(4), get(3)), give(NO)),
      when(w.atLeast(get(4), get(2)), give(PERHAPS)),
      set(5, unitAt(get(4))),
      when(isA(get(5), u.IS_DIGIT), give(PERHAPS)),
      when(or(isA(get(5), u.IS_NUMBER), w.above(get(5), constant(127))), forward(4), leave(1)),
    ),
    is(get(5), '['),
  ])

/** Letters and marks in front of the first digit of a labelled value: less than the longest of them has units. */
const DIGIT_UNITS_MAX = 64

/** Behind `://`: a user, a colon, and an `@` in reach. Parameters: pointer to the last unit of the word, behind the last unit. */
export const address = look('address', 2, 3, [
  // 2: first, 3: pointer, 4: unit
  set(2, moved(get(0), 1)),
  set(3, get(2)),
  loop(
    when(w.atLeast(get(3), get(1)), give(PERHAPS)),
    set(4, unitAt(get(3))),
    when(
      both(isA(get(4), u.IS_USER), w.below(get(3), moved(get(2), USER_UNITS_MAX))),
      forward(3),
      leave(1),
    ),
  ),
  when(is(get(4), '['), give(PERHAPS)),
  when(not(is(get(4), ':')), give(NO)),
  set(2, moved(get(3), PASSWORD_UNITS_MAX)),
  loop(
    when(w.atLeast(get(3), get(2)), give(NO)),
    when(w.atLeast(get(3), get(1)), give(PERHAPS)),
    set(4, unitAt(get(3))),
    when(is(get(4), '@'), give(PERHAPS)),
    when(or(isA(get(4), u.IS_URL_STOP), w.above(get(4), constant(127))), give(NO)),
    forward(3),
    leave(0),
  ),
  NO,
])
