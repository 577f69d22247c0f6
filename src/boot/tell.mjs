import { writeSync } from 'node:fs'

/** A failure with a cure: printed as two plain lines, never as a stack. */
export class BootError extends Error {
  /**
   * @param {string} message what went wrong
   * @param {string} fix what the user can do about it
   * @param {string} [detail] the tail of a tool's own output
   */
  constructor(message, fix, detail) {
    super(message)
    this.name = 'BootError'
    this.fix = fix
    this.detail = detail
  }
}

/** One progress line on stderr: stdout belongs to the program that is started. */
export function tell(line) {
  try {
    writeSync(2, `sluice: ${line}\n`)
  } catch {
    // A closed or full stderr must not stop the start.
  }
}

/** Runs `work` between "what …" and "what: done in 1.2 s", with a sign of life every 10 s. */
export async function step(what, work) {
  const start = performance.now()
  const seconds = () => ((performance.now() - start) / 1000).toFixed(1)
  tell(`${what} …`)
  const alive = setInterval(() => tell(`${what}: still at it after ${seconds()} s`), 10_000)
  try {
    const result = await work()
    tell(`${what}: done in ${seconds()} s`)
    return result
  } finally {
    clearInterval(alive)
  }
}

/** Prints an error the way a person wants it. */
export function explain(error) {
  if (!(error instanceof BootError)) {
    tell(`error: ${error?.message ?? error}`)
    return
  }
  if (error.detail) for (const line of error.detail.split('\n')) tell(`  | ${line}`)
  tell(`error: ${error.message}`)
  tell(`fix:   ${error.fix}`)
}
