import { expect, test } from 'bun:test'
import {
  ago,
  compact,
  duration,
  exactMoney,
  money,
  nanosOf,
  percent,
} from '../../src/console/parts/format.ts'
import { curlOf } from '../../src/console/requests/curl.ts'

test('money is exact, and a hundredth of a cent is not shown as nothing', () => {
  expect(money('0')).toBe('$0.00')
  expect(money('1234567890000000')).toBe('$1,234,567.89')
  expect(money('13500')).toBe('$0.000014')
  expect(money('10000000')).toBe('$0.01')
  expect(money('1')).toBe('<$0.000001')
  expect(money('-2500000000')).toBe('-$2.50')
  expect(money(null)).toBe('–')
  // Beyond what a float can hold.
  expect(exactMoney('9007199254740993000000001')).toBe('$9,007,199,254,740,993.000000001')
})

test('an amount that a person types is read to the last digit or not at all', () => {
  expect(nanosOf('$1,250.50')).toBe(1_250_500_000_000n)
  expect(nanosOf('0.000000001')).toBe(1n)
  for (const wrong of ['', '1.0000000001', '1e3', 'ten', '-1'])
    expect(nanosOf(wrong)).toBeUndefined()
})

test('numbers carry their unit', () => {
  expect(duration(0.44)).toBe('0.4 ms')
  expect(duration(1_240)).toBe('1.24 s')
  expect(duration(192_000)).toBe('3 m 12 s')
  expect(compact(9_999)).toBe('9,999')
  expect(compact(12_345)).toBe('12.3k')
  expect(percent(1, 3)).toBe('33 %')
  expect(percent(0, 0)).toBe('–')
  expect(ago(0, 3 * 3_600_000)).toBe('3 h ago')
})

test('a call copied as curl is one command of a shell, whatever its caller called the model', () => {
  const model = `x'; touch /tmp/owned; echo '$(id)`
  const command = curlOf(
    {
      provider: 'openai',
      dialect: 'openai.chat',
      method: 'POST',
      path: `/v1/chat/completions'$(id)`,
      stream: true,
      request_model: model,
    },
    'http://127.0.0.1:8787/gateway',
  )
  const shell = Bun.spawnSync(
    ['sh', '-c', `curl() { for each in "$@"; do printf '%s\\0' "$each"; done; }; ${command}`],
    { env: { SLUICE_API_KEY: 'key' } },
  )
  const words = shell.stdout.toString().split('\0').slice(0, -1)
  expect(words[0]).toBe(`http://127.0.0.1:8787/gateway/openai/v1/chat/completions'$(id)`)
  expect(words).toContain('authorization: Bearer key')
  expect(JSON.parse(words.at(-1) ?? '')).toMatchObject({ model, stream: true })
  expect(words).toHaveLength(7)
})
