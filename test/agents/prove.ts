import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { publish, type Row } from '../clients/rows.ts'
import type { Agent } from './agent.ts'
import { type Office, openOffice } from './desk.ts'
import { agentProgram } from './install.ts'
import { isLoopbackOnly } from './loopback.ts'
import type { Task } from './tasks.ts'

/** An agent may start twice in a task, and takes up to 20 s to start on a loaded machine. */
const TASK_MS = 200_000

/** One test per task with the real agent, and the rows at the end; rows say SKIP where it cannot be installed. */
export function proveAgent(agent: Agent, tasks: readonly Task[]): void {
  const { client, version } = agent
  const program = agentProgram(agent.bin)
  describe(`${client} ${version} through the gateway`, () => {
    const rows: Row[] = []
    afterAll(() => publish(rows))
    if ('missing' in program) {
      test('is not installed here, and the rows say so', () => {
        for (const { name } of tasks)
          rows.push({ client, version, scenario: name, verdict: 'SKIP', note: program.missing })
        expect(rows).toHaveLength(tasks.length)
      })
      return
    }
    let office: Office
    beforeAll(async () => {
      office = await openOffice(agent)
    })
    afterAll(() => office.close())
    test('can reach nothing but this machine', () => {
      expect(isLoopbackOnly()).toBe(process.env.SLUICE_LOOPBACK_ONLY === '1')
    })
    for (const task of tasks)
      test(
        task.name,
        async () => {
          const row = { client, version, scenario: task.name }
          try {
            await task.run(office)
            rows.push({ ...row, verdict: 'PASS' })
          } catch (cause) {
            rows.push({ ...row, verdict: 'FAIL' })
            throw cause
          }
        },
        TASK_MS,
      )
  })
}
