import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../../src/embedded/postgres.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { silentLog, testWorld } from '../../support/world.ts'

/** A server as it runs in production: fsync on. */
export interface BenchServer {
  readonly url: string
  readonly pid: number
  /** Machine, date and what an fsync costs here. */
  describe(): Promise<string>
  stop(): Promise<void>
}

export async function benchServer(): Promise<BenchServer> {
  const dataDir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'sluice-bench-pg-'))
  const server = await startPostgres({ dataDir, log: silentLog })
  await migrate(server.url, testWorld())
  return {
    url: server.url,
    pid: server.pid,
    describe: async () => {
      const model = cpus()[0]?.model ?? 'unknown'
      const { p50, p99 } = fsyncMs(dataDir)
      return (
        `${new Date().toISOString()}  ${cpus().length} × ${model}, Bun ${Bun.version}\n` +
        `fsync of 8 kB here: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms; server with fsync on`
      )
    },
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function fsyncMs(folder: string): { readonly p50: number; readonly p99: number } {
  const path = join(folder, 'fsync-probe')
  const file = openSync(path, 'w')
  const page = new Uint8Array(8_192)
  const took: number[] = []
  for (let turn = 0; turn < 200; turn++) {
    const began = performance.now()
    writeSync(file, page, 0, page.length, turn * page.length)
    fsyncSync(file)
    took.push(performance.now() - began)
  }
  closeSync(file)
  rmSync(path)
  took.sort((a, b) => a - b)
  return { p50: took[100] ?? 0, p99: took[198] ?? 0 }
}
