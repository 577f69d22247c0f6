import { ALNUM, isIn, unitClass } from '../automaton/classes.ts'
import { insideWord } from '../automaton/glance.ts'
import type { SpotDetector } from '../detector.ts'

const LOCAL = unitClass('A-Za-z0-9._%+\\-')
const LABEL = unitClass('A-Za-z0-9\\-')
const LETTER = unitClass('A-Za-z')
/** Ends of names that are files, modules or versions, not domains. */
const FILES =
  /^(?:js|mjs|cjs|ts|tsx|jsx|css|scss|png|jpe?g|gif|svg|webp|ico|html?|json|ya?ml|toml|xml|md|txt|map|lock|gz|tgz|zip|tar|py|rb|go|rs|java|class|php|cs|cpp|h|so|dll|exe|latest|next|beta|alpha|rc|canary|local|service|target|socket|timer|mount|x|test\d|prototype|length|push|value|type|id|default|export|patch|npm|pre|min)$/i

/** Mail addresses: local part, `@`, labels, a last label of letters. Source: RFC 5321 §4.1.2, hosts per RFC 1123. */
export const email: SpotDetector = {
  type: 'spot',
  id: 'email-address',
  kind: 'pii',
  entity: 'EMAIL_ADDRESS',
  marks: ['@'],
  glance: insideWord,
  judge(text, position, runStart) {
    let start = position
    while (start > runStart && isIn(LOCAL, text.at(start - 1))) start--
    while (start < position && !isIn(ALNUM, text.at(start)) && text.at(start) !== 0x5f) start++
    if (start === position || text.at(position - 1) === 0x2e) return undefined
    if (
      position - start === 3 &&
      text.at(start) === 0x67 &&
      text.at(start + 1) === 0x69 &&
      text.at(start + 2) === 0x74
    )
      return undefined
    let end = position + 1
    let labelStart = end
    let dots = 0
    let last = ''
    for (; ; end++) {
      const unit = text.at(end)
      if (isIn(LABEL, unit)) continue
      const length = end - labelStart
      if (unit !== 0x2e || length === 0 || !isIn(ALNUM, text.at(end + 1))) break
      dots++
      labelStart = end + 1
    }
    for (let at = labelStart; at < end; at++) last += String.fromCharCode(text.at(at))
    const international = /^xn--[a-z0-9-]+$/i.test(last)
    if (!international) last = last.replace(/-.*$/, '')
    if (dots === 0 || last.length < 2 || last.length > 24 || FILES.test(last)) return undefined
    for (const unit of international ? '' : last)
      if (!isIn(LETTER, unit.charCodeAt(0))) return undefined
    if (text.at(end) === 0x28 || text.at(end) === 0x3d) return undefined
    return { start, end: labelStart + last.length }
  },
  cases: {
    hits: () => [
      ['write to jo.bauch+x@mail.example.org, please', ['jo.bauch+x@mail.example.org']],
      ['{"to":"a_b@sub.example.co.uk"}', ['a_b@sub.example.co.uk']],
      ['前文anna@example.com后文', ['anna@example.com']],
    ],
    misses: () => [
      ['lodash@4.17.21', 'a package version'],
      ['icon@2x.png', 'a file'],
      ['git@github.com:a/b', 'an SSH remote'],
    ],
  },
}
