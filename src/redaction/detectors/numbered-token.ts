import { ALNUM, DIGIT, isIn, TOKEN, unitClass } from '../automaton/classes.ts'
import { longNumber } from '../automaton/glance.ts'
import type { Reader, SpotDetector } from '../detector.ts'

const LOWER_ALNUM = unitClass('a-z0-9')

function digits(text: Reader, position: number, most: number): number {
  let length = 0
  while (length < most && isIn(DIGIT, text.at(position + length))) length++
  return length
}

/** OAuth client ids of Google: project number, hyphen, 32 units, and the host they all end in. */
const googleClient: SpotDetector = {
  type: 'spot',
  id: 'google-oauth-client-id',
  kind: 'secret',
  entity: 'GOOGLE_OAUTH_CLIENT_ID',
  marks: ['digit'],
  glance: longNumber,
  judge(text, position) {
    const length = digits(text, position, 16)
    if (length < 9 || text.at(position + length) !== 0x2d || isIn(ALNUM, text.at(position - 1)))
      return undefined
    const from = position + length + 1
    for (let at = from; at < from + 32; at++) if (!isIn(LOWER_ALNUM, text.at(at))) return undefined
    const end = from + 32
    if (text.at(end) !== 0x2e) return undefined
    return { start: position, end, tail: { units: unitClass('a-z0-9.') } }
  },
  cases: {
    hits: () => {
      const value = `${'1944'.repeat(3)}-${'ev45bpp2'.repeat(4)}.apps.googleusercontent.com`
      return [[`id: '${value}',`, [value]]]
    },
    misses: () => [['194206074328-draft', 'a file']],
  },
}

/** App access tokens of Facebook: the app's number, a bar, 27 units. */
const facebookApp: SpotDetector = {
  type: 'spot',
  id: 'facebook-app-token',
  kind: 'secret',
  entity: 'FACEBOOK_APP_TOKEN',
  marks: ['digit'],
  glance: longNumber,
  judge(text, position) {
    const length = digits(text, position, 17)
    if (length < 15 || length > 16 || text.at(position + length) !== 0x7c) return undefined
    const from = position + length + 1
    for (let at = from; at < from + 27; at++) if (!isIn(TOKEN, text.at(at))) return undefined
    return { start: position, end: from + 27, tail: { units: TOKEN } }
  },
  cases: {
    hits: () => {
      const value = `${'12345'.repeat(3)}|${'dPQv6i5on'.repeat(3)}`
      return [[`facebook ${value}.`, [value]]]
    },
    misses: () => [['123456789012345|short', 'too short']],
  },
}

/** Tokens that begin with a number instead of letters. */
export const numberedTokens = [googleClient, facebookApp]
