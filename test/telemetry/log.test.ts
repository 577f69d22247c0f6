import { expect, test } from 'bun:test'
import { openLog } from '../../src/telemetry/log.ts'

function capture(level?: string) {
  const lines: Record<string, unknown>[] = []
  const write = (line: string): void => {
    lines.push(JSON.parse(line))
  }
  return { lines, log: openLog({ program: 'test', level, write }) }
}

test('one line per event, with its fields', () => {
  const { lines, log } = capture()
  log.warn('bus.disconnected', { attempt: 3, amount: 9_007_199_254_740_993n, none: undefined })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({
    level: 'warn',
    program: 'test',
    event: 'bus.disconnected',
    attempt: 3,
    amount: '9007199254740993',
  })
  expect(lines[0]).not.toHaveProperty('none')
})

test('a field named like a secret never shows its value', () => {
  const { lines, log } = capture()
  log.info('slip', { token: 'x'.repeat(20), password: 'y'.repeat(20) })
  expect(JSON.stringify(lines)).not.toContain('xxxx')
  expect(JSON.stringify(lines)).not.toContain('yyyy')
})

test('the level decides what is written, and an unknown one means info', () => {
  const quiet = capture('error')
  quiet.log.info('a')
  quiet.log.warn('b')
  quiet.log.error('c')
  expect(quiet.lines.map((line) => line.event)).toEqual(['c'])
  const odd = capture('loud')
  odd.log.info('a')
  expect(odd.lines).toHaveLength(1)
})
