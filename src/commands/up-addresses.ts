import type { Config } from '../config.ts'
import { runtimeEnvironment } from '../runtime.ts'

/** The port that all gateway processes share, and the URLs that people and scripts use. */
export interface Addresses {
  readonly port: number
  readonly urls: {
    readonly url: string
    readonly admin_url: string
    readonly console_url: string
    readonly swagger_url: string
  }
}

/** `port` is the real one, also when the configuration says 0. */
export function addressesOf(config: Config, port: number): Addresses {
  const host = reachable(config.host)
  const url = `http://${host}:${port}${config.basePath}`
  const admin = config.adminPort ? `http://${host}:${config.adminPort}${config.basePath}` : url
  const urls = {
    url,
    admin_url: admin,
    console_url: `${admin}/console`,
    swagger_url: `${admin}/swagger`,
  }
  return { port, urls }
}

/** The workers' environment: ours, with what was decided here. Provider keys were imported and go no further. */
export function workerEnvironment(
  config: Config,
  addresses: Addresses,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(runtimeEnvironment(env)))
    if (value !== undefined && !DROPPED.has(name)) given[name] = value
  return {
    ...given,
    PORT: String(addresses.port),
    SLUICE_DATA_DIR: config.dataDir,
  }
}

const DROPPED = new Set([
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GOOGLE_API_KEY',
  'NATS_URL',
  'DATABASE_URL',
  // The channel of whoever started us; a worker gets its own.
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
])

/** Listening on every address is reached by the loopback one from here. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1'
  if (host === '::' || host === '[::]') return '[::1]'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
