import { join } from 'node:path'

/** The real program as a child process. */
export interface ExporterProcess {
  readonly pid: number
  /** SIGKILL: no chance to say goodbye. */
  kill(): void
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number>
}

/** Starts `src/worker.ts` and waits until it says that it is ready. */
export async function startExporter(env: Record<string, string>): Promise<ExporterProcess> {
  const ready = Promise.withResolvers<void>()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../src/worker.ts')], {
    env: { PATH: process.env.PATH ?? '', SLUICE_LOG_LEVEL: 'error', ...env },
    stdout: 'ignore',
    stderr: 'inherit',
    ipc: () => ready.resolve(),
  })
  child.exited.then((code) => ready.reject(new Error(`the exporter ended with ${code}`)))
  await ready.promise
  return {
    pid: child.pid,
    kill: () => child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM')
      return child.exited
    },
  }
}
