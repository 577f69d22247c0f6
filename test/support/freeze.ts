import { readdirSync, readFileSync } from 'node:fs'
import { until } from './world.ts'

/** Stops a process (SIGSTOP). Resolves when each of its threads stands still: until then it may still answer. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  await until(`process ${pid} to stand still`, () =>
    states(pid).every((state) => /^[tT]/.test(state)),
  )
}

/** One letter a thread on Linux, one for the whole process elsewhere. */
function states(pid: number): readonly string[] {
  if (process.platform !== 'linux')
    return [Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(pid)]).stdout.toString()]
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).map((task) => {
    const stat = statOf(`${tasks}/${task}/stat`)
    // The name before it may hold anything, brackets too.
    return stat.slice(stat.lastIndexOf(')') + 2)
  })
}

/** Nothing of a thread that ended meanwhile: it is looked again. */
function statOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
