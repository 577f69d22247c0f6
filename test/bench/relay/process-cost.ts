import { readdirSync, readFileSync } from 'node:fs'

/** What a tree of processes has used and holds. */
export interface Cost {
  /** CPU time of all threads that live, user and kernel. */
  readonly cpuMicros: number
  readonly rssBytes: number
  /** Memory with shared pages counted by their share: what the tree really costs. */
  readonly pssBytes: number
}

/** Reads /proc for `pid` and all its descendants. Linux only. */
export function processCost(pid: number): Cost {
  let [cpuMicros, rssBytes, pssBytes] = [0, 0, 0]
  for (const each of tree(pid)) {
    cpuMicros += cpuOf(each)
    const rollup = read(`/proc/${each}/smaps_rollup`)
    rssBytes += kilobytes(rollup, 'Rss') * 1024
    pssBytes += kilobytes(rollup, 'Pss') * 1024
  }
  return { cpuMicros, rssBytes, pssBytes }
}

/** CPU microseconds of the tree alone: cheap enough to be read while the clock runs. */
export function cpuMicros(pid: number): number {
  return tree(pid).reduce((sum, each) => sum + cpuOf(each), 0)
}

/** Microseconds that all CPUs of the machine have been at work since it started, for whomever. */
export function machineMicros(): number {
  const [, user, nice, system, , , irq, softirq, steal] = read('/proc/stat')
    .split(/\s+/)
    .map(Number)
  const ticks = [user, nice, system, irq, softirq, steal]
  return ticks.reduce<number>((sum, each) => sum + (each ?? 0), 0) * 10_000
}

/** A child belongs to the thread that started it. */
function tree(pid: number): number[] {
  const children = list(`/proc/${pid}/task`)
    .flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' '))
    .filter((child) => child !== '')
  return [pid, ...children.flatMap((child) => tree(Number(child)))]
}

/** The scheduler's nanoseconds per thread; ticks of a hundredth of a second are too coarse for a short run. */
function cpuOf(pid: number): number {
  let nanos = 0
  for (const thread of list(`/proc/${pid}/task`))
    nanos += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0)
  return nanos / 1000
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}: *(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
}

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
