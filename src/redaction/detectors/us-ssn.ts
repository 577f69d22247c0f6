import { DIGIT, isIn } from '../automaton/classes.ts'
import type { Glance } from '../automaton/glance.ts'
import type { Match, Reader, SpotDetector } from '../detector.ts'
import { beginsHere, type DigitRun, endsHere, readRun } from '../values/digit-run.ts'

/** Three or five digits and a mark. */
const ssnStart: Glance = (units, position, end) => {
  let length = 0
  while (length < 6 && position + length < end && isIn(DIGIT, units[position + length] ?? 0))
    length++
  if (position + length >= end) return true
  const mark = units[position + length]
  if (mark !== 0x2d && mark !== 0x20 && mark !== 0x2e) return false
  return length === 3 || (length === 5 && mark === 0x2d)
}

/**
 * Social Security numbers with their hyphens: three groups, or two of them written together. Area 000, 666 and 900 to
 * 999, group 00 and serial 0000 are never issued. Source: SSA, numbering scheme since 2011.
 */
export const usSsn: SpotDetector = {
  type: 'spot',
  id: 'us-ssn',
  kind: 'pii',
  entity: 'US_SSN',
  marks: ['digit'],
  glance: ssnStart,
  judge(text, position) {
    if (!beginsHere(text, position)) return undefined
    const run = readRun(text, position)
    if (run.digits.length < 9 || /^(?:000|666|9)|^...00|^.{5}0000/.test(run.digits))
      return undefined
    return inThree(text, position, run) ?? inTwo(text, position, run)
  },
  cases: {
    hits: () => {
      const parts = ['480', '54', '2718']
      const [whole, front, back] = [
        parts.join('-'),
        `${parts[0]}-54${parts[2]}`,
        `48054-${parts[2]}`,
      ]
      return [
        [`SSN ${whole}.`, [whole]],
        [`both ${front} and ${back}`, [front, back]],
      ]
    },
    misses: () => [
      [['000', '12', '3456'].join('-'), 'area 000 is never issued'],
      ['2024-10-1234-55', 'another number'],
      [`NY ${'10012'}-1804`, 'a postal code behind its state'],
    ],
  },
}

function sizesOf({ groups }: DigitRun): string {
  return groups.map((group) => group.end - group.start).join()
}

function inThree(text: Reader, position: number, run: DigitRun): Match | undefined {
  const [, second, third] = run.groups
  if (sizesOf(run) !== '3,2,4' || !second || !third || second.mark !== third.mark) return undefined
  if (!['-', ' ', '.'].includes(second.mark) || !endsHere(text, third.end)) return undefined
  return { start: position, end: third.end }
}

/** `480-542718` and `48054-2718`; the second is also a postal code, which stands behind the letters of a state. */
function inTwo(text: Reader, position: number, run: DigitRun): Match | undefined {
  const [first, second] = run.groups
  if (!first || second?.mark !== '-' || !endsHere(text, second.end)) return undefined
  const [front, back] = [first.end - first.start, second.end - second.start]
  if (front + back !== 9 || (front !== 3 && front !== 5)) return undefined
  if (front === 5 && isUpper(text.at(position - 2))) return undefined
  return { start: position, end: second.end }
}

function isUpper(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a
}
