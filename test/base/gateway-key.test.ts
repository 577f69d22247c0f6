import { describe, expect, test } from 'bun:test'
import { systemDice } from '../../src/base/dice.ts'
import { hashKey, looksLikeGatewayKey, mintKey, parseKey } from '../../src/base/gateway-key.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('gateway keys', () => {
  test('a minted key tells its kind and public part, and hashes to what is stored', () => {
    for (const [kind, prefix] of [
      ['service', 'slu_sk_'],
      ['personal', 'slu_pt_'],
    ] as const) {
      const { token, short, hash } = mintKey(systemDice, kind)
      expect(token).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$`))
      expect(parseKey(token)).toEqual({ kind, short })
      expect(hashKey(token)).toEqual(hash)
      expect(hash.length).toBe(32)
      expect(looksLikeGatewayKey(token)).toBe(true)
    }
  })

  test('a key with any one character changed is no key', () => {
    const { token } = mintKey(systemDice, 'service')
    for (let at = 0; at < token.length; at++) {
      const index = ALPHABET.indexOf(token[at] ?? '')
      const other = ALPHABET[(index + 1) % 62]
      expect(parseKey(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined()
    }
    expect(parseKey(token.slice(0, -1))).toBeUndefined()
    expect(parseKey(`${token}0`)).toBeUndefined()
    expect(parseKey(` ${token}`)).toBeUndefined()
  })

  test('all 256 bits of the dice are in the token', () => {
    const tokens = new Set<string>()
    for (let bit = 0; bit < 256; bit++) {
      const bytes = new Uint8Array(32)
      bytes[bit >> 3] = 1 << (bit & 7)
      const dice = {
        bytes: (length: number) => (length === 32 ? bytes : new Uint8Array(length)),
        fraction: () => 0,
      }
      tokens.add(mintKey(dice, 'service').token)
    }
    expect(tokens.size).toBe(256)
  })

  test('the public part favours no letter', () => {
    // 256 is no multiple of 62: with a plain remainder the first eight letters would be a quarter more likely.
    const counts = new Map<string, number>()
    for (let round = 0; round < 10_000; round++)
      for (const letter of mintKey(systemDice, 'service').short)
        counts.set(letter, (counts.get(letter) ?? 0) + 1)
    const mean = (letters: string): number =>
      [...letters].reduce((sum, letter) => sum + (counts.get(letter) ?? 0), 0) / letters.length
    expect(mean(ALPHABET.slice(0, 8)) / mean(ALPHABET.slice(8))).toBeWithin(0.95, 1.05)
  })
})
