import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AggregatorRegistry, type Registry } from 'prom-client'

export interface ShareOptions {
  /** Where all processes of one machine and data directory leave their values; made when missing. */
  readonly dir: string
  /** `gateway` or `exporter`; with the pid it names the process in every sample. */
  readonly program: string
}

/** One process' part in the metrics that any of them can show. */
export interface SharedRegistry {
  /** Everything of every process of the directory: own values as of now, the others' at most a few seconds old. */
  text(): Promise<string>
  /** Leaves no more values. */
  close(): void
}

const WRITE_MS = 2_000
/** A process that has not written for this long is gone, and its series with it. */
const STALE_MS = 15_000

/**
 * Lets one scrape show all processes: gateways share one port, so that each scrape would reach another one. Every sample carries
 * `process`, so that a process' end is the end of its series and never a counter that falls.
 */
export function shareRegistry(registry: Registry, options: ShareOptions): SharedRegistry {
  const { dir } = options
  const own = `${process.pid}.json`
  registry.setDefaultLabels({ process: `${options.program}-${process.pid}` })
  mkdirSync(dir, { recursive: true, mode: 0o700 })

  async function write(): Promise<void> {
    try {
      const values = JSON.stringify(await registry.getMetricsAsJSON())
      writeFileSync(join(dir, `.${own}`), values, { mode: 0o600 })
      renameSync(join(dir, `.${own}`), join(dir, own))
    } catch {
      // A full disk costs the others a view of this process, nothing else.
    }
  }

  async function others(): Promise<object[]> {
    const found: object[] = []
    for (const name of readdirSync(dir)) {
      if (name === own || name.startsWith('.')) continue
      const path = join(dir, name)
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
      if (age > STALE_MS) rmSync(path, { force: true })
      else found.push(...((await readValues(path)) ?? []))
    }
    return found
  }

  void write()
  const timer = setInterval(() => void write(), WRITE_MS)
  timer.unref()
  return {
    async text() {
      const all = [await registry.getMetricsAsJSON(), ...(await others())]
      return AggregatorRegistry.aggregate(all).metrics()
    },
    close() {
      clearInterval(timer)
      rmSync(join(dir, own), { force: true })
    },
  }
}

/** One process' values, in a list of its own; undefined when the file is gone or not what it should be. */
async function readValues(path: string): Promise<object[] | undefined> {
  try {
    const values: unknown = await Bun.file(path).json()
    return Array.isArray(values) ? [values] : undefined
  } catch {
    return undefined
  }
}
