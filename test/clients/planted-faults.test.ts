import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { anthropic, anthropicOlder } from './anthropic.ts'
import { type Family, judge } from './family.ts'
import type { Fault } from './fault.ts'
import { gemini, geminiOlder } from './gemini.ts'
import { openAi } from './openai.ts'
import { openRig, type Rig } from './rig.ts'

/** The scenario of every family that each fault must turn to FAIL. */
const NOTICED: readonly (readonly [Fault, string])[] = [
  ['dropped_beta_header', 'beta and version headers untouched'],
  ['unflushed_event', 'stream, event by event'],
  ['clean_end', 'broken stream'],
]
const FAMILIES: readonly Family[] = [openAi, anthropic, anthropicOlder, gemini, geminiOlder]

describe.each(NOTICED)('a gateway with the fault %s', (fault, name) => {
  let broken: Rig
  beforeAll(async () => {
    broken = await openRig(openAi.probe, fault)
  })
  afterAll(() => broken.close())

  for (const family of FAMILIES)
    test(`turns a row of ${family.client} ${family.version} to FAIL, and no other`, async () => {
      const noticing = family.scenarios.filter((scenario) => scenario.name === name)
      expect(noticing).toHaveLength(1)
      for (const scenario of noticing) {
        const { row, cause } = await judge(family, scenario, broken)
        expect(row).toMatchObject({ scenario: name, verdict: 'FAIL' })
        expect(cause).toBeInstanceOf(Error)
      }
      const plain = family.scenarios.find((scenario) => scenario.name === 'text')
      if (!plain) throw new Error('no plain scenario')
      const { row, cause } = await judge(family, plain, broken)
      expect(`${row.verdict} ${cause ?? ''}`).toStartWith(
        fault === 'dropped_beta_header' && family.client === '@google/genai' ? 'FAIL' : 'PASS',
      )
    })
})
