import { cpus } from 'node:os'

const taskset = Bun.which('taskset')
const cores = cpus().length

/** True when the target has a core of its own. */
export const isPinned = taskset !== null && cores > 1

/** `command` on the target's core (0) or on the others. */
export function pinned(command: readonly string[], where: 'target' | 'others'): string[] {
  if (!isPinned || taskset === null) return [...command]
  return [taskset, '-c', where === 'target' ? '0' : `1-${cores - 1}`, ...command]
}

/** Moves a running process with all its threads to the target's core or to the others; its children to come go along. */
export function pin(pid: number, where: 'target' | 'others'): void {
  const [tool, ...args] = pinned([], where)
  if (tool) Bun.spawnSync([tool, '-a', '-p', ...args, String(pid)], { stdout: 'ignore' })
}

/** A child process that prints its port first. */
export interface Program {
  readonly pid: number
  readonly port: number
  stop(): Promise<void>
}

/** Starts `command` and waits for the port on its first line; rejects when it ends before. */
export async function startProgram(
  command: readonly string[],
  where: 'target' | 'others',
): Promise<Program> {
  const child = Bun.spawn(pinned(command, where), {
    // Never written: it closes with this process, and the program ends.
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: '65336' },
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await child.exited
  }
  let text = ''
  for await (const piece of child.stdout) {
    text += new TextDecoder().decode(piece)
    const port = Number(/^(\d+)\n/.exec(text)?.[1])
    if (port > 0) return { pid: child.pid, port, stop }
  }
  throw new Error(`${command.join(' ')} ended without a port`)
}

/** The middle value; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Machine, date and versions: no number means anything without them. */
export function machineLine(): string {
  const model = cpus()[0]?.model ?? 'unknown CPU'
  const nginx = Bun.which('nginx') ? Bun.spawnSync(['nginx', '-v']).stderr.toString().trim() : ''
  return `${model}, ${cores} cores${isPinned ? ', target on its own' : ', not pinned'}; Bun ${Bun.version}${nginx ? `; ${nginx.replace('nginx version: ', '')}` : ''}; ${new Date().toISOString().slice(0, 16)}Z`
}
