import { expect, test } from 'bun:test'
import { names } from '../../src/redaction/names/index.ts'
import { COMMON, STOP } from '../../src/redaction/names/words/common.data.ts'
import { GIVEN } from '../../src/redaction/names/words/given.data.ts'
import { PEOPLES } from '../../src/redaction/names/words/nrp.data.ts'
import { CITIES, COUNTRIES, STREETS } from '../../src/redaction/names/words/places.data.ts'
import { SURNAMES } from '../../src/redaction/names/words/surnames.data.ts'
import * as triggers from '../../src/redaction/names/words/triggers.data.ts'
import { findPlainly, wholeView } from './names/plain-walk.ts'

const split = (list: string): string[] =>
  list
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => word.replaceAll('_', ' '))

const LISTS = [
  ...[STOP, COMMON, GIVEN, SURNAMES, COUNTRIES, CITIES, STREETS, PEOPLES].map(split),
  ...Object.values(triggers).map(split),
  split(
    'quellmann zephyra trantow McKay MacNeill O’Hara iPhone HTTP d’Arc getName x_1 Anna7 42 7 A. j Thé',
  ),
  split(
    '我叫 名叫 姓名： 客户 沈博文 王伟 司马 先生 的电话 说 北京 上海 会 的 了 東京 川原 颯 様 さん 名前は 私は 田中 部長 이름은 장동건 김철수 입니다 씨 는 저는 환자 서울 에서 박 지민 성명: 一 カ',
  ),
]
const PHRASES = [
  'my name is ',
  'name,city\n',
  'name: ',
  '{"city":"',
  'Copyright 2019 ',
  'from ',
  'I live in ',
  'I live in Thé ',
  'Attendees: Zephyra Vantell, ',
  'Zephyra went ',
  `name${',plan'.repeat(26)}\n`,
  `\nname,${'7,'.repeat(24)}Zelda Quark\n`,
  'Calle Mayor, 3',
  ' said ',
  ' s/n.',
  '我叫沈博文，',
  '川原 颯様',
  '제 이름은 장동건이고',
  '서울',
  '北京',
  'کتاب ',
  'Ирина Соколова ',
  'a'.repeat(41),
  '\u0301',
  '\uffff',
]
const MARKS = [
  ...' '.repeat(30),
  ...',.-:;/|\n\t"\'’(=<>@_\u00a0+',
  '. ',
  ', ',
  ': ',
  ',\n',
  "'s ",
  '  ',
]

/** A seeded generator (linear congruential), so that a failure can be run again. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * sides)
  }
}

function made(roll: (sides: number) => number): string {
  let text = ''
  for (let count = 1 + roll(16); count > 0; count--) {
    const list = LISTS[roll(LISTS.length)] ?? []
    const word = list[roll(list.length)] ?? ''
    const how = roll(6)
    if (roll(8) === 0) text += PHRASES[roll(PHRASES.length)] ?? ''
    else if (how < 3) text += word.charAt(0).toUpperCase() + word.slice(1)
    else text += how === 3 ? word.toUpperCase() : word
    if (roll(9) > 0) text += MARKS[roll(MARKS.length)] ?? ''
  }
  return text
}

function findByEngine(units: readonly number[]): string[] {
  const out: string[] = []
  names.open().scan(wholeView(units), (start, end, entity) => out.push(`${start}-${end} ${entity}`))
  return out
}

test('the engine passes over no word at which the plain rules find something, and finds nothing else', () => {
  const roll = dice(19)
  let found = 0
  for (let count = 0; count < 8000; count++) {
    const text = made(roll)
    const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
    const plain = findPlainly(units)
    found += plain.length
    expect([text, ...findByEngine(units)]).toEqual([text, ...plain])
  }
  expect(found).toBeGreaterThan(1000)
})
