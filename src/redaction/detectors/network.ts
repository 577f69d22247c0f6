import ipaddr from 'ipaddr.js'
import { ALNUM, DIGIT, HEX, isIn, unitClass } from '../automaton/classes.ts'
import { aroundColon, betweenGroups, dottedQuad } from '../automaton/glance.ts'
import type { LabelDetector, Match, Reader, SpotDetector } from '../detector.ts'
import { locateLabelled } from '../values/label.ts'

/** IPv4 addresses; not versions (a name and slash in front, or a fifth part), not loopback and the like. */
const ipv4: SpotDetector = {
  type: 'spot',
  id: 'ipv4-address',
  kind: 'pii',
  entity: 'IP_ADDRESS',
  marks: ['digit'],
  glance: dottedQuad,
  judge(text, position) {
    const before = text.at(position - 1)
    if (isIn(ALNUM, before) || before === 0x2e || before === 0x5f || before === 0x2d)
      return undefined
    if (before === 0x2f && isIn(ALNUM, text.at(position - 2))) return undefined
    let at = position
    const parts: number[] = []
    for (;;) {
      let value = 0
      const start = at
      while (at - start < 4 && isIn(DIGIT, text.at(at))) value = value * 10 + text.at(at++) - 0x30
      if (at === start || at - start > 3 || value > 255) return undefined
      if (at - start > 1 && text.at(start) === 0x30) return undefined
      parts.push(value)
      if (parts.length === 4) break
      if (text.at(at) !== 0x2e) return undefined
      at++
    }
    const range = rangeEnd(text, at)
    const after = text.at(range)
    if (isIn(ALNUM, after) || after === 0x5f) return undefined
    const [first = 0, second, third, fourth] = parts
    if ((after === 0x2e || after === 0x2d) && isIn(ALNUM, text.at(range + 1)))
      if (after === 0x2d || !isPort(text, range + 1) || first < PRIVATE_FROM) return undefined
    // Alone they name no machine; `0.0.0.0/0` is written as a network.
    if (first === 127 || (first === 0 && range === at)) return undefined
    if (second === 0 && third === 0 && fourth === 0 && range === at) return undefined
    return { start: position, end: range }
  },
  cases: {
    hits: () => [['from 8.69.237.21: GET', ['8.69.237.21']]],
    misses: () => [
      ['Chrome/120.1.2.3', 'a version'],
      ['1.2.3.4.5', 'five parts'],
      ['127.0.0.1', 'loopback'],
    ],
  },
}

/** First parts from here on are no chapter, no version and no object identifier. */
const PRIVATE_FROM = 100

/** `192.168.1.20.443`: packet captures write the port behind a fifth full stop. */
function isPort(text: Reader, position: number): boolean {
  let end = position
  while (end - position < 6 && isIn(DIGIT, text.at(end))) end++
  return end > position && end - position < 6 && text.at(end) !== 0x2e && !isIn(ALNUM, text.at(end))
}

/** Behind an address: the length of a network's prefix (`/24`) or a zone (`%eth0`). */
function rangeEnd(text: Reader, from: number): number {
  let end = from + 1
  if (text.at(from) === 0x2f) {
    while (end - from < 4 && isIn(DIGIT, text.at(end))) end++
    return end === from + 1 || isIn(ALNUM, text.at(end)) ? from : end
  }
  if (text.at(from) !== 0x25) return from
  while (end - from < 12 && isIn(ALNUM, text.at(end))) end++
  return end === from + 1 ? from : end
}

/** IPv6 addresses in any of their forms. Source: RFC 4291 §2.2. */
const ipv6: SpotDetector = {
  type: 'spot',
  id: 'ipv6-address',
  kind: 'pii',
  entity: 'IP_ADDRESS',
  marks: [':'],
  glance: aroundColon,
  judge(text, position, runStart) {
    let start = position
    while (start > runStart && isIn(HEX, text.at(start - 1)) && position - start < 5) start--
    if (start > runStart && text.at(start - 1) === 0x3a) return undefined
    if (position - start > 4 || isIn(ALNUM, text.at(start - 1)) || text.at(start - 1) === 0x5f)
      return undefined
    if (start === position && text.at(position + 1) !== 0x3a) return undefined
    let end = position
    while (
      end - start < 46 &&
      (isIn(HEX, text.at(end)) || text.at(end) === 0x3a || text.at(end) === 0x2e)
    )
      end++
    while (
      end > position &&
      (text.at(end - 1) === 0x2e || (text.at(end - 1) === 0x3a && text.at(end - 2) !== 0x3a))
    )
      end--
    if (isIn(ALNUM, text.at(end)) || text.at(end) === 0x5f) return undefined
    let written = ''
    let colons = 0
    for (let at = start; at < end; at++) {
      written += String.fromCharCode(text.at(at))
      if (text.at(at) === 0x3a) colons++
    }
    const short = written.includes('::')
    if (colons < 2 || (!short && colons !== 7 && !written.includes('.'))) return undefined
    const range = rangeEnd(text, rangeEnd(text, end))
    const isNetwork = range > end
    if (short && !isNetwork)
      if (!/[0-9]/.test(written) || written === '::1' || written.length < 4) return undefined
    if (!ipaddr.IPv6.isValid(written)) return undefined
    return { start, end: range }
  },
  cases: {
    hits: () => [['peer fe80::1ff:fe23:4567:890a up', ['fe80::1ff:fe23:4567:890a']]],
    misses: () => [
      ['std::add::face', 'names with scope'],
      ['12:30:45', 'a time'],
    ],
  },
}

/** Hardware addresses: six or eight pairs with one kind of mark, or fours with full stops. Source: IEEE 802. */
const mac: SpotDetector = {
  type: 'spot',
  id: 'mac-address',
  kind: 'pii',
  entity: 'MAC_ADDRESS',
  marks: [':', '-', '.'],
  glance: betweenGroups,
  judge(text, position, runStart) {
    const mark = text.at(position)
    const size = mark === 0x2e ? 4 : 2
    const start = position - size
    if (start < runStart) return undefined
    const end = groups(text, start, mark, size)
    if (end === undefined || isNobody(text, start, end)) return undefined
    const before = text.at(start - 1)
    if (isIn(ALNUM, before) || before === 0x5f) return undefined
    if ((before === mark || before === 0x2d || before === 0x3a) && isIn(ALNUM, text.at(start - 2)))
      return undefined
    return { start, end }
  },
  cases: {
    hits: () => [
      ['eth0 01:02:03:04:05:ab up', ['01:02:03:04:05:ab']],
      ['cisco 0102.0304.05ab up', ['0102.0304.05ab']],
    ],
    misses: () => [[`AB:${'CD:'.repeat(14)}EF`, 'a fingerprint']],
  },
}

/** `00:00:…` and `FF:FF:…` are no machine's: nobody and everybody. */
function isNobody(text: Reader, start: number, end: number): boolean {
  const first = text.at(start) | 0x20
  if (first !== 0x30 && first !== 0x66) return false
  for (let at = start; at < end; at++)
    if (isIn(HEX, text.at(at)) && (text.at(at) | 0x20) !== first) return false
  return true
}

function groups(text: Reader, start: number, mark: number, size: number): Match['end'] | undefined {
  let at = start
  let count = 0
  for (;;) {
    for (let index = 0; index < size; index++) if (!isIn(HEX, text.at(at++))) return undefined
    count++
    if (text.at(at) !== mark || !isIn(HEX, text.at(at + 1))) break
    if (count > 8) return undefined
    at++
  }
  if (isIn(ALNUM, text.at(at)) || text.at(at) === 0x5f) return undefined
  const right = size === 4 ? count === 3 || count === 4 : count === 6 || count === 8
  return right ? at : undefined
}

/** Hardware addresses in any writing behind a label: bare, or with spaces. */
const labelledMac: LabelDetector = {
  type: 'label',
  id: 'labelled-mac-address',
  kind: 'pii',
  entity: 'MAC_ADDRESS',
  words: [
    'mac',
    'mac address',
    'mac_address',
    'macaddr',
    'hwaddr',
    'physical address',
    'mac-adresse',
  ],
  whole: true,
  locate: (text, position, word) => locateLabelled(text, position, word.length),
  judge(text, position) {
    let digits = 0
    let end = position
    for (let at = position; digits < 17; at++) {
      const unit = text.at(at)
      if (isIn(HEX, unit)) {
        digits++
        end = at + 1
      } else if (!isIn(MAC_MARKS, unit) || !isIn(HEX, text.at(at + 1)) || digits % 2 === 1) break
    }
    if (digits !== 12 && digits !== 16) return undefined
    return isIn(ALNUM, text.at(end)) ? undefined : { start: position, end }
  },
  cases: {
    hits: () => [['mac: 01 02 03 04 05 ab', ['01 02 03 04 05 ab']]],
    misses: () => [['mac: mini', 'a computer']],
  },
}
const MAC_MARKS = unitClass(' :.\\-')

/** Addresses of machines. */
export const network = [ipv4, ipv6, mac, labelledMac]
