import * as w from './assembler.ts'
import { KIND_ALNUM, KIND_DIGIT, KIND_HEX, KIND_LABEL, KIND_TOKEN, LOOKS } from './layout.ts'
import { beyond, end, isOf, kindAt, kindBeside, LOW, mark, unitBeside } from './mark-reading.ts'
import { lookAtNumber } from './number-look.ts'
import { both, is, look, moved, NEAR_UNITS, rawUnits, truth, unitAt } from './reading.ts'

/**
 * Looks at marks in the engine: no more than a few units around one, so that only what may come to something is ever told.
 * A look never says no where a verdict at that mark could fall; `test/redaction/engine.test.ts` holds them to it.
 */

const { add, and, or, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** A token unit on both sides. */
const insideToken: readonly w.Code[] = [
  when(w.atLeast(get(LOW), mark), give(constant(0))),
  when(not(isOf(kindBeside(-1), KIND_TOKEN)), give(constant(0))),
  when(not(beyond(1)), when(not(isOf(kindBeside(1), KIND_TOKEN)), give(constant(0)))),
]

/** Units of `kind` from one to `last` behind the mark, one by one; leaves the block when one is none, says perhaps when it has not come. */
const followedBy = (from: number, last: number, kind: number): readonly w.Code[] =>
  Array.from({ length: last - from + 1 }, (_, index) => [
    ...when(beyond(from + index), give(constant(1))),
    ...leaveIf(not(isOf(kindBeside(from + index), kind)), 0),
  ])
const precededBy = (places: readonly number[], kind: number): readonly w.Code[] =>
  places.map((place) => leaveIf(not(isOf(kindBeside(-place), kind)), 0))

/** A letter that the ids of bots on Discord begin with; they are of so many units. */
const BOT_UNITS_MIN = 23
const BOT_UNITS_MAX = 28

const lookAtStop = look('stop', 3, 1, [
  // 3: pointer
  ...insideToken,
  // Fours of hexadecimal digits.
  block(
    ...precededBy([1, 2, 3, 4], KIND_HEX),
    ...followedBy(1, 4, KIND_HEX),
    when(beyond(5), give(constant(1))),
    when(is(unitBeside(5), '.'), give(constant(1))),
  ),
  // Twenty-three token units in front, five to seven behind.
  block(
    ...precededBy([2, 5, 9, 12, 17, 23], KIND_TOKEN),
    ...followedBy(1, 5, KIND_TOKEN),
    when(
      not(beyond(8)),
      leaveIf(
        not(or(is(unitBeside(6), '.'), or(is(unitBeside(7), '.'), is(unitBeside(8), '.')))),
        1,
      ),
    ),
    // And they begin with M, N or O.
    set(3, mark),
    loop(
      leaveIf(w.below(get(3), moved(mark, -BOT_UNITS_MAX)), 1),
      when(
        w.above(get(3), get(LOW)),
        when(isOf(kindAt(get(3), -1), KIND_TOKEN), set(3, moved(get(3), -1)), leave(2)),
      ),
    ),
    leaveIf(w.above(get(3), moved(mark, -BOT_UNITS_MIN)), 0),
    give(w.below(w.sub(unitAt(get(3)), constant(0x4d)), constant(3))),
  ),
  constant(0),
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

/** Units behind the colon in bot tokens of Telegram; fewer where they begin with an A. */
const BOT_SECRET_UNITS_MIN = 34
const BOT_SECRET_A_UNITS_MIN = 30

/** Bot tokens of Telegram, hardware addresses, IPv6. */
const lookAtColon = look('colon', 3, 3, [
  // 3: pointer, 4: colons, 5: two in a row, or a full stop; of a bot token its end
  when(beyond(1), give(constant(1))),
  block(
    ...[-1, -2, -3, -4, -5].map((by) => leaveIf(not(isOf(kindBeside(by), KIND_DIGIT)), 0)),
    set(5, moved(mark, 1 + BOT_SECRET_UNITS_MIN)),
    when(is(unitBeside(1), 'A'), set(5, moved(mark, 1 + BOT_SECRET_A_UNITS_MIN))),
    set(3, moved(mark, 1)),
    loop(
      when(w.atLeast(get(3), get(5)), give(constant(1))),
      when(w.atLeast(get(3), end), give(constant(1))),
      when(isOf(kindAt(get(3), 0), KIND_TOKEN), set(3, moved(get(3), 1)), leave(1)),
    ),
    set(5, constant(0)),
    when(is(unitAt(get(3)), '['), give(constant(1))),
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
