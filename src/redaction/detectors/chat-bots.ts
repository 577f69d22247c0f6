import { ALNUM, DIGIT, isIn, TOKEN } from '../automaton/classes.ts'
import { aroundColon, betweenParts } from '../automaton/glance.ts'
import type { Reader, SpotDetector } from '../detector.ts'

/** Units of `TOKEN` from `position` on, at most `most`. */
function run(text: Reader, position: number, most: number): number {
  let length = 0
  while (length < most && isIn(TOKEN, text.at(position + length))) length++
  return length
}

/** Bot tokens of Telegram: the bot's number, a colon, 34 or 35 units. Source: Telegram Bot API. */
const telegram: SpotDetector = {
  type: 'spot',
  id: 'telegram-bot-token',
  kind: 'secret',
  entity: 'TELEGRAM_BOT_TOKEN',
  marks: [':'],
  glance: aroundColon,
  judge(text, position, runStart) {
    let start = position
    while (start > runStart && isIn(DIGIT, text.at(start - 1))) start--
    if (position - start < 5 || position - start > 16 || isIn(ALNUM, text.at(start - 1)))
      return undefined
    const length = run(text, position + 1, 35)
    const shape = text.at(position + 1) === 0x41 ? 30 : 34
    return length < shape
      ? undefined
      : { start, end: position + 1 + length, tail: { units: TOKEN } }
  },
  cases: {
    hits: () => {
      const value = `${'84751'.repeat(2)}:AA${'p1Ta_k8-xQ2'.repeat(3)}`
      return [[`bot ${value} starts`, [value]]]
    },
    misses: () => [['at 12345678:30', 'a time']],
  },
}

/** Bot tokens of Discord: user id in base64 (begins with M, N or O), time, signature. Source: Discord documentation. */
const discord: SpotDetector = {
  type: 'spot',
  id: 'discord-bot-token',
  kind: 'secret',
  entity: 'DISCORD_BOT_TOKEN',
  marks: ['.'],
  glance: betweenParts,
  judge(text, position, runStart) {
    let start = position
    while (start > runStart && isIn(TOKEN, text.at(start - 1))) start--
    const first = text.at(start)
    const units = position - start
    if (units < 23 || units > 28 || first < 0x4d || first > 0x4f) return undefined
    if (isIn(TOKEN, text.at(start - 1))) return undefined
    const middle = run(text, position + 1, 8)
    if (middle < 5 || middle > 7 || text.at(position + 1 + middle) !== 0x2e) return undefined
    const from = position + 2 + middle
    const length = run(text, from, 20)
    return length < 20 ? undefined : { start, end: from + length, tail: { units: TOKEN } }
  },
  cases: {
    hits: () => {
      const value = `M${'TAyOTR8'.repeat(3)}xZ.GAtJnb.${'sgip8rcF'.repeat(4)}`
      return [[`DISCORD=${value}`, [value]]]
    },
    misses: () => [['Object.assign.apply', 'a member chain']],
  },
}

/** Tokens of chat bots that have a shape but no literal beginning. */
export const chatBots = [telegram, discord]
