import fc from 'fast-check'
import { sampleOf } from '../../src/redaction/automaton/sample.ts'
import { SECRETS } from '../../src/redaction/detectors/index.ts'

/** Tokens of every format, whole and cut short, built when the tests run. */
const formats = SECRETS.filter((detector) => detector.type === 'format')

const tokens = fc
  .tuple(fc.nat(formats.length - 1), fc.nat(1000), fc.nat(8))
  .map(([index, seed, cut]) => {
    const format = formats[index]
    if (format?.type !== 'format') return ''
    const whole =
      (format.literals[seed % format.literals.length] ?? '') + sampleOf(format.body, seed)
    return cut === 0 ? whole.slice(0, Math.ceil(whole.length / 2)) : whole
  })

const pieces = fc.oneof(
  tokens,
  fc.constantFrom(
    ...'password= |api_key: "|token |secret=|phone: |SSN |IBAN |my number is |passport no. |dob: |id,phone,plan\n17,"|tel|key|pass'.split(
      '|',
    ),
    ...'\\n|\\\\n|\\"|\\u002d|\\x41|%2D|%|&#45;|&amp;|&|\\|\u200b|\u00ad|\ud83d\ude00|\ud800|\udc00|\u0661\u0662|\uff21\uff11|\u0430|\u2013|\u00a0|\ufeff'.split(
      '|',
    ),
    ...'.|,|:|;|(|)|[|]|{|}|<|>|=|@|-|_|/|+|"|\'| |\n|\t|**|" + "|://|::'.split('|'),
    '[SAFE_TO_USE:EMAIL_abcdefgh]',
    '[SAFE_TO_USE:',
    'jo@example.com',
    '8.69.237.21',
    '2001:db8::1',
    '01:02:03:04:05:ab',
    'AT611904300234573201',
    '+49 30 901820',
    '(415) 555-2671',
    'http://u:k9Zq4wZq4w@h',
    'hello world',
    ..."my name is |Anna |Berg|Dr. |Orla McTrantow | said |'s manager |in Oslo|from New |York|the |Calle |Mayor, 3|, 28013 Madrid|name;city\n|Peruvian|我叫沈博文|川原 颯様|장동건이고|Ирина ".split(
      '|',
    ),
    'e',
    'a@',
    'eyJ',
    'sk-',
    '-----BEGIN',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.nat(10 ** 17).map(String),
  fc.stringMatching(/^[A-Za-z0-9]{1,40}$/),
)

const oneOf = (list: string) => fc.constantFrom(...list.split('|'))
/** Every way of hiding a token that is seen through. */
export const disguises: readonly ((token: string) => string)[] = [
  (token) => Buffer.from(token).toString('base64'),
  (token) => Buffer.from(`x${token}`).toString('base64'),
  (token) => Buffer.from(token).toString('hex'),
  (token) => Buffer.from(token).toString('hex').toUpperCase(),
  (token) => [...token].join(' '),
]

/**
 * Tokens of every format behind a run that may belong to them, whole or cut at any unit, with a join, a placeholder or something else
 * at any place, plain and in every disguise: what a look behind a literal must not refuse.
 */
export const nearTokens = fc
  .tuple(
    fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z0-9._:(-]{1,45}$/), oneOf(' |="|x/|é')),
    fc.nat(formats.length - 1),
    fc.nat(1000),
    fc.nat(100),
    fc.oneof(
      fc.constant(''),
      oneOf('\n|\n  |**|*|" + "|" +|[SAFE_TO_USE:EMAIL_abcdefgh]|[SAFE| |-|.|0|é|\\u0041'),
    ),
    fc.nat(100),
    fc.nat(disguises.length * 3),
    oneOf('| |"|.|xY7|[SAFE_TO_USE:EMAIL_abcdefgh]| sk-'),
  )
  .map(([front, index, seed, place, inside, length, disguise, behind]) => {
    const format = formats[index]
    if (format?.type !== 'format') return ''
    const literal = format.literals[seed % format.literals.length] ?? ''
    const whole = literal + sampleOf(format.body, seed)
    const at = literal.length + Math.round(((whole.length - literal.length) * place) / 100)
    // Half of them are whole, many lack a unit or two.
    const kept = whole.length - (length < 50 ? 0 : length < 80 ? (length % 3) + 1 : length - 80)
    const token = (whole.slice(0, at) + inside + whole.slice(at)).slice(0, kept + inside.length)
    return front + (disguises[disguise]?.(token) ?? token) + behind
  })

/** Texts in which everything meets everything. */
export const texts = fc.array(pieces, { maxLength: 14 }).map((list) => list.join(''))

/** A text with a way of cutting it. */
export const cutTexts = fc.tuple(texts, fc.array(fc.nat(12), { minLength: 1, maxLength: 40 }))

/** Cuts `text` into pieces of the given sizes, over and over; size 0 gives an empty piece. */
export function cut(text: string, sizes: readonly number[]): string[] {
  const out: string[] = []
  let at = 0
  for (let index = 0; at < text.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    out.push(text.slice(at, at + size))
    at += size
    if (index > text.length && size === 0) break
  }
  if (at < text.length) out.push(text.slice(at))
  return out
}

/** One unit as six: the bound counts what was sent. */
export function inEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
