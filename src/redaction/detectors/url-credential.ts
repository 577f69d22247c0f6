import { DIGIT, HEX, isIn } from '../automaton/classes.ts'
import { END, type LabelDetector, type Reader } from '../detector.ts'
import { isStandIn } from '../values/look.ts'
import { URL_STOPS, USER, USER_UNITS_MAX } from '../values/url-units.ts'

const WORDS = /^(?:pass(?:word|wd)?|pwd|secret|user(?:name)?|pw|token|xxx+)$/i

/** `1f2e3d4c:`: a user of eight hexadecimal digits is half of a credential (licence keys of package servers). */
function isHexPair(text: Reader, position: number): boolean {
  for (let at = position; at < position + 8; at++) if (!isIn(HEX, text.at(at))) return false
  return text.at(position + 8) === 0x3a && !isIn(DIGIT, text.at(position + 9))
}

/** The password of `scheme://user:password@host`. The user may be empty. Source: RFC 3986 §3.2.1. */
export const urlCredential: LabelDetector = {
  type: 'label',
  id: 'url-credential',
  kind: 'secret',
  entity: 'URL_CREDENTIAL',
  words: ['://'],
  whole: false,
  look: 'address',
  locate(text, position) {
    if (isHexPair(text, position)) return position
    let end = position
    while (end - position < USER_UNITS_MAX && isIn(USER, text.at(end))) text.pass(++end)
    return text.at(end) === 0x3a ? end + 1 : undefined
  },
  judge(text, position) {
    let value = ''
    for (let end = position; ; end++) {
      const unit = text.at(end)
      if (unit === 0x40 && value.length >= 3) {
        if (/^[0-9a-f]{8}:[^:]{3,}$/.test(value)) return { start: position, end }
        if (isStandIn(value) || WORDS.test(value)) return undefined
        return { start: position, end }
      }
      if (unit === END || unit > 127 || isIn(URL_STOPS, unit)) return undefined
      value += String.fromCharCode(unit)
    }
  },
  cases: {
    hits: () => {
      const value = `k9${'Zq4w'.repeat(3)}`
      return [
        [`DATABASE_URL=postgres://app:${value}@db.internal/x`, [value]],
        [`redis://:${value}@cache:6379`, [value]],
      ]
    },
    misses: () => [
      ['http://localhost:8080/@scope/package', 'a port'],
      ['postgres://user:password@localhost/db', 'a stand-in'],
    ],
  },
}
