import { isIn, unitClass } from '../automaton/classes.ts'
import { END, type LabelDetector } from '../detector.ts'
import { isStandIn } from '../values/look.ts'

const STOPS = unitClass(' \\t\\n"\'`<>(){}|;')

/** `curl -u user:password`: both halves are given away by the option in front of them. */
export const curlUser: LabelDetector = {
  type: 'label',
  id: 'curl-user',
  kind: 'secret',
  entity: 'BASIC_CREDENTIAL',
  words: [' -u ', ' --user ', ' -u "', " -u '", ' --user "', " --user '", ' -u', ' --proxy-user '],
  whole: false,
  locate: (text, position) => (isIn(STOPS, text.at(position)) ? undefined : position),
  judge(text, position, word) {
    let value = ''
    for (let end = position; value.length < 60; end++) {
      const unit = text.at(end)
      if (unit === END || unit > 127 || isIn(STOPS, unit)) break
      value += String.fromCharCode(unit)
    }
    const colon = value.indexOf(':')
    const password = value.slice(colon + 1)
    if (colon < 1 || password.length < 4 || /^\d+$/.test(password) || value.includes('://'))
      return undefined
    if (isStandIn(value) || isStandIn(password) || /^(?:pass(?:word)?|secret)$/i.test(password))
      return undefined
    if (word === ' -u' && !/[0-9]/.test(password)) return undefined
    return { start: position, end: position + value.length }
  },
  cases: {
    hits: () => {
      const value = `admin:${'hX7q'.repeat(3)}`
      return [[`curl -u ${value} https://x.test`, [value]]]
    },
    misses: () => [
      ['docker run -u 1000:1000 app', 'user and group ids'],
      ['sudo -u postgres psql', 'no password'],
    ],
  },
}
