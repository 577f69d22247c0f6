import { ALNUM, DIGIT, HEX, TOKEN, type UnitClass, unitClass } from './classes.ts'
import {
  LOOK_ALWAYS,
  LOOK_AT,
  LOOK_COLON,
  LOOK_HYPHEN,
  LOOK_NUMBER,
  LOOK_STOP,
  LOOK_TILDE,
  PAIR_DIGITS_MAX,
  PAIR_MARKS,
  PAIR_ONE,
  PAIR_OPEN,
  PAIR_QUAD,
  RUN_BAR,
  RUN_DIGITS_MAX,
  RUN_HYPHEN,
  RUN_OTHER,
} from './layout.ts'

/**
 * A look before a verdict is asked: false only when no text to come could make it match. It reads the units directly and
 * takes the end of what has arrived for "perhaps". What lies left of `low` is no text and must not say no.
 */
export type Glance = (units: Uint16Array, position: number, end: number, low: number) => boolean

function is(members: UnitClass, unit: number | undefined): boolean {
  return unit !== undefined && unit < 128 && members[unit] === 1
}

const NUMBER_MARKS = unitClass(' .\\-()/')

function digitsFrom(units: Uint16Array, position: number, end: number, most: number): number {
  let at = position
  while (at < end && at - position < most && is(DIGIT, units[at])) at++
  return at - position
}

/**
 * What everything asked at a number has in common: the digits are preceded by no letter (or by two, for account numbers, or by one
 * and number seven), and are long, or followed by a mark or a letter.
 */
const possibleNumber: Glance = (units, position, end, low) => {
  const before = position - 1 >= low ? units[position - 1] : 0x20
  if (is(ALNUM, before) || before === 0x5f) {
    if (is(DIGIT, before) || before === 0x5f) return false
    // One letter in front: a national number of seven digits.
    if (position - 2 < low || !is(ALNUM, units[position - 2]))
      return position + 7 > end || digitsFrom(units, position, end, 8) === 7
    return position - 3 < low || !is(ALNUM, units[position - 3])
  }
  if (before === 0x2b) return true
  const length = digitsFrom(units, position, end, 9)
  if (length === 9 || position + length >= end) return true
  let at = position + length
  // Letters behind the digits are only of interest in an address of base 58.
  if (is(ALNUM, units[at])) {
    const first = units[position]
    // Eight digits and a control letter; a birth date and the sign of its century.
    if (length === 8 && (at + 1 >= end || !is(ALNUM, units[at + 1]))) return true
    if (length === 6 && (at + 1 >= end || is(DIGIT, units[at + 1]))) return true
    return (
      (first === 0x31 || first === 0x33) && (position + 9 >= end || is(ALNUM, units[position + 9]))
    )
  }
  for (let marks = 0; marks < 2 && at < end && is(NUMBER_MARKS, units[at]); marks++) at++
  return at > position + length && (at >= end || is(DIGIT, units[at]))
}

/** Letters, digits, `_` or `-` on both sides. */
const insideToken: Glance = (units, position, end, low) =>
  position - 1 >= low &&
  is(TOKEN, units[position - 1]) &&
  (position + 1 >= end || is(TOKEN, units[position + 1]))

/** A letter, digit or another colon behind. */
const beforeToken: Glance = (units, position, end) =>
  position + 1 >= end || is(TOKEN, units[position + 1]) || units[position + 1] === 0x3a

/** What everything on the shelf has in common at a mark: asked before the glances of each. */
export function firstGlance(mark: number): Glance | undefined {
  if (mark >= 0x30 && mark <= 0x39) return possibleNumber
  if (mark === 0x2e || mark === 0x2d) return insideToken
  return mark === 0x3a ? beforeToken : undefined
}

/** Four digits and a mark, or fourteen to sixteen in a row. */
export const cardStart: Glance = (units, position, end) => {
  const length = digitsFrom(units, position, end, 17)
  if (position + length >= end) return true
  if (length === 4) {
    if (!is(NUMBER_MARKS, units[position + 4])) return false
    const second = digitsFrom(units, position + 5, end, 7)
    return position + 5 + second >= end || second === 4 || second === 6
  }
  return length >= 14 && length <= 16
}

/** A plus in front, or the groups of three and three that North America writes, with or without its 1. */
export const phoneStart: Glance = (units, position, end, low) => {
  if (position - 1 >= low && units[position - 1] === 0x2b) return true
  let at = position
  let length = digitsFrom(units, at, end, 4)
  if (length === 1 && units[at] === 0x31) {
    at++
    for (let marks = 0; marks < 2 && at < end && is(NUMBER_MARKS, units[at]); marks++) at++
    length = digitsFrom(units, at, end, 4)
  }
  if (at + length >= end) return true
  if (length !== 3) return false
  at += 3
  for (let marks = 0; marks < 2 && at < end && is(NUMBER_MARKS, units[at]); marks++) at++
  length = digitsFrom(units, at, end, 4)
  return at + length >= end || length === 3
}

/** Three groups of one to three digits with a full stop behind each, and a digit. */
export const dottedQuad: Glance = (units, position, end) => {
  let at = position
  for (let part = 0; part < 3; part++) {
    const start = at
    while (at < end && at - start < 4 && is(DIGIT, units[at])) at++
    if (at >= end) return true
    if (at === start || units[at] !== 0x2e) return false
    at++
  }
  return at >= end || is(DIGIT, units[at])
}

/** Two letters in front that nothing precedes. */
export const afterTwoLetters: Glance = (units, position, end, low) => {
  if (is(DIGIT, units[position - 1]) || !is(ALNUM, units[position - 1])) return false
  if (!is(ALNUM, units[position - 2]) || is(DIGIT, units[position - 2])) return false
  if (position - 3 >= low && is(ALNUM, units[position - 3])) return false
  return position - 2 >= low && (position + 1 >= end || is(DIGIT, units[position + 1]))
}

/** A `1` or `3` that begins 26 letters and digits. */
export const base58Start: Glance = (units, position, end, low) => {
  const first = units[position]
  if (first !== 0x31 && first !== 0x33) return false
  if (position - 1 >= low && is(ALNUM, units[position - 1])) return false
  for (let at = position + 1; at < position + 26 && at < end; at++)
    if (!is(ALNUM, units[at])) return false
  return true
}

/** Nine to sixteen digits in a row, and a hyphen or a bar. */
export const longNumber: Glance = (units, position, end) => {
  const length = digitsFrom(units, position, end, 17)
  if (position + length >= end) return true
  const behind = units[position + length]
  return length >= 9 && length <= 16 && (behind === 0x2d || behind === 0x7c)
}

/** Five digits in front, or two colons near by, or pairs of hexadecimal digits. */
export const aroundColon: Glance = (units, position, end) => {
  if (is(DIGIT, units[position - 1]) && is(DIGIT, units[position - 5])) return true
  const next = units[position + 1]
  if (position + 1 >= end) return true
  if (next !== 0x3a && !is(HEX, next)) return false
  if (next !== 0x3a && !is(HEX, units[position - 1])) return false
  for (let at = position + 1; at < position + 6; at++) {
    if (at >= end) return true
    if (units[at] === 0x3a) return true
    if (!is(HEX, units[at])) return false
  }
  return false
}

/** A pair of hexadecimal digits on both sides, then a hyphen again. */
export const betweenPairs: Glance = (units, position, end) =>
  is(HEX, units[position - 1]) &&
  is(HEX, units[position - 2]) &&
  (position + 3 >= end || units[position + 3] === 0x2d)

/** Twenty-three token units in front and another full stop behind, or fours of hexadecimal digits. */
export const betweenParts: Glance = (units, position, end) => {
  if (!is(TOKEN, units[position - 1])) return false
  if (is(HEX, units[position - 4]) && (position + 5 >= end || units[position + 5] === 0x2e))
    return true
  if (!is(TOKEN, units[position - 23]) || !is(TOKEN, units[position - 12])) return false
  for (let at = position + 6; at < position + 9; at++)
    if (at >= end || units[at] === 0x2e) return true
  return false
}

/** A letter, digit or sign on both sides. */
export const insideWord: Glance = (units, position, end) =>
  units[position - 1] !== 0x20 && (position + 1 >= end || is(ALNUM, units[position + 1]))

/** `Q` and a digit in front. */
export const afterQ: Glance = (units, position) =>
  units[position - 1] === 0x51 && is(DIGIT, units[position - 2])

/** The look that fits the mark: a stop or hyphen between groups of hexadecimal digits, or a colon. */
export const betweenGroups: Glance = (units, position, end, low) => {
  const mark = units[position]
  if (mark === 0x2d) return betweenPairs(units, position, end, low)
  return mark === 0x2e
    ? betweenParts(units, position, end, low)
    : aroundColon(units, position, end, low)
}

/** Glances at marks in front of which the engine has a look of its own; it knows what their detectors want. */
const NATIVE: ReadonlyMap<number, readonly [look: number, glances: readonly Glance[]]> = new Map([
  [0x2e, [LOOK_STOP, [betweenParts, betweenGroups]]],
  [0x2d, [LOOK_HYPHEN, [betweenPairs, betweenGroups]]],
  [0x3a, [LOOK_COLON, [aroundColon, betweenGroups]]],
  [0x40, [LOOK_AT, [insideWord]]],
  [0x7e, [LOOK_TILDE, [afterQ]]],
])

/** How the engine looks at a mark at which these glances follow: as at every mark it knows nothing of, when one is new. */
export function nativeLook(mark: number, glances: readonly Glance[]): number {
  if (mark < 128 && DIGIT[mark] === 1) return LOOK_NUMBER
  const [look, known] = NATIVE.get(mark) ?? [LOOK_ALWAYS, []]
  return glances.every((glance) => known.includes(glance)) ? look : LOOK_ALWAYS
}

/**
 * Which two groups of digits with a mark between may come to anything, as the glances themselves say: `[mark][first][second]`
 * in sizes of 0 to 9 digits, where 9 stands for more; a bit each for what stands behind, and these again for numbers that begin with a 1.
 */
export function possiblePairs(glances: readonly Glance[]): Uint8Array {
  const sizes = PAIR_DIGITS_MAX + 1
  const pairs = new Uint8Array(PAIR_MARKS.length * sizes * sizes)
  const units = new Uint16Array(64)
  const isPossible = (text: string, low: number): boolean => {
    for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at)
    return glances.some((glance) => glance(units, 1, text.length, low))
  }
  const isAny = (firsts: string, pair: string, behind: readonly string[]): boolean =>
    behind.some((rest) =>
      [...firsts].some((digit) => {
        const text = digit + pair + rest
        return isPossible(` ${text}`, 0) || isPossible(`(${text}`, 0) || isPossible(` ${text}`, 1)
      }),
    )
  const flagsOf = (firsts: string, pair: string, isEnded: boolean, isStop: boolean): number => {
    // What stands behind ends the second group, unless that was not counted to its end.
    if (!isAny(firsts, pair, isEnded ? [...' -./a'] : [''])) return 0
    const isOpen = !isStop || !isEnded || isAny(firsts, pair, BEHIND_DECIMALS)
    const isQuad = !isStop || !isEnded || isAny(firsts, pair, BEHIND_QUAD)
    return (isOpen ? PAIR_OPEN : 0) | (isQuad ? PAIR_QUAD : 0)
  }
  for (const [index, mark] of [...PAIR_MARKS].entries())
    for (const between of mark === '/' ? [mark, '//'] : [mark])
      for (let first = 1; first < PAIR_DIGITS_MAX; first++)
        for (let second = 1; second < sizes; second++) {
          const pair = '5'.repeat(first - 1) + between + '5'.repeat(second)
          const isEnded = second < PAIR_DIGITS_MAX
          const place = (index * sizes + first) * sizes + second
          pairs[place] =
            (pairs[place] ?? 0) |
            flagsOf('05', pair, isEnded, mark === '.') |
            (flagsOf('1', pair, isEnded, mark === '.') << PAIR_ONE)
        }
  return pairs
}

/** Which runs of nine digits and more may come to anything, as the glances themselves say: by length, with a bit for what stands behind. */
export function possibleRuns(glances: readonly Glance[]): Uint8Array {
  const runs = new Uint8Array(RUN_DIGITS_MAX + 1)
  const units = new Uint16Array(64)
  for (let length = PAIR_DIGITS_MAX; length <= RUN_DIGITS_MAX; length++)
    for (const [bit, signs] of RUN_ENDS)
      for (const sign of signs)
        for (const first of '158')
          for (const behind of ['aa', '55 aa', ' aa']) {
            const text = ` ${first}${'5'.repeat(length - 1)}${sign}${behind}`
            for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at)
            if (glances.some((glance) => glance(units, 1, text.length, 0)))
              runs[length] = (runs[length] ?? 0) | bit
          }
  return runs
}

const RUN_ENDS = [
  [RUN_HYPHEN, '-'],
  [RUN_BAR, '|'],
  [RUN_OTHER, ' .,/()"+:;_%'],
] as const

/** Decimals and versions of three parts, and addresses of four, behind two groups with a full stop between. */
const BEHIND_DECIMALS = ['-5', '/5', ' 5', ')', ',', 'a', '.', '.5', '.55', '.555', '.5555'].map(
  (behind) => `${behind} aa`,
)
const BEHIND_QUAD = ['.5.5', '.55.5', '.555.5', '.5555.5'].map((behind) => `${behind} aa`)
