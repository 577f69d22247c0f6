import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { ALNUM, DIGIT, isIn, unitClass } from '../automaton/classes.ts'
import { cardStart, phoneStart } from '../automaton/glance.ts'
import type { LabelDetector, Match, Reader, SpotDetector } from '../detector.ts'
import { beginsHere, type DigitRun, endsHere, readRun } from '../values/digit-run.ts'
import { locateLabelled } from '../values/label.ts'
import { passesLuhn } from '../values/number.ts'

const ISSUERS = /^(?:4|5[0-8]|2[2-7]|3[04-9]|6[0-9]|81|1800|2014|2149)/

/** Payment cards: a known issuer range, 13 to 19 digits, Luhn. Source: ISO/IEC 7812. */
const card: SpotDetector = {
  type: 'spot',
  id: 'credit-card',
  kind: 'pii',
  entity: 'CREDIT_CARD',
  marks: ['digit'],
  glance: cardStart,
  judge(text, position) {
    if (!beginsHere(text, position)) return undefined
    const { groups } = readRun(text, position)
    let digits = ''
    for (const [index, { start, end, mark }] of groups.entries()) {
      if (index > 0 && mark !== ' ' && mark !== '-' && mark !== '.') return undefined
      for (let at = start; at < end; at++) digits += String.fromCharCode(text.at(at))
      const { length } = digits
      if (length > 19) return undefined
      if (length < 13 || !ISSUERS.test(digits) || !passesLuhn(digits) || !endsHere(text, end))
        continue
      if (
        !grouped(
          groups.slice(0, index + 1).map((group) => group.end - group.start),
          digits,
        )
      )
        continue
      return { start: position, end }
    }
    return undefined
  },
  cases: {
    hits: () => {
      const number = `4${'1'.repeat(15)}`
      return [
        [`card ${number}.`, [number]],
        [
          `card ${number.replace(/(\d{4})(?=\d)/g, '$1-')}!`,
          [number.replace(/(\d{4})(?=\d)/g, '$1-')],
        ],
      ]
    },
    misses: () => [[`card 4${'1'.repeat(14)}2`, 'a wrong check digit']],
  },
}

/** Cards are written in one run, in fours, or as 4-6-5 (American Express) and 4-6-4 (Diners Club). */
function grouped(sizes: readonly number[], digits: string): boolean {
  if (sizes.length === 1)
    return (
      digits.length >= 14 &&
      digits.length <= 16 &&
      new Set(digits).size > 1 &&
      (digits.length !== 14 || /^3[068]/.test(digits)) &&
      (digits.length !== 15 || /^(?:3[47]|1800|2131|20)/.test(digits))
    )
  if (sizes.join() === '4,6,5' || sizes.join() === '4,6,4') return true
  return sizes.slice(0, -1).every((size) => size === 4) && (sizes.at(-1) ?? 9) <= 4
}

/** Phone numbers that show what they are: international, or the North American way of writing. */
const phone: SpotDetector = {
  type: 'spot',
  id: 'phone-number',
  kind: 'pii',
  entity: 'PHONE_NUMBER',
  marks: ['digit'],
  glance: phoneStart,
  judge(text, position, runStart) {
    let start = position
    if (start > runStart && text.at(start - 1) === 0x28) start--
    const plus = start > runStart && text.at(start - 1) === 0x2b
    if (plus) start--
    if (!beginsHere(text, start) && !(start < position && !isIn(ALNUM, text.at(start - 1))))
      return undefined
    const run = readRun(text, position)
    if (run.digits.length < 7) return undefined
    if (plus) return international(text, run, start)
    return northAmerican(text, run, start, position)
  },
  cases: {
    hits: () => {
      const us = ['415', '555', '2671'].join('-')
      const world = `+49 30 ${'901820'}`
      return [
        [`call ${us} now`, [us]],
        [`call ${world}, please`, [world]],
      ]
    },
    misses: () => [
      ['build 20240131123456', 'a time'],
      ['4155552671', 'ten digits without a label'],
    ],
  },
}

function international(text: Reader, run: DigitRun, start: number): Match | undefined {
  for (let count = run.groups.length; count > 0; count--) {
    const end = run.groups[count - 1]?.end ?? start
    if (!endsHere(text, end) && text.at(end) !== 0x2d) continue
    const written = slice(text, start, end)
    const digits = written.replace(/\D/g, '')
    if (digits.length < 7 || digits.length > 15) continue
    const parsed = parsePhoneNumberFromString(written)
    if (parsed?.isPossible() && (parsed.isValid() || digits.length >= 9)) return { start, end }
  }
  return undefined
}

function northAmerican(
  text: Reader,
  run: DigitRun,
  start: number,
  position: number,
): Match | undefined {
  const groups = run.groups.slice(0, 4)
  const country =
    groups[0] &&
    groups[0].end - groups[0].start === 1 &&
    slice(text, position, position + 1) === '1'
  const parts = country ? groups.slice(1, 4) : groups.slice(0, 3)
  const sizes = parts.map((part) => part.end - part.start).join()
  const [area, office, line] = parts
  if (sizes !== '3,3,4' || !area || !office || !line) return undefined
  const mark = office.mark.trim()
  const closed = office.mark.includes(')')
  if (!closed && line.mark !== office.mark) return undefined
  if (mark === '/' || line.mark.includes('/') || !endsHere(text, line.end)) return undefined
  const digits = slice(text, area.start, area.end) + slice(text, office.start, office.end)
  if (!/^[2-9]\d\d[2-9]\d\d$/.test(digits)) return undefined
  if (office.mark === ' ' && !country && start === position) return undefined
  return { start, end: line.end }
}

function slice(text: Reader, start: number, end: number): string {
  let out = ''
  for (let at = start; at < end; at++) out += String.fromCharCode(text.at(at))
  return out
}

const PHONE_UNITS = unitClass('0-9 ()+.\\-/')

/** Phone numbers of any country behind a label. */
const labelledPhone: LabelDetector = {
  type: 'label',
  id: 'labelled-phone-number',
  kind: 'pii',
  entity: 'PHONE_NUMBER',
  words:
    'phone|phone number|telephone|tel|tel.|mobile|mobile number|cell|cellphone|cell phone|fax|telefon|telefonnummer|telefono|teléfono|téléphone|telefone|handy|whatsapp|msisdn|contact number|my number|call me|call me at|call me on|reach me|reach me at|rückruf|erreichbar|oncall|on-call|hotline|ring me|text me|sms|celular|móvil|portable|phone_number|mobil|mob|numéro|tél|電話|电话|手机|전화|전화번호|연락처|телефон|тел|هاتف|phone no|gsm|number is'.split(
      '|',
    ),
  whole: true,
  look: 'labelled',
  locate: (text, position, word) => locateLabelled(text, position, word.length),
  judge(text, position) {
    let end = position
    let digits = 0
    let last = position
    while (end - position < 26 && isIn(PHONE_UNITS, text.at(end))) {
      if (isIn(DIGIT, text.at(end))) {
        digits++
        last = end + 1
      } else if (text.at(end) === 0x20 && text.at(end + 1) === 0x20) break
      end++
    }
    if (digits < 5 || digits > 15 || isIn(ALNUM, text.at(last)) || text.at(last) === 0x5f)
      return undefined
    const written = slice(text, position, last)
    if (/^\d{4}-\d\d-\d\d|^\d+\.\d+$|^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(written))
      return undefined
    let start = position
    while (!isIn(DIGIT, text.at(start)) && text.at(start) !== 0x2b && text.at(start) !== 0x28)
      start++
    return { start, end: last }
  },
  cases: {
    hits: () => [['phone: (0-612) 34567', ['(0-612) 34567']]],
    misses: () => [['phone: call later', 'no number']],
  },
}

/** Numbers that digits alone give away, and phone numbers behind a label. */
export const digitNumbers = [card, phone, labelledPhone]
