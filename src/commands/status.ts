import { isAlive } from '../embedded/process-table.ts'
import { readRunFile } from '../embedded/run-file.ts'
import type { Command } from './command.ts'

/** `/readyz` answers from memory; a gateway that needs longer is not ready. */
const READYZ_MS = 3_000

/** Shows each process of the tree, and what the gateway says of itself. */
export const status: Command = {
  name: 'status',
  summary: 'show what runs and whether it is ready',
  usage: 'sluice status   exit code 0 when the gateway is ready, 1 when not',
  async run(_args, context) {
    const run = readRunFile(context.config.dataDir)
    const isRunning = run !== undefined && isAlive(run.supervisor)
    if (!run || !isRunning) {
      const left = run?.parts.filter(isAlive).map(({ name }) => name) ?? []
      const hint = left.length > 0 ? ` (left over: ${left.join(', ')}; npm start takes over)` : ''
      if (context.json) context.out(JSON.stringify({ running: false, left_over: left }))
      else context.out(`not running${hint}`)
      return 1
    }
    const ready = await readyz(run.url)
    const processes = [{ ...run.supervisor, name: 'supervisor' }, ...run.parts].map((each) => ({
      name: each.name,
      pid: each.pid,
      alive: isAlive(each),
    }))
    if (context.json) context.out(JSON.stringify({ running: true, url: run.url, ready, processes }))
    else {
      context.out(`${run.url}  ${ready.ok ? 'ready' : `not ready: ${ready.says}`}`)
      for (const { name, pid, alive } of processes)
        context.out(`  ${name.padEnd(12)} ${alive ? `process ${pid}` : 'being started again'}`)
    }
    return ready.ok ? 0 : 1
  },
}

async function readyz(url: string): Promise<{ ok: boolean; says: string }> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READYZ_MS) })
    return { ok: answer.ok, says: (await answer.text()).trim().slice(0, 2_000) }
  } catch (cause) {
    return { ok: false, says: cause instanceof Error ? cause.message : 'no answer' }
  }
}
