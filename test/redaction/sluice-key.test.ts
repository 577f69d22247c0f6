import { expect, test } from 'bun:test'
import { mintKey, parseKey } from '../../src/base/gateway-key.ts'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { SECRETS } from '../../src/redaction/detectors/index.ts'
import { scan } from '../../src/redaction/scan.ts'
import { testWorld } from '../support/world.ts'

const compiled = compileDetectors(SECRETS)
const { dice } = testWorld()

function found(text: string): string[] {
  return scan(compiled, text).map(({ start, end }) => text.slice(start, end))
}

test('every key that is minted here is found, whole, wherever it stands', () => {
  for (let round = 0; round < 50; round++) {
    const { token } = mintKey(dice, round % 2 === 0 ? 'service' : 'personal')
    for (const text of [
      token,
      `Authorization: Bearer ${token}`,
      `{"note":"line\\n${token}\\nend"}`,
      `我的密钥是${token}。`,
      `https://h/gemini/v1?key=${token}&alt=sse`,
      `(${token}), ${token}.`,
    ])
      expect(new Set(found(text))).toEqual(new Set([token]))
  }
})

test('a key with a slip in it opens nothing, and is hidden all the same', () => {
  const { token } = mintKey(dice, 'service')
  const slipped = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
  expect(parseKey(slipped)).toBeUndefined()
  expect(found(`key ${slipped}`)).toEqual([slipped])
})

test('what documentation writes in place of a key stays', () => {
  expect(found(`use slu_sk_<id>_<secret> or slu_pt_${'x'.repeat(12)}_${'x'.repeat(49)}`)).toEqual(
    [],
  )
})
