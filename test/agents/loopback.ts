import { networkInterfaces } from 'node:os'

/** Brings loopback up in the new network namespace, then becomes the command that follows. */
const SCRIPT = 'ip link set lo up && exec "$@"'

/**
 * The command inside a network namespace that holds loopback and nothing else: what runs there can call nobody but
 * the gateway. A plain user keeps the own name in it, because PostgreSQL refuses to run as root. Undefined where
 * the system has no such thing.
 */
export function insideLoopback(command: readonly string[]): string[] | undefined {
  const unshare = Bun.which('unshare')
  if (!unshare || !Bun.which('ip')) return undefined
  const own = process.getuid?.() === 0 ? ['--net'] : ['--net', '--map-current-user', '--keep-caps']
  const wrapped = (inner: readonly string[]) => [
    unshare,
    ...own,
    'sh',
    '-c',
    SCRIPT,
    'sh',
    ...inner,
  ]
  const trial = Bun.spawnSync(wrapped(['true']), { stdio: ['ignore', 'ignore', 'ignore'] })
  return trial.exitCode === 0 ? wrapped(command) : undefined
}

/** True when this process can reach nothing but itself. */
export function isLoopbackOnly(): boolean {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.length > 0 && all.every(({ internal }) => internal)
}
