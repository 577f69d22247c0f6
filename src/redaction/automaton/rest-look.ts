import { NAME_UNITS_MAX, PASSED_WORDS, VALUE_UNITS_MIN } from '../values/locate.ts'
import * as w from './assembler.ts'
import { KNOWN_BETWEEN, KNOWN_OTHER } from './known-words.ts'
import { KNOWN } from './layout.ts'
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

/** How looks behind words read known words and the rest of a name. */

const { and, or, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** The node behind a letter. */
const behind = (node: w.Code, letter: w.Code): w.Code =>
  w.load16(
    w.add(w.shiftLeft(node, constant(6)), w.shiftLeft(and(letter, constant(31)), constant(1))),
    KNOWN,
  )
const isLetter = (unit: w.Code): w.Code =>
  w.below(w.sub(or(unit, constant(0x20)), constant(0x61)), constant(26))
const isKnown = (node: w.Code, as: w.Code): w.Code =>
  and(w.load16(w.shiftLeft(node, constant(6)), KNOWN), as)

/**
 * Twice the length of the known word at a pointer, 0 when it is none, 1 when that cannot be told. Parameters: pointer, behind the
 * last unit, as what it must be known, pointer to where reading ends. Locals: 4 pointer, 5 unit, 6 node, 7 where letters end at last.
 */
export const knownWord = look('word', 4, 4, [
  set(4, moved(get(0), 16)),
  when(w.above(get(4), get(1)), set(4, get(1))),
  when(w.above(rawUnits(get(0), get(4)), constant(NEAR_UNITS)), give(PERHAPS)),
  set(4, get(0)),
  set(7, get(3)),
  when(w.above(get(7), get(1)), set(7, get(1))),
  block(
    loop(
      leaveIf(w.atLeast(get(4), get(7)), 1),
      set(5, unitAt(get(4))),
      leaveIf(not(isLetter(get(5))), 1),
      set(6, behind(get(6), get(5))),
      when(not(get(6)), give(NO)),
      forward(4),
      leave(0),
    ),
  ),
  when(w.atLeast(get(4), get(1)), when(w.below(get(4), get(3)), give(PERHAPS))),
  when(not(isKnown(get(6), get(2))), give(NO)),
  when(
    w.below(get(4), get(3)),
    when(or(is(get(5), '['), w.above(get(5), constant(127))), give(PERHAPS)),
    when(isA(get(5), u.IS_DIGIT), give(NO)),
    when(
      w.equal(get(2), constant(KNOWN_BETWEEN)),
      when(or(is(get(5), '_'), is(get(5), '+')), give(NO)),
      when(
        is(get(5), '-'),
        when(w.atLeast(moved(get(4), 1), get(1)), give(PERHAPS)),
        when(is(unitAt(get(4), 1), '['), give(PERHAPS)),
        when(isA(unitAt(get(4), 1), u.IS_ALNUM), give(NO)),
      ),
    ),
  ),
  w.sub(get(4), get(0)),
])

/**
 * So long it may be the value itself, which must then stand behind a dash: `valueOffset` and `looksLikeValue` of a name from local 3
 * to local 4. What they see of one that meets the bound ends nowhere else.
 */
const longName: readonly w.Code[] = [
  set(6, get(3)),
  loop(
    when(
      w.below(get(6), get(4)),
      set(5, unitAt(get(6))),
      when(isLetter(get(5)), forward(6), leave(2)),
    ),
  ),
  when(
    w.below(get(6), get(4)),
    when(is(get(5), '-'), give(PERHAPS)),
    when(
      not(isA(get(5), u.IS_DIGIT)),
      forward(6),
      // One of the words that `valueOffset` passes may follow.
      set(5, or(unitAt(get(6)), constant(0x20))),
      ...[...new Set(PASSED_WORDS.map((word) => word[0] ?? ''))].map((letter) =>
        when(is(get(5), letter), give(PERHAPS)),
      ),
    ),
  ),
  when(w.atLeast(get(4), moved(get(3), NAME_UNITS_MAX)), give(NO)),
  when(w.below(get(4), moved(get(6), VALUE_UNITS_MIN)), give(PERHAPS)),
  set(7, constant(0)),
  set(9, constant(0)),
  loop(
    set(5, unitAt(get(6))),
    when(isA(get(5), u.IS_DIGIT), count(9)),
    when(isLetter(get(5)), set(7, constant(1))),
    forward(6),
    leaveIf(w.below(get(6), get(4)), 0),
  ),
  give(not(and(get(7), w.above(get(9), constant(1))))),
]

/**
 * Pointer behind the rest of a name, 0 when it names something else, 1 when that cannot be told. Parameters: pointer to the last
 * unit of the word, behind the last unit, whether services' names are asked. Locals: 3 first, 4 pointer, 5 unit, 6 last part, 7
 * unit in front, 8 node, 9 unit behind, 10 end of the last part.
 */
export const endOfName = look('name', 3, 8, [
  set(3, moved(get(0), 1)),
  when(w.atLeast(get(3), get(1)), give(PERHAPS)),
  set(5, unitAt(get(3))),
  // Letters that go on are another word, unless they are a plural.
  when(
    both(isA(get(5), u.IS_LOWER), isA(unitAt(get(0)), u.IS_LOWER)),
    when(not(is(get(5), 's')), give(NO)),
    when(w.atLeast(moved(get(3), 1), get(1)), give(PERHAPS)),
    when(isA(unitAt(get(3), 1), u.IS_LOWER), give(NO)),
  ),
  set(4, get(3)),
  set(6, get(3)),
  block(
    loop(
      when(w.atLeast(get(4), get(1)), give(PERHAPS)),
      leaveIf(w.atLeast(get(4), moved(get(3), NAME_UNITS_MAX)), 1),
      set(5, unitAt(get(4))),
      leaveIf(not(isA(get(5), u.IS_NAME)), 1),
      when(
        isA(get(5), u.IS_JOINT),
        when(w.atLeast(moved(get(4), 1), get(1)), give(PERHAPS)),
        set(9, unitAt(get(4), 1)),
        when(is(get(9), '['), give(PERHAPS)),
        when(is(get(5), '.'), leaveIf(not(isA(get(9), u.IS_LETTER)), 3)),
        when(is(get(5), '-'), leaveIf(not(isA(get(9), u.IS_ALNUM)), 3)),
      ),
      when(not(isA(get(5), u.IS_ALNUM)), set(6, moved(get(4), 1))),
      when(both(isA(get(5), u.IS_UPPER), not(isA(get(7), u.IS_UPPER))), set(6, get(4))),
      set(7, get(5)),
      forward(4),
      leave(0),
    ),
  ),
  when(w.atLeast(get(4), moved(get(3), VALUE_UNITS_MIN)), ...longName),
  when(w.above(rawUnits(get(3), get(4)), constant(NEAR_UNITS)), give(PERHAPS)),
  set(10, get(4)),
  loop(
    when(
      w.above(get(10), get(6)),
      when(isA(unitAt(get(10), -1), u.IS_DIGIT), set(10, moved(get(10), -1)), leave(2)),
    ),
  ),
  block(
    leaveIf(w.equal(get(3), get(4)), 0),
    loop(
      when(
        w.below(get(6), get(10)),
        set(5, unitAt(get(6))),
        leaveIf(not(isA(get(5), u.IS_LETTER)), 2),
        set(8, behind(get(8), get(5))),
        leaveIf(not(get(8)), 2),
        forward(6),
        leave(1),
      ),
    ),
    leaveIf(not(isKnown(get(8), constant(KNOWN_OTHER))), 0),
    // What a service calls an id may be a credential.
    when(get(2), give(is(or(unitAt(get(4), -1), constant(0x20)), 'd'))),
    give(NO),
  ),
  get(4),
])
