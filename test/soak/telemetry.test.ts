import { expect, test } from 'bun:test'
import { runChaos } from '../exporter/chaos.ts'

test('two minutes at 500 calls a second with 20 kills of the exporter lose and double nothing', async () => {
  const calls = 60_000
  const result = await runChaos({
    calls,
    perSecond: 500,
    exporterKills: 20,
    natsFaults: 6,
    settleMs: 420_000,
  })
  console.log(JSON.stringify(result))
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
}, 900_000)
