import { validate as austrianTax } from 'stdnum/lib/esm/at/uid.js'
import { validate as belgianTax } from 'stdnum/lib/esm/be/vat.js'
import { validate as germanTax } from 'stdnum/lib/esm/de/vat.js'
import { validate as spanishPerson } from 'stdnum/lib/esm/es/dni.js'
import { validate as spanishForeigner } from 'stdnum/lib/esm/es/nie.js'
import { validate as frenchTax } from 'stdnum/lib/esm/fr/tva.js'
import { validate as italianTax } from 'stdnum/lib/esm/it/iva.js'
import { validate as dutchTax } from 'stdnum/lib/esm/nl/btw.js'
import { validate as polishTax } from 'stdnum/lib/esm/pl/nip.js'
import { validate as portugueseTax } from 'stdnum/lib/esm/pt/nif.js'
import { validate as swedishTax } from 'stdnum/lib/esm/se/vat.js'
import { ALNUM, DIGIT, isIn, unitClass } from '../automaton/classes.ts'
import type { Glance } from '../automaton/glance.ts'
import type { Match, Reader, SpotDetector } from '../detector.ts'

const LETTER = unitClass('A-Za-z')

/** Digits from `position` on, at most `most`. */
function digitsAt(text: Reader, position: number, most: number): number {
  let length = 0
  while (length < most && isIn(DIGIT, text.at(position + length))) length++
  return length
}

function slice(text: Reader, start: number, end: number): string {
  let out = ''
  for (let at = start; at < end; at++) out += String.fromCharCode(text.at(at))
  return out.toUpperCase()
}

/** Eight digits and a letter, a letter around seven, or a birth date with its century sign. */
const letterBeside: Glance = (units, position, end, low) => {
  let length = 0
  while (length < 9 && position + length < end && isIn(DIGIT, units[position + length] ?? 0))
    length++
  if (position + length >= end) return true
  if (position > low && isIn(LETTER, units[position - 1] ?? 0)) return length === 7
  return length === 8 || length === 6
}

/** Control letters of Finland (modulus 31) and what stands for the century. */
const FINNISH = '0123456789ABCDEFHJKLMNPRSTUVWXY'
const CENTURY = unitClass('+\\-A-FU-Ya-fu-y')

function isFinnish(value: string): boolean {
  const [day, month] = [Number(value.slice(0, 2)), Number(value.slice(2, 4))]
  if (day < 1 || day > 31 || month < 1 || month > 12) return false
  return FINNISH[Number(value.slice(0, 6) + value.slice(7, 10)) % 31] === value[10]
}

/** Check letters of Singapore by the kind of number. Source: the scheme of NRIC and FIN. */
const SINGAPORE: Readonly<Record<string, readonly [offset: number, letters: string]>> = {
  S: [0, 'JZIHGFEDCBA'],
  T: [4, 'JZIHGFEDCBA'],
  F: [0, 'XWUTRQPNMLK'],
  G: [4, 'XWUTRQPNMLK'],
  M: [3, 'XWUTRQPNJLK'],
}

function isSingaporean(value: string): boolean {
  const kind = SINGAPORE[value[0] ?? '']
  if (kind === undefined) return false
  const weights = [2, 7, 6, 5, 4, 3, 2]
  const sum = weights.reduce((all, weight, at) => all + weight * Number(value[at + 1]), kind[0])
  const place = value[0] === 'M' ? 10 - (sum % 11) : sum % 11
  return kind[1][place] === value[8]
}

/** A letter right behind the digits, or behind one hyphen: where the number ends. */
function lastLetter(text: Reader, position: number): number | undefined {
  const at = text.at(position) === 0x2d ? position + 1 : position
  return isIn(LETTER, text.at(at)) && !goesOn(text, at + 1) ? at + 1 : undefined
}

function goesOn(text: Reader, position: number): boolean {
  return isIn(ALNUM, text.at(position)) || text.at(position) === 0x5f
}

/** National numbers with a control letter: Spain (DNI, NIE), Finland, Singapore (NRIC, FIN). */
export const letteredNumber: SpotDetector = {
  type: 'spot',
  id: 'lettered-national-number',
  kind: 'pii',
  entity: 'NATIONAL_ID',
  marks: ['digit'],
  glance: letterBeside,
  judge(text, position, runStart) {
    const before = text.at(position - 1)
    const lettered = isIn(LETTER, before) && position > runStart
    const start = lettered ? position - 1 : position
    const front = text.at(start - 1)
    if (isIn(ALNUM, front) || front === 0x5f || front === 0x2d || front === 0x2e) return undefined
    const length = digitsAt(text, position, 9)
    if (length === 6 && !lettered) return finnish(text, position)
    const end = lastLetter(text, position + length)
    if (end === undefined) return undefined
    const value = slice(text, start, end).replace('-', '')
    if (lettered) {
      const isValid = length === 7 && (isSingaporean(value) || spanishForeigner(value).isValid)
      return isValid ? { start, end } : undefined
    }
    return length === 8 && spanishPerson(value).isValid ? { start, end } : undefined
  },
  cases: {
    hits: () => {
      const [spanish, foreign] = [`${'1234567'}8Z`, `Z${'8078221'}M`]
      const [finnish, singapore] = [`${'010594'}Y9032`, `S${'2740116'}C`]
      return [
        [`Soy ${spanish}, gracias`, [spanish]],
        [`${foreign} en mi NIE`, [foreign]],
        [`tunnus ${finnish}`, [finnish]],
        [`from ${singapore}.`, [singapore]],
      ]
    },
    misses: () => [
      [`${'1234567'}8A`, 'a wrong letter'],
      [`a_${'1234567'}8Z`, 'part of a name'],
    ],
  },
}

function finnish(text: Reader, start: number): Match | undefined {
  const end = start + 11
  if (!isIn(CENTURY, text.at(start + 6)) || digitsAt(text, start + 7, 3) < 3) return undefined
  if (!isIn(ALNUM, text.at(end - 1)) || goesOn(text, end)) return undefined
  return isFinnish(slice(text, start, end)) ? { start, end } : undefined
}

type Check = (value: string) => { isValid: boolean }

/** VAT numbers by country: units behind its two letters, and the check digit. Source: VIES, national authorities. */
const TAX: ReadonlyMap<string, readonly [form: RegExp, check: Check]> = new Map([
  ['AT', [/^U\d{8}$/, austrianTax]],
  ['BE', [/^[01]\d{9}$/, belgianTax]],
  ['DE', [/^\d{9}$/, germanTax]],
  ['ES', [/^\d{8}[A-Z]$/, spanishPerson]],
  ['FR', [/^\d{11}$/, frenchTax]],
  ['IT', [/^\d{11}$/, italianTax]],
  ['NL', [/^\d{9}B\d\d$/, dutchTax]],
  ['PL', [/^\d{10}$/, polishTax]],
  ['PT', [/^\d{9}$/, portugueseTax]],
  ['SE', [/^\d{10}01$/, swedishTax]],
])

/** Two letters in front that nothing precedes, and seven digits. */
const countryFirst: Glance = (units, position, end, low) => {
  let length = 0
  while (length < 8 && position + length < end && isIn(DIGIT, units[position + length] ?? 0))
    length++
  if (position + length < end && length < 8) return false
  for (let at = position - 1; at >= position - 2; at--)
    if (at < low || !isIn(LETTER, units[at] ?? 0)) return false
  const before = units[position - 3] ?? 0x20
  return position - 3 < low || !isIn(ALNUM, before)
}

/** VAT numbers with the letters of their country. */
export const vatNumber: SpotDetector = {
  type: 'spot',
  id: 'vat-number',
  kind: 'pii',
  entity: 'VAT',
  marks: ['digit'],
  glance: countryFirst,
  judge(text, position, runStart) {
    const start = position - 2
    if (start < runStart || isIn(ALNUM, text.at(start - 1)) || text.at(start - 1) === 0x5f)
      return undefined
    const tax = TAX.get(String.fromCharCode(text.at(start), text.at(start + 1)))
    if (tax === undefined) return undefined
    let end = position
    while (end - position < 13 && isIn(ALNUM, text.at(end))) end++
    const rest = slice(text, position, end)
    if (end - position === 13 || text.at(end) === 0x5f || !tax[0].test(rest)) return undefined
    return tax[1](rest).isValid ? { start, end } : undefined
  },
  cases: {
    hits: () => {
      const value = `DE${'136695976'}`
      return [[`Rechnung von ${value}.`, [value]]]
    },
    misses: () => [[`DE${'136695977'}`, 'a wrong check digit']],
  },
}
