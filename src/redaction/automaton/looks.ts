import * as w from './assembler.ts'
import {
  KIND_ALNUM,
  KIND_DIGIT,
  KIND_HEX,
  KIND_LABEL,
  KIND_MARK,
  KIND_TOKEN,
  KINDS,
  LOOKS,
  PAIR_DIGITS_MAX,
  PAIR_MARKS,
  PAIR_OPEN,
  PAIR_QUAD,
  PAIRS,
} from './layout.ts'
import { both, is, look, moved, NEAR_UNITS, rawUnits, truth, unitAt } from './reading.ts'

/**
 * Looks at marks in the engine: no more than a few units around one, so that only what may come to something is ever told.
 * A look never says no where a verdict at that mark could fall; `test/redaction/engine.test.ts` holds them to it.
 */

const { add, and, or, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** Flags of a unit, `KIND_…`. */
export const kindOf = (unit: w.Code): w.Code => w.load8(unit, KINDS)
/** The kind of the unit `by` units behind a pointer. */
export const kindAt = (pointer: w.Code, by: number): w.Code => kindOf(unitAt(pointer, by))
/** Not 0 when `kind` has `flag`. */
export const isOf = (kind: w.Code, flag: number): w.Code => and(kind, constant(flag))
const halved = (value: w.Code): w.Code => w.shiftRight(value, constant(1))

/** Looks at marks: parameters are pointers to the mark, to the lowest unit and behind the last. See `glance.ts` for the facts. */
const MARK = 0
const LOW = 1
const END = 2
const mark = get(MARK)
const end = get(END)
const beyond = (by: number): w.Code => w.atLeast(moved(mark, by), end)
const kindBeside = (by: number): w.Code => kindAt(mark, by)
const unitBeside = (by: number): w.Code => unitAt(mark, by)

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

/** A digit behind something else: what `firstGlance` says of numbers, and which two groups may begin anything. */
const lookAtNumber = look('number', 3, 6, [
  // 3: unit in front, 4: behind the digits, 5: behind the second group, 6: place in the pairs, 7: what follows, 8: behind a third
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
    // Two letters in front of two digits.
    when(beyond(1), give(constant(1))),
    give(isOf(kindBeside(1), KIND_DIGIT)),
  ),
  when(is(get(3), '+'), give(constant(1))),
  set(4, mark),
  passDigits(4, mark, PAIR_DIGITS_MAX),
  when(w.atLeast(get(4), end), give(constant(1))),
  when(w.equal(get(4), moved(mark, PAIR_DIGITS_MAX)), give(constant(1))),
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
    when(not(or(is(unitBeside(0), '1'), is(unitBeside(0), '3'))), give(constant(0))),
    when(beyond(9), give(constant(1))),
    give(truth(isOf(kindBeside(9), KIND_ALNUM))),
  ),
  when(not(isOf(kindAt(get(4), 0), KIND_MARK)), give(constant(0))),
  set(5, moved(get(4), 1)),
  when(w.atLeast(get(5), end), give(constant(1))),
  // A second mark, or one of which nothing is known: a digit must follow.
  when(
    isOf(kindAt(get(5), 0), KIND_MARK),
    set(5, moved(get(5), 1)),
    when(w.atLeast(get(5), end), give(constant(1))),
    give(isOf(kindAt(get(5), 0), KIND_DIGIT)),
  ),
  when(not(isOf(kindAt(get(5), 0), KIND_DIGIT)), give(constant(0))),
  block(
    ...[...PAIR_MARKS].map((sign, index) =>
      when(is(unitAt(get(4)), sign), set(6, constant(index * 100)), leave(1)),
    ),
    give(constant(1)),
  ),
  passDigits(5, moved(get(4), 1), PAIR_DIGITS_MAX),
  when(w.atLeast(get(5), end), give(constant(1))),
  set(7, constant(PAIR_OPEN)),
  when(
    is(unitAt(get(5)), '.'),
    set(8, moved(get(5), 1)),
    passDigits(8, moved(get(5), 1), PAIR_DIGITS_MAX),
    when(w.atLeast(get(8), end), give(constant(1))),
    when(is(unitAt(get(8)), '.'), set(7, constant(PAIR_QUAD))),
  ),
  and(
    w.load8(
      add(
        get(6),
        add(
          w.multiply(halved(w.sub(get(4), mark)), constant(10)),
          halved(w.sub(get(5), moved(get(4), 1))),
        ),
      ),
      PAIRS,
    ),
    get(7),
  ),
])

/** A token unit on both sides. */
const insideToken: readonly w.Code[] = [
  when(w.atLeast(get(LOW), mark), give(constant(0))),
  when(not(isOf(kindBeside(-1), KIND_TOKEN)), give(constant(0))),
  when(not(beyond(1)), when(not(isOf(kindBeside(1), KIND_TOKEN)), give(constant(0)))),
]

const lookAtStop = look('stop', 3, 0, [
  ...insideToken,
  when(
    isOf(kindBeside(-4), KIND_HEX),
    when(beyond(5), give(constant(1))),
    when(is(unitBeside(5), '.'), give(constant(1))),
  ),
  when(not(isOf(kindBeside(-23), KIND_TOKEN)), give(constant(0))),
  when(not(isOf(kindBeside(-12), KIND_TOKEN)), give(constant(0))),
  when(beyond(8), give(constant(1))),
  or(is(unitBeside(6), '.'), or(is(unitBeside(7), '.'), is(unitBeside(8), '.'))),
])

/** Between two pairs of hexadecimal digits, the first of six at least, of which nothing stands in front. */
const firstOfPairs = (sign: string): readonly w.Code[] => [
  leaveIf(not(isOf(kindBeside(-1), KIND_HEX)), 0),
  leaveIf(not(isOf(kindBeside(-2), KIND_HEX)), 0),
  leaveIf(
    and(
      not(w.below(moved(mark, -3), get(LOW))),
      w.above(isOf(kindBeside(-3), KIND_ALNUM), constant(0)),
    ),
    0,
  ),
  ...[1, 2].map((by) => leaveIf(not(or(beyond(by), truth(isOf(kindBeside(by), KIND_HEX)))), 0)),
  ...[3, 6, 9, 12].map((by) => leaveIf(not(or(beyond(by), is(unitBeside(by), sign))), 0)),
  give(constant(1)),
]

const lookAtHyphen = look('hyphen', 3, 0, [
  ...insideToken,
  block(...firstOfPairs('-')),
  constant(0),
])

/** Bot tokens of Telegram, hardware addresses, IPv6. */
const lookAtColon = look('colon', 3, 3, [
  // 3: pointer, 4: colons, 5: two in a row, or a full stop
  when(beyond(1), give(constant(1))),
  block(
    ...[-1, -2, -3, -4, -5].map((by) => leaveIf(not(isOf(kindBeside(by), KIND_DIGIT)), 0)),
    ...[1, 9, 17].map((by) =>
      leaveIf(not(or(beyond(by), truth(isOf(kindBeside(by), KIND_TOKEN)))), 0),
    ),
    give(constant(1)),
  ),
  block(...firstOfPairs(':')),
  // A colon right in front of these digits was asked already.
  set(3, mark),
  block(
    loop(
      leaveIf(not(isOf(kindAt(get(3), -1), KIND_HEX)), 1),
      set(3, moved(get(3), -1)),
      leaveIf(w.above(get(3), moved(mark, -5)), 0),
    ),
  ),
  when(
    both(w.above(get(3), get(LOW)), is(unitAt(get(3), -1), ':')),
    when(not(w.above(rawUnits(get(3), mark), constant(NEAR_UNITS))), give(constant(0))),
  ),
  when(
    not(is(unitBeside(1), ':')),
    when(not(isOf(kindBeside(1), KIND_HEX)), give(constant(0))),
    when(not(isOf(kindBeside(-1), KIND_HEX)), give(constant(0))),
  ),
  set(3, mark),
  block(
    loop(
      when(w.atLeast(get(3), end), give(constant(1))),
      when(
        is(unitAt(get(3)), ':'),
        set(4, add(get(4), constant(1))),
        when(is(unitAt(get(3), 1), ':'), set(5, constant(1))),
      ),
      when(is(unitAt(get(3)), '.'), set(5, constant(1))),
      leaveIf(
        not(
          or(
            isOf(kindAt(get(3), 0), KIND_HEX),
            or(is(unitAt(get(3)), ':'), is(unitAt(get(3)), '.')),
          ),
        ),
        1,
      ),
      set(3, moved(get(3), 1)),
      leaveIf(w.below(get(3), moved(mark, 46)), 0),
    ),
  ),
  or(get(5), w.atLeast(get(4), constant(7))),
])

const lookAtAt = look('at', 3, 1, [
  when(is(unitBeside(-1), ' '), give(constant(0))),
  when(beyond(1), give(constant(1))),
  when(not(isOf(kindBeside(1), KIND_ALNUM)), give(constant(0))),
  // No host without a full stop behind its first label.
  set(3, moved(mark, 1)),
  loop(
    when(w.atLeast(get(3), end), give(constant(1))),
    when(not(isOf(kindAt(get(3), 0), KIND_LABEL)), give(is(unitAt(get(3)), '.'))),
    set(3, moved(get(3), 1)),
    leaveIf(w.below(get(3), moved(mark, 70)), 0),
  ),
  constant(1),
])

const lookAtTilde = look('tilde', 3, 0, [
  and(is(unitBeside(-1), 'Q'), truth(isOf(kindBeside(-2), KIND_DIGIT))),
])

/** All looks, in the order of `LOOK_…`, less the first. */
export const LOOKED = [lookAtNumber, lookAtStop, lookAtHyphen, lookAtColon, lookAtAt, lookAtTilde]

/** The mark's own look, and what it says. */
export const lookAtMark = look('mark', 3, 1, [
  set(3, w.load8(unitAt(mark), LOOKS)),
  when(not(get(3)), give(constant(1))),
  ...LOOKED.map((_, index) =>
    when(w.equal(get(3), constant(index + 1)), give(w.call(index, mark, get(LOW), end))),
  ),
  constant(0),
])
