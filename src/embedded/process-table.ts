import { readFileSync } from 'node:fs'

/** Who a process is: a pid alone may have been given to another program meanwhile. */
export interface ProcessRecord {
  readonly pid: number
  /** When it started, in the system's own words; compared, never shown. */
  readonly started: string
}

/** The record of a living process; undefined when there is none (zombies count as gone). */
export function recordOf(pid: number): ProcessRecord | undefined {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedByPs(pid)
  return started === undefined ? undefined : { pid, started }
}

/** True while the very process of `record` lives. */
export function isAlive(record: ProcessRecord): boolean {
  return recordOf(record.pid)?.started === record.started
}

/** Sends a signal; false when the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch {
    return false
  }
}

/** Ends a process that is not our child: asks, waits up to `graceMs`, then forces. Resolves when it is gone. */
export async function endProcess(record: ProcessRecord, graceMs: number): Promise<void> {
  if (!isAlive(record)) return
  signal(record.pid, 'SIGTERM')
  if (await goneWithin(record, graceMs)) return
  signal(record.pid, 'SIGKILL')
  await goneWithin(record, FORCED_MS)
}

/** The kernel ends a killed process at once, unless it hangs in a device; then waiting longer does not help. */
const FORCED_MS = 5_000
const POLL_MS = 20

/** True when the process ended within `limitMs`. */
export async function goneWithin(record: ProcessRecord, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs
  while (isAlive(record)) {
    if (performance.now() > until) return false
    await Bun.sleep(POLL_MS)
  }
  return true
}

function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; fields count from after it. Field 3 is the state, 22 the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${bootId()} ${fields[19]}`
  } catch {
    return undefined
  }
}

let knownBootId: string | undefined

/** Start times count from the machine's start: without it a record could fit after a reboot. */
function bootId(): string {
  try {
    knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    knownBootId = ''
  }
  return knownBootId
}

function startedByPs(pid: number): string | undefined {
  const { stdout, exitCode } = Bun.spawnSync(['ps', '-o', 'stat=,lstart=', '-p', String(pid)])
  const text = stdout.toString().trim()
  return exitCode !== 0 || text === '' || text.startsWith('Z')
    ? undefined
    : text.replace(/^\S+\s+/, '')
}
