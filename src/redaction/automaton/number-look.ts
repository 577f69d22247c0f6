import * as w from './assembler.ts'
import { ACCOUNT_CELLS } from './known-words.ts'
import {
  KIND_ALNUM,
  KIND_DIGIT,
  KIND_MARK,
  KNOWN,
  PAIR_DIGITS_MAX,
  PAIR_MARKS,
  PAIR_ONE,
  PAIR_OPEN,
  PAIR_QUAD,
  PAIRS,
  RUN_BAR,
  RUN_DIGITS_MAX,
  RUN_HYPHEN,
  RUN_OTHER,
  RUNS,
} from './layout.ts'
import {
  beyond,
  end,
  halved,
  isOf,
  kindAt,
  kindBeside,
  kindOf,
  LOW,
  mark,
  unitBeside,
} from './mark-reading.ts'
import { is, isA, look, moved, NEAR_UNITS, rawUnits, unitAt } from './reading.ts'
import { IS_BASE58, IS_LETTER } from './unit-kinds.ts'

const { add, and, or, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** Counts in local `at` the digits from local `from` on, at most `most`. */
const passDigits = (at: number, from: w.Code, most: number): w.Code =>
  block(
    loop(
      leaveIf(w.atLeast(get(at), end), 1),
      leaveIf(w.atLeast(get(at), moved(from, most)), 1),
      leaveIf(not(isOf(kindAt(get(at), 0), KIND_DIGIT)), 1),
      set(at, moved(get(at), 1)),
      leave(0),
    ),
  )

/** Units of an account number of the country that two letters name, 0 when they name none. */
const accountUnits = (first: w.Code, second: w.Code): w.Code =>
  w.load16(
    add(
      w.shiftLeft(and(first, constant(31)), constant(6)),
      w.shiftLeft(and(second, constant(31)), constant(1)),
    ),
    KNOWN + ACCOUNT_CELLS * 2,
  )
/** Units of the shortest address of base 58. */
const BASE58_UNITS_MIN = 26

/** An address of base 58 may begin here. Uses local 9. */
const base58: w.Code = [
  ...when(not(or(is(unitBeside(0), '1'), is(unitBeside(0), '3'))), give(constant(0))),
  ...set(9, mark),
  ...loop(
    when(w.atLeast(get(9), end), give(constant(1))),
    when(not(isA(unitAt(get(9)), IS_BASE58)), give(constant(0))),
    set(9, moved(get(9), 1)),
    leaveIf(w.below(get(9), moved(mark, BASE58_UNITS_MIN)), 0),
  ),
  ...constant(1),
]

/** A digit behind something else: what `firstGlance` says of numbers, and which two groups may begin anything. */
export const lookAtNumber = look('number', 3, 7, [
  // 3: unit in front, 4: behind the digits, 5: behind the second group, 6: place in the pairs, 7: what follows, 8: behind a third, 9: pointer, or where the
  // second begins;
  // of an account number 5: units, 6: all its units, 7: kind
  when(w.below(get(LOW), mark), set(3, unitBeside(-1))),
  when(is(get(3), '_'), give(constant(0))),
  when(
    isOf(kindOf(get(3)), KIND_ALNUM),
    when(isOf(kindOf(get(3)), KIND_DIGIT), give(constant(0))),
    // One letter in front: seven digits, no more.
    when(
      or(w.below(moved(mark, -2), get(LOW)), not(isOf(kindBeside(-2), KIND_ALNUM))),
      set(4, mark),
      passDigits(4, mark, 8),
      give(or(w.above(moved(mark, 7), end), w.equal(get(4), moved(mark, 7)))),
    ),
    when(
      not(w.below(moved(mark, -3), get(LOW))),
      when(isOf(kindBeside(-3), KIND_ALNUM), give(constant(0))),
    ),
    // Two letters in front of two digits: seven at least, or an account number.
    when(beyond(1), give(constant(1))),
    when(not(isOf(kindBeside(1), KIND_DIGIT)), give(constant(0))),
    set(4, mark),
    passDigits(4, mark, 7),
    when(or(w.atLeast(get(4), end), w.equal(get(4), moved(mark, 7))), give(constant(1))),
    // An account number: as long as its country's are.
    when(not(w.below(moved(mark, -3), get(LOW))), when(is(unitBeside(-3), '_'), give(constant(0)))),
    when(not(isA(unitBeside(-2), IS_LETTER)), give(constant(0))),
    set(6, accountUnits(unitBeside(-2), unitBeside(-1))),
    when(not(get(6)), give(constant(0))),
    set(4, mark),
    set(5, constant(2)),
    loop(
      when(w.atLeast(get(4), end), give(constant(1))),
      set(7, kindAt(get(4), 0)),
      // Far away the bound may be met first, and ends it too.
      when(
        w.equal(get(5), get(6)),
        when(w.above(rawUnits(mark, get(4)), constant(NEAR_UNITS)), give(constant(1))),
        give(not(isOf(get(7), KIND_ALNUM))),
      ),
      when(
        isOf(get(7), KIND_ALNUM),
        set(5, add(get(5), constant(1))),
        set(4, moved(get(4), 1)),
        leave(1),
      ),
      when(not(isOf(get(7), KIND_MARK)), give(constant(0))),
      when(w.atLeast(moved(get(4), 1), end), give(constant(1))),
      when(not(isOf(kindAt(get(4), 1), KIND_ALNUM)), give(constant(0))),
      set(4, moved(get(4), 1)),
      leave(0),
    ),
  ),
  when(is(get(3), '+'), give(constant(1))),
  set(4, mark),
  passDigits(4, mark, PAIR_DIGITS_MAX),
  when(w.atLeast(get(4), end), give(constant(1))),
  when(
    w.equal(get(4), moved(mark, PAIR_DIGITS_MAX)),
    passDigits(4, mark, RUN_DIGITS_MAX),
    when(w.atLeast(get(4), end), give(constant(1))),
    when(isOf(kindAt(get(4), 0), KIND_ALNUM), give(base58)),
    give(
      and(
        w.load8(halved(w.sub(get(4), mark)), RUNS),
        or(
          constant(RUN_OTHER),
          or(
            w.multiply(is(unitAt(get(4)), '-'), constant(RUN_HYPHEN)),
            w.multiply(is(unitAt(get(4)), '|'), constant(RUN_BAR)),
          ),
        ),
      ),
    ),
  ),
  when(
    isOf(kindAt(get(4), 0), KIND_ALNUM),
    // Eight digits and a letter, or six and the sign of a century.
    when(
      w.equal(get(4), moved(mark, 8)),
      when(w.atLeast(moved(get(4), 1), end), give(constant(1))),
      when(not(isOf(kindAt(get(4), 1), KIND_ALNUM)), give(constant(1))),
    ),
    when(
      w.equal(get(4), moved(mark, 6)),
      when(w.atLeast(moved(get(4), 1), end), give(constant(1))),
      when(isOf(kindAt(get(4), 1), KIND_DIGIT), give(constant(1))),
    ),
    // Otherwise letters behind the digits are only of interest in an address of base 58.
    give(base58),
  ),
  when(not(isOf(kindAt(get(4), 0), KIND_MARK)), give(constant(0))),
  set(5, moved(get(4), 1)),
  when(w.atLeast(get(5), end), give(constant(1))),
  // A second mark, or one of which nothing is known: a digit must follow.
  when(
    isOf(kindAt(get(5), 0), KIND_MARK),
    set(5, moved(get(5), 1)),
    when(w.atLeast(get(5), end), give(constant(1))),
    when(not(isOf(kindAt(get(5), 0), KIND_DIGIT)), give(constant(0))),
    when(not(and(is(unitAt(get(4)), '/'), is(unitAt(get(4), 1), '/'))), give(constant(1))),
  ),
  when(not(isOf(kindAt(get(5), 0), KIND_DIGIT)), give(constant(0))),
  block(
    ...[...PAIR_MARKS].map((sign, index) =>
      when(is(unitAt(get(4)), sign), set(6, constant(index * 100)), leave(1)),
    ),
    give(constant(1)),
  ),
  set(9, get(5)),
  passDigits(5, get(9), PAIR_DIGITS_MAX),
  when(w.atLeast(get(5), end), give(constant(1))),
  set(7, constant(PAIR_OPEN)),
  when(
    is(unitAt(get(5)), '.'),
    set(8, moved(get(5), 1)),
    passDigits(8, moved(get(5), 1), PAIR_DIGITS_MAX),
    when(w.atLeast(get(8), end), give(constant(1))),
    when(is(unitAt(get(8)), '.'), set(7, constant(PAIR_QUAD))),
  ),
  set(
    6,
    w.load8(
      add(
        get(6),
        add(w.multiply(halved(w.sub(get(4), mark)), constant(10)), halved(w.sub(get(5), get(9)))),
      ),
      PAIRS,
    ),
  ),
  when(is(unitBeside(0), '1'), set(6, w.shiftRight(get(6), constant(PAIR_ONE)))),
  and(get(6), get(7)),
])
