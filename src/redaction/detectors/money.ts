import { ALNUM, isIn, unitClass } from '../automaton/classes.ts'
import { afterTwoLetters, base58Start } from '../automaton/glance.ts'
import type { LabelDetector, SpotDetector } from '../detector.ts'
import { accountUnits } from '../values/account.ts'
import { BASE58, isBase58Address } from '../values/base58.ts'
import { locateLabelled } from '../values/label.ts'
import { token } from './token.ts'

const UPPER = unitClass('A-Za-z')

/** Bank account numbers: country, two check digits, the length of the country, mod 97. Source: ISO 13616. */
const iban: SpotDetector = {
  type: 'spot',
  id: 'iban',
  kind: 'pii',
  entity: 'IBAN_CODE',
  marks: ['digit'],
  glance: afterTwoLetters,
  judge(text, position, runStart) {
    const start = position - 2
    if (start < runStart || !isIn(UPPER, text.at(start)) || !isIn(UPPER, text.at(start + 1)))
      return undefined
    if (isIn(ALNUM, text.at(start - 1)) || text.at(start - 1) === 0x5f) return undefined
    const country = String.fromCharCode(text.at(start), text.at(start + 1)).toUpperCase()
    const length = accountUnits(country)
    if (length === undefined) return undefined
    let compact = ''
    let at = start
    while (compact.length < length) {
      const unit = text.at(at)
      if (isIn(ALNUM, unit)) compact += String.fromCharCode(unit)
      else if (
        compact.length < 4 ||
        (unit !== 0x20 && unit !== 0x2d && unit !== 0x2e) ||
        !isIn(ALNUM, text.at(at + 1))
      )
        return undefined
      at++
    }
    if (isIn(ALNUM, text.at(at)) || !passesMod97(compact.toUpperCase())) return undefined
    return { start, end: at }
  },
  cases: {
    hits: () => {
      const number = `DE89${'3704 0044 0532 0130 00'.replaceAll(' ', '')}`
      return [[`IBAN ${number}.`, [number]]]
    },
    misses: () => [[`DE88${'370400440532013000'}`, 'wrong check digits']],
  },
}

/** Check digits of ISO 7064 MOD 97-10; national check digits inside are not asked for, banks differ. */
function passesMod97(compact: string): boolean {
  let rest = 0
  for (const unit of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(unit, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

/** Bitcoin and its relatives: base 58 with four bytes of double SHA-256. */
const base58Address: SpotDetector = {
  type: 'spot',
  id: 'bitcoin-address',
  kind: 'pii',
  entity: 'CRYPTO',
  marks: ['digit'],
  glance: base58Start,
  judge(text, position) {
    const first = text.at(position)
    if ((first !== 0x31 && first !== 0x33) || isIn(ALNUM, text.at(position - 1))) return undefined
    let end = position
    while (end - position < 36 && isIn(BASE58, text.at(end))) end++
    const length = end - position
    if (length < 26 || length > 35 || isIn(ALNUM, text.at(end))) return undefined
    return isBase58Address(text, position, end) ? { start: position, end } : undefined
  },
  cases: {
    hits: () => {
      const address = `1A1zP1eP5QGefi2DMPTfTL5${'SLmv7DivfNa'}`
      return [[`send to ${address} today`, [address]]]
    },
    misses: () => [[`1A1zP1eP5QGefi2DMPTfTL5${'SLmv7DivfNb'}`, 'a wrong checksum']],
  },
}

const crypto = { kind: 'pii', exact: true } as const

/** Addresses of any ledger behind a label. */
const labelledWallet: LabelDetector = {
  type: 'label',
  id: 'labelled-wallet',
  kind: 'pii',
  entity: 'CRYPTO',
  words: [
    'wallet',
    'wallet address',
    'btc address',
    'bitcoin address',
    'eth address',
    'crypto address',
    'wallet_address',
    'xmr address',
    'ltc address',
  ],
  whole: true,
  look: 'labelled',
  locate: (text, position, word) => locateLabelled(text, position, word.length),
  judge(text, position) {
    let end = position
    let digits = 0
    while (end - position < 60 && isIn(ALNUM, text.at(end))) if (text.at(end++) < 0x3a) digits++
    return end - position >= 25 && digits >= 1
      ? { start: position, end, tail: { units: ALNUM } }
      : undefined
  },
  cases: {
    hits: () => {
      const address = `mucF${'NhK4'.repeat(7)}`
      return [[`wallet: ${address}`, [address]]]
    },
    misses: () => [['wallet: leather', 'no address']],
  },
}

/** Accounts of banks and of ledgers. */
export const money = [
  iban,
  base58Address,
  labelledWallet,
  {
    ...token('ethereum-address', '0x', '[0-9a-fA-F]{40}', { ...crypto, tail: 'A-Za-z0-9' }),
    entity: 'CRYPTO',
  },
  {
    ...token(
      'bech32-address',
      'bc1 tb1 ltc1 BC1',
      '[qpzry9x8gf2tvdw0s3jn54khce6mua7lQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{38,60}',
      {
        ...crypto,
        tail: 'A-Za-z0-9',
      },
    ),
    entity: 'CRYPTO',
  },
]
