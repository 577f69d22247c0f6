import { validate as argentinianTax } from 'stdnum/lib/esm/ar/cuit.js'
import { validate as australianBusiness } from 'stdnum/lib/esm/au/abn.js'
import { validate as belgianPerson } from 'stdnum/lib/esm/be/nn.js'
import { validate as brazilianBusiness } from 'stdnum/lib/esm/br/cnpj.js'
import { validate as brazilianPerson } from 'stdnum/lib/esm/br/cpf.js'
import { validate as canadianInsurance } from 'stdnum/lib/esm/ca/sin.js'
import { validate as swissInsurance } from 'stdnum/lib/esm/ch/ssn.js'
import { validate as chileanTax } from 'stdnum/lib/esm/cl/rut.js'
import { validate as dominicanPerson } from 'stdnum/lib/esm/do/cedula.js'
import { validate as frenchPerson } from 'stdnum/lib/esm/fr/nir.js'
import { validate as indianPerson } from 'stdnum/lib/esm/in/aadhaar.js'
import { validate as thaiPerson } from 'stdnum/lib/esm/th/idnr.js'
import { DIGIT, isIn } from '../automaton/classes.ts'
import type { Glance } from '../automaton/glance.ts'
import type { SpotDetector } from '../detector.ts'
import { beginsHere, type DigitRun, endsHere, readRun } from '../values/digit-run.ts'
import { passesLuhn } from '../values/number.ts'

type Check = (digits: string) => boolean

/** Numbers whose groups, marks and check digits together leave no doubt, by their written form (`3.3.3-2`). */
const FORMS: ReadonlyMap<string, Check> = new Map([
  // United States: individual taxpayer number (IRS, issued groups); national provider identifier (CMS, Luhn with 80840).
  ['3-2-4', (d) => /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])/.test(d)],
  ['4-3-3', (d) => /^[12]/.test(d) && passesLuhn(`80840${d}`)],
  // Korea: resident and foreigner registration, birth date and century digit.
  ['6-7', isKorean],
  // Sweden: persons (birth date, Luhn) and organisations (third digit 2 or more, Luhn).
  ['6-4', (d) => passesLuhn(d) && (isDate(d.slice(2, 6), 60) || /^[125-9]\d[2-9]/.test(d))],
  ['8-4', (d) => /^(?:19|20)/.test(d) && isDate(d.slice(4, 8), 60) && passesLuhn(d.slice(2))],
  // United Kingdom: NHS number, modulus 11.
  ['3 3 4', isNhs],
  ['3-3-4', isNhs],
  ['3-3-3', valid(canadianInsurance)],
  ['4 4 4', valid(indianPerson)],
  ['4-4-4', valid(indianPerson)],
  ['2 3 3 3', valid(australianBusiness)],
  ['4 5 1', isMedicare],
  ['3.3.3-2', valid(brazilianPerson)],
  ['2.3.3/4-2', valid(brazilianBusiness)],
  ['2.3.3-1', valid(chileanTax)],
  ['2-8-1', valid(argentinianTax)],
  ['3.4.4.2', valid(swissInsurance)],
  ['2.2.2-3.2', valid(belgianPerson)],
  ['1 2 2 2 3 3 2', valid(frenchPerson)],
  ['1-4-5-2-1', valid(thaiPerson)],
  ['3-7-1', valid(dominicanPerson)],
])

function valid(validate: (value: string) => { isValid: boolean }): Check {
  return (digits) => validate(digits).isValid
}

/** `mmdd`, where days may be counted on from `extra` (Swedish co-ordination numbers). */
function isDate(monthDay: string, extra = 0): boolean {
  const [month, day] = [Number(monthDay.slice(0, 2)), Number(monthDay.slice(2))]
  const plain = day > extra ? day - extra : day
  return month >= 1 && month <= 12 && plain >= 1 && plain <= 31
}

function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0)
}

/** Numbers given out since October 2020 have no check digit any more. */
function isKorean(digits: string): boolean {
  return isDate(digits.slice(2, 6)) && /^.{6}[1-8]/.test(digits)
}

function isNhs(digits: string): boolean {
  const rest = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return (rest === 11 ? 0 : rest) === Number(digits[9])
}

/** Australia: Medicare card, first digit 2 to 6, ninth digit over the first eight. */
function isMedicare(digits: string): boolean {
  const rest = weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10
  return /^[2-6]/.test(digits) && rest === Number(digits[8])
}

/** First two groups of every form: `3-2`, `6-7` … */
const BEGINNINGS = new Set([...FORMS.keys()].map((form) => /^\d.\d/.exec(form)?.[0] ?? ''))

/** One bit per mark for sizes of the first two groups, so that a look costs no text. */
const OPENS = new Uint8Array(100)
const MARK_BITS: Readonly<Record<string, number>> = { '-': 1, ' ': 2, '.': 4 }
for (const beginning of BEGINNINGS)
  OPENS[Number(beginning[0]) * 10 + Number(beginning[2])] =
    (OPENS[Number(beginning[0]) * 10 + Number(beginning[2])] ?? 0) |
    (MARK_BITS[beginning[1] ?? ''] ?? 0)

/** Two groups of digits as some form begins. */
const groupsOfDigits: Glance = (units, position, end) => {
  let at = position
  while (at < end && at - position < 9 && isIn(DIGIT, units[at] ?? 0)) at++
  if (at >= end) return true
  const mark = units[at]
  const bit = mark === 0x2d ? 1 : mark === 0x20 ? 2 : mark === 0x2e ? 4 : 0
  if (bit === 0) return false
  const second = at + 1
  let stop = second
  while (stop < end && stop - second < 9 && isIn(DIGIT, units[stop] ?? 0)) stop++
  return stop >= end || ((OPENS[(at - position) * 10 + (stop - second)] ?? 0) & bit) !== 0
}

/** Length in digit groups of the form that `run` begins with, and its check passed. */
function formIn(run: DigitRun): number {
  let written = ''
  let digits = 0
  for (const [index, { start, end, mark }] of run.groups.entries()) {
    if (mark.length > 1 || end - start > 9) return 0
    written += mark + String(end - start)
    digits += end - start
    const check = FORMS.get(written)
    if (check?.(run.digits.slice(0, digits))) return index + 1
  }
  return 0
}

/** Numbers of persons and businesses that their own form gives away, without a label. */
export const nationalNumber: SpotDetector = {
  type: 'spot',
  id: 'national-number',
  kind: 'pii',
  entity: 'NATIONAL_ID',
  marks: ['digit'],
  glance: groupsOfDigits,
  judge(text, position) {
    if (!beginsHere(text, position)) return undefined
    const run = readRun(text, position)
    const last = run.groups[formIn(run) - 1]
    return last && endsHere(text, last.end) ? { start: position, end: last.end } : undefined
  },
  cases: {
    hits: () => {
      const [resident, business] = [
        ['960121', '1234567'],
        ['51', '824', '753', '556'],
      ]
      const tax = `${['529', '982', '247'].join('.')}-25`
      return [
        [`서류: ${resident.join('-')}.`, [resident.join('-')]],
        [`invoice by ${business.join(' ')}, paid`, [business.join(' ')]],
        [`(${tax})`, [tax]],
      ]
    },
    misses: () => [
      ['2024-10-11', 'a date'],
      ['961321-1234567', 'no month'],
      ['total 12 824 753 556', 'a number in thousands'],
    ],
  },
}
