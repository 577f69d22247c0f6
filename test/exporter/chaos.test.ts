import { expect, test } from 'bun:test'
import { runChaos } from './chaos.ts'

test('whatever dies or misbehaves, each call is one run here and one root span at each backend', async () => {
  const calls = 300
  const result = await runChaos({
    calls,
    perSecond: 100,
    exporterKills: 2,
    natsFaults: 2,
    settleMs: 60_000,
  })
  expect(result).toEqual({
    calls,
    runs: calls,
    outbox: 0,
    spans: calls * 2,
    spansDropped: 0,
    healthyRoots: calls,
    unwellRoots: calls,
    changedRepeats: 0,
  })
}, 150_000)
