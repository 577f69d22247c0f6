import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openRig, type Probe, type Rig } from './rig.ts'
import { publish, type Row } from './rows.ts'

/** One named thing a client must be able to do through the gateway. */
export interface Scenario {
  readonly name: string
  /** Throws when it cannot. */
  run(rig: Rig): Promise<void>
}

/** A client with everything it is asked to do. */
export interface Family {
  readonly client: string
  readonly version: string
  readonly probe: Probe
  readonly scenarios: readonly Scenario[]
}

/** Plays one scenario and gives its row, with what went wrong. */
export async function judge(
  family: Family,
  scenario: Scenario,
  rig: Rig,
): Promise<{ readonly row: Row; readonly cause: unknown }> {
  const { client, version } = family
  const row = { client, version, scenario: scenario.name }
  try {
    await scenario.run(rig)
    return { row: { ...row, verdict: 'PASS' }, cause: undefined }
  } catch (cause) {
    return { row: { ...row, verdict: 'FAIL' }, cause }
  }
}

/** One test per scenario over one service, and the rows at the end. */
export function proveFamily(family: Family): void {
  describe(`${family.client} ${family.version} through the gateway`, () => {
    const rows: Row[] = []
    let rig: Rig
    beforeAll(async () => {
      rig = await openRig(family.probe)
    })
    afterAll(async () => {
      publish(rows)
      await rig.close()
    })
    for (const scenario of family.scenarios)
      test(scenario.name, async () => {
        const { row, cause } = await judge(family, scenario, rig)
        rows.push(row)
        if (cause !== undefined) throw cause
      })
    test('is asked for at least 12 different things', () => {
      const names = new Set(family.scenarios.map(({ name }) => name))
      expect(names.size).toBe(family.scenarios.length)
      expect(names.size).toBeGreaterThanOrEqual(12)
    })
  })
}
