import { describe, expect, test } from 'bun:test'
import { explanationOf } from '../../src/admin/mcp/explain.ts'

const BASE = {
  operation: 'chat',
  provider: 'openai',
  request_model: 'gpt-5',
  policies: { matched: [], violated: [] },
  findings: [],
  timings: { started_at: '2026-11-22T11:00:00.000Z' },
}

describe('a call in sentences', () => {
  test('a refusal names the policy, what it has counted, and that nothing was sent', () => {
    const cap = {
      name: 'R&D Spend Cap',
      config: { limit_nanos: '10000000000' },
      current_spend_nanos: '9990000000',
      reserved_nanos: '5000000',
      resets_at: '2026-11-23T00:00:00.000Z',
    }
    const call = {
      ...BASE,
      outcome: 'refused',
      status: 402,
      error_code: 'spend_limit_reached',
      policies: { matched: [], violated: [{ id: '1', name: 'R&D Spend Cap' }] },
    }
    expect(explanationOf(call, [cap])).toEqual([
      'chat to openai (gpt-5) at 2026-11-22T11:00:00.000Z: refused by the gateway with status 402; nothing was sent to the provider.',
      'spend_limit_reached: Request blocked by gateway policies. Meaning: a policy decided it: whoever manages policies can change it; the same call fails again.',
      'Refused by: R&D Spend Cap.',
      'R&D Spend Cap now: $9.99 of $10.00 spent, $0.005 held; resets at 2026-11-23T00:00:00.000Z.',
      'Cost nothing: it was not sent.',
    ])
  })

  test('a served call tells its cost to the nanodollar, how it is known, what was held and what was found', () => {
    const call = {
      ...BASE,
      outcome: 'ok',
      status: 200,
      cost_nanos: '123456789',
      cost_basis: 'measured',
      ledger: [
        { kind: 'reserve', amount_nanos: '5000000000' },
        { kind: 'settle', amount_nanos: '123456789' },
        { kind: 'correct', amount_nanos: '-1' },
      ],
      findings: [{ entity: 'EMAIL_ADDRESS', direction: 'request', count: 2 }],
      timings: { ...BASE.timings, first_byte_ms: 250.54, duration_ms: 1200, overhead_ms: 1.27 },
    }
    expect(explanationOf(call, []).slice(1)).toEqual([
      'Cost $0.123456789, from the usage the provider told.',
      'In the ledger: reserve $5.00, settle $0.123456789, correct -$0.000000001.',
      'Detected by data policies: 2 × EMAIL_ADDRESS in the request.',
      'Time: first byte after 250.5 ms, in all 1200 ms, in the gateway before forwarding 1.3 ms.',
    ])
  })

  test('every way a call can end is told apart, and none is called a success', () => {
    const told = ['failed', 'aborted', 'interrupted', null].map(
      (outcome) => explanationOf({ ...BASE, outcome, status: 502 }, [])[0] ?? '',
    )
    expect(new Set(told).size).toBe(4)
    for (const line of told) expect(line).not.toContain('answered')
    expect(explanationOf({ ...BASE, outcome: 'ok', status: 200 }, [])[1]).toContain('no price')
  })

  test('an unknown code is named and nothing is made up', () => {
    const lines = explanationOf({ outcome: 'failed', error_code: 'of_a_later_version' }, [])
    expect(lines.join('\n')).toContain('Code of_a_later_version.')
  })
})
