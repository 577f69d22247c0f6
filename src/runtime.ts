/**
 * Settings that Bun reads only before a process starts.
 * - The number of `fetch` calls in flight is 256 by default: beyond it further calls wait for seconds (measured:
 *   1 000 streams, 3.8 s to the first byte).
 * - The collector lets the heap double while it is small against the machine's memory. Told of a smaller machine it
 *   collects earlier: after 9 000 short streams 144 MB instead of 212 MB, at the same CPU time per call (measured).
 *   It is a hint, not a limit.
 */
const NEEDED: Readonly<Record<string, string>> = {
  BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
  BUN_JSC_forceRAMSize: String(128 * 1024 * 1024),
}

/** The environment for a process that runs gateway code: `env` with what is missing filled in. */
export function runtimeEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return { ...NEEDED, ...env }
}

/**
 * Replaces this process by the same program with the settings it needs when they are not there (same pid, so
 * signals and supervisors notice nothing); returns when they are. Only a program started by hand needs it.
 */
export function ensureRuntime(program: string): void {
  // A supervised process was given them; replacing it would cost it the channel to its supervisor.
  if (process.send !== undefined) return
  if (Object.keys(NEEDED).every((name) => process.env[name] !== undefined)) return
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(runtimeEnvironment(process.env)))
    if (value !== undefined) env[name] = value
  process.execve?.(process.execPath, [process.execPath, program, ...process.argv.slice(2)], env)
}
