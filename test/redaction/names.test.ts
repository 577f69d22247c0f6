import { describe, expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { type CleanView, WALL } from '../../src/redaction/detector.ts'
import { names } from '../../src/redaction/names/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'

const compiled = compileDetectors([names])

/** The values found in a text, with their entities. */
function found(text: string): string[] {
  return scan(compiled, text).map(({ entity, start, end }) => `${entity}:${text.slice(start, end)}`)
}

function values(text: string): string[] {
  return scan(compiled, text).map(({ start, end }) => text.slice(start, end))
}

const SENTENCES: readonly (readonly [text: string, found: readonly string[]])[] = [
  ['Hi, my name is Orla Trantow and I live in Graz.', ['PERSON:Orla Trantow', 'LOCATION:Graz']],
  ['hello, my name is quorra vantell and that is all', ['PERSON:quorra vantell']],
  ['Dr. Quellmann prescribed it.', ['PERSON:Dr. Quellmann']],
  ['Attendees: Ada Novak, Bela Kolar', ['PERSON:Ada Novak', 'PERSON:Bela Kolar']],
  ['{"city":"Tartu","name":"Mina Solberg"}', ['LOCATION:Tartu', 'PERSON:Mina Solberg']],
  ['We fly from Buenos Aires to New Zealand.', ['LOCATION:Buenos Aires', 'LOCATION:New Zealand']],
  ['Employee: Juan Ortega; nationality: Peruvian', ['PERSON:Juan Ortega', 'NRP:Peruvian']],
  ['The applicant is Catholic and asks for a visa.', ['NRP:Catholic']],
  ['Bonjour, je m’appelle Claire Morel.', ['PERSON:Claire Morel']],
  ['Kundin Heike Brandt wohnt in Kassel', ['PERSON:Heike Brandt', 'LOCATION:Kassel']],
  ['La señora Peralta Vélez vive en Cusco.', ['PERSON:señora Peralta Vélez', 'LOCATION:Cusco']],
  ['Beste, ik ben Teun van den Pol uit Delft.', ['PERSON:Teun van den Pol', 'LOCATION:Delft']],
  ['Здравствуйте, меня зовут Ирина Соколова.', ['PERSON:Ирина Соколова']],
  ['Xin chào, tôi là Phương Nam Phùng, email', ['PERSON:Phương Nam Phùng']],
  ['你好，我叫沈博文，我的邮箱是', ['PERSON:沈博文']],
  ['川原 颯様のご連絡先', ['PERSON:川原 颯']],
  ['제 이름은 장동건이고', ['PERSON:장동건']],
  ['my name is Orla McTrantow2 MacTrantow', ['PERSON:Orla']],
  ['my name is Orla MacTrantow', ['PERSON:Orla MacTrantow']],
  ['domicilié au 12 rue des Lilas, Rouen, est', ['LOCATION:12 rue des Lilas, Rouen']],
]

const CLEAN: readonly string[] = [
  'const user = new UserService(config)',
  'Copyright (c) 2019 Anna Berg',
  'Contact Support if the Build Server fails on Monday.',
  'import { Paris } from "./europe/Paris.ts"',
  'Use the America/New_York time zone.',
  'metadata:\n  name: worker\n  region: auto\n',
  'interface Georgia extends Florence {}',
  'reading from standard input may split the stream',
  'The name is returned unchanged if the value has a name attribute.',
]

describe('names', () => {
  test.each(SENTENCES)('%j is told apart', (text, expected) => {
    expect(found(text)).toEqual([...expected])
  })

  test.each(CLEAN)('%j holds no name', (text) => {
    expect(found(text)).toEqual([])
  })

  test('its own cases hold', () => {
    for (const [text, expected] of names.cases.hits()) expect(values(text)).toEqual([...expected])
    for (const [text, why] of names.cases.misses()) expect([why, values(text)]).toEqual([why, []])
  })

  test('a name once told is known again in the same text', () => {
    expect(values('Attendees: Zelda Quark, Bo Lind\n1. Zelda to send it')).toContain('Zelda')
    expect(values('1. Zephyra to send it')).toEqual([])
  })

  test('the head of a table says what its cells hold, until the table ends', () => {
    const table = 'name;city;phone\nDandre Krajcik;Oulu;1\nMittie Romaguera;Graz;2\n'
    expect(values(table)).toEqual(['Dandre Krajcik', 'Oulu', 'Mittie Romaguera', 'Graz'])
    expect(values('name;city\nAda Novak;Xanthopy\n')).toContain('Xanthopy')
    expect(values('name;city\nAda Novak;Graz\n\nAda Novak;Xanthopy\n')).not.toContain('Xanthopy')
  })
})

/** A seeded generator (linear congruential), so that a failure can be run again. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

/** A text out of pieces of all sentences: whole ones, halves and marks. */
function mixed(roll: () => number): string {
  const pieces = [...SENTENCES.map(([text]) => text), ...CLEAN]
  let text = ''
  for (let count = 0; count < 6; count++) {
    const piece = pieces[Math.floor(roll() * pieces.length)] ?? ''
    const from = roll() < 0.6 ? 0 : Math.floor(roll() * piece.length)
    text +=
      piece.slice(from) +
      ([' ', '\n', '', ', ', '. ', '-', "'s ", ': ', '/'][Math.floor(roll() * 9)] ?? '')
  }
  return text
}

/** Scans units cut at `cuts`; what is found, the most that was held, and how often a unit was read. */
function run(units: readonly number[], cuts: readonly number[]) {
  const scanner = names.open()
  const out: string[] = []
  let [settled, held, reads] = [0, 0, 0]
  for (const end of [...cuts, units.length]) {
    const view: CleanView = {
      start: Math.max(0, settled - 64),
      end,
      final: end === units.length,
      at(position) {
        reads++
        if (position < Math.max(0, settled - 64) || position >= end)
          throw new Error(`read at ${position}`)
        return units[position] ?? WALL
      },
      copy(from, to, target, at) {
        for (let index = 0; index < to - from; index++) target[at + index] = view.at(from + index)
      },
    }
    settled = scanner.scan(view, (start, finish, entity) =>
      out.push(`${start}-${finish} ${entity}`),
    )
    if (cuts.length > 0) held = Math.max(held, end - settled)
  }
  return { out, held, reads }
}

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
}

describe('names in a stream', () => {
  test('cutting the stream anywhere changes nothing, and no more is held than is declared', () => {
    const roll = dice(11)
    for (let count = 0; count < 150; count++) {
      const units = unitsOf(mixed(roll))
      const whole = run(units, []).out
      const step = [1, 3, 9, 30][count % 4] ?? 1
      const cuts: number[] = []
      for (
        let at = 1 + Math.floor(roll() * step);
        at < units.length;
        at += 1 + Math.floor(roll() * step)
      )
        cuts.push(at)
      const pieces = run(units, cuts)
      expect(pieces.out).toEqual(whole)
      expect(pieces.held).toBeLessThanOrEqual(names.holdUnitsMax)
    }
  })

  test('what was redacted once is not redacted again', () => {
    const roll = dice(12)
    const redact = (text: string): string => {
      const one = redactor(
        compiled,
        () => 'replace',
        vault({ key: new Uint8Array(32), scope: 'test' }),
      )
      return one.push(text) + one.end()
    }
    for (let count = 0; count < 100; count++) {
      const once = redact(mixed(roll))
      expect(redact(once)).toBe(once)
    }
  })

  test('every unit is read a bounded number of times, whatever the text', () => {
    const sizes = 5_000
    for (const piece of [
      'A',
      'Aa ',
      "O'",
      'Mr. ',
      'New ',
      'Rue ',
      '1 ',
      'Anna ',
      'my name is ',
      '王',
      '가',
      'a,',
      "d'",
    ])
      expect(run(unitsOf(piece.repeat(sizes / piece.length)), []).reads / sizes).toBeLessThan(150)
  })
})

describe('many texts at once', () => {
  const made = () =>
    redactor(compiled, () => 'mask', vault({ key: new Uint8Array(32), scope: 'turns' }))
  const texts = SENTENCES.map(([text]) => text)
  const whole = (text: string) => {
    const filter = made()
    return filter.push(text) + filter.end()
  }

  test('a text that begins with nothing, or with what must wait, is read by itself', () => {
    for (const [index, text] of texts.entries()) {
      const expected = whole(text)
      whole(texts[index - 1] ?? 'My name is Orla Trantow and I live in Graz, far up in the north.')
      const filter = made()
      expect(filter.push('') + filter.push(text) + filter.end()).toBe(expected)
    }
  })

  test('texts that come in turn, in pieces and with nothing between, are each read as alone', () => {
    for (const size of [1, 2, 3, 7]) {
      const open = texts.map((text) => ({ text, filter: made(), out: '' }))
      for (let at = 0; open.some(({ text }) => at < text.length); at += size)
        for (const each of open) {
          each.out += each.filter.push('')
          each.out += each.filter.push(each.text.slice(at, at + size))
        }
      const ended = open.map(({ filter, out }) => out + filter.end())
      expect(ended).toEqual(texts.map(whole))
    }
  })
})
