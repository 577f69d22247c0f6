import { cpus } from 'node:os'
import { resolve } from 'node:path'
import type { IdentitySettings } from './admin/identity-door.ts'
import { type Secret, secret } from './base/secret.ts'
import { IDENTITY_VARIABLES, readIdentity } from './config-identity.ts'

/** Everything the environment can set, read once, frozen. Defaults are the contract's. */
export interface Config {
  readonly port: number
  readonly host: string
  /** Own listener for admin API, /swagger and /console; undefined = the same one. */
  readonly adminPort: number | undefined
  /** `''` or `/something` without a trailing slash. */
  readonly basePath: string
  /** Absolute path; holds the embedded database, NATS store, keys and `ready.json`. */
  readonly dataDir: string
  readonly workers: number
  readonly databaseUrl: string | undefined
  readonly natsUrl: string | undefined
  /** Copies of each bus stream in an external NATS cluster. */
  readonly natsReplicas: number
  /** 32 bytes as base64 or hex; otherwise the 0600 file `master.key` in the data directory. */
  readonly masterKey: Secret | undefined
  /** Another master key that is accepted for opening only, while one is replaced. */
  readonly previousMasterKey: Secret | undefined
  readonly upstreams: Readonly<Record<'openai' | 'anthropic' | 'gemini', URL>>
  readonly allowPrivateUpstreams: boolean
  /** The admin API that the CLI speaks to instead of the gateway on its own machine; both or neither. */
  readonly adminUrl: URL | undefined
  readonly adminKey: Secret | undefined
  /** Whole days that traces, and captured content, are kept beside today; undefined = for ever. */
  readonly traceDays: number | undefined
  readonly contentDays: number | undefined
  /** Whole days that ended calls' holds and entries are kept in the ledger; undefined = for ever. */
  readonly ledgerDays: number | undefined
  /** Whether the gateway's own steps are spans of their own. */
  readonly traceDetail: 'calls' | 'full'
  /** Whether the MCP server offers tools that change something to keys that may. */
  readonly mcpWrites: boolean
  /** A Presidio analyzer that data policies ask about names in requests; undefined = none. */
  readonly analyzerUrl: URL | undefined
  /** Where people sign in with OpenID Connect; undefined = nowhere. */
  readonly identity: IdentitySettings | undefined
  /** Provider keys found in the environment: imported at the very first start only. */
  readonly providerKeys: Readonly<Partial<Record<ProviderKeyName, Secret>>>
}

export type ProviderKeyName = 'OPENAI_API_KEY' | 'ANTHROPIC_API_KEY' | 'GOOGLE_API_KEY'

/** One variable as `sluice doctor` lists it. */
export interface Variable {
  readonly name: string
  readonly fallback: string
  readonly says: string
}

/** Every environment variable that is read, with its default. */
export const VARIABLES: readonly Variable[] = [
  { name: 'PORT', fallback: '8787', says: 'port of the gateway' },
  { name: 'HOST', fallback: '127.0.0.1', says: 'address to listen on' },
  {
    name: 'ADMIN_PORT',
    fallback: '(same listener)',
    says: 'own port for admin API, /swagger, /docs, /mcp, /console',
  },
  { name: 'BASE_PATH', fallback: '(none)', says: 'path prefix of every route' },
  { name: 'SLUICE_DATA_DIR', fallback: '.sluice', says: 'data directory' },
  {
    name: 'SLUICE_WORKERS',
    fallback: '(one per core, at most 4)',
    says: 'gateway processes (default on macOS: 1)',
  },
  {
    name: 'PRESIDIO_ANALYZER_URL',
    fallback: '(none)',
    says: 'a Presidio analyzer that data policies ask about names in requests',
  },
  { name: 'DATABASE_URL', fallback: '(embedded)', says: 'external PostgreSQL 15 or newer' },
  { name: 'NATS_URL', fallback: '(embedded)', says: 'external NATS with JetStream' },
  { name: 'SLUICE_NATS_REPLICAS', fallback: '1', says: 'copies of each stream in a NATS cluster' },
  { name: 'SLUICE_MASTER_KEY', fallback: '(file master.key)', says: '32 bytes, base64 or hex' },
  {
    name: 'SLUICE_MASTER_KEY_PREVIOUS',
    fallback: '(file master.key.previous)',
    says: 'another key that opens what is stored, until sluice rewrap is done',
  },
  ...IDENTITY_VARIABLES,
  { name: 'OPENAI_UPSTREAM_URL', fallback: 'https://api.openai.com', says: 'origin of OpenAI' },
  {
    name: 'ANTHROPIC_UPSTREAM_URL',
    fallback: 'https://api.anthropic.com',
    says: 'origin of Anthropic',
  },
  {
    name: 'GEMINI_UPSTREAM_URL',
    fallback: 'https://generativelanguage.googleapis.com',
    says: 'origin of Google Gemini',
  },
  {
    name: 'SLUICE_ALLOW_PRIVATE_UPSTREAMS',
    fallback: '0',
    says: '1 allows http and private addresses for the origins above and the analyzer',
  },
  {
    name: 'SLUICE_TRACE_DAYS',
    fallback: '30',
    says: 'days that traces are kept; 0 keeps them for ever',
  },
  {
    name: 'SLUICE_LEDGER_DAYS',
    fallback: '400',
    says: 'days that lines of the spend ledger are kept, at least 40; 0 keeps them for ever',
  },
  {
    name: 'SLUICE_CONTENT_DAYS',
    fallback: '14',
    says: 'days that captured content is kept, at most as long as traces; 0 as long as these',
  },
  {
    name: 'SLUICE_TRACES_DETAIL',
    fallback: 'calls',
    says: 'full adds a span for each step of the gateway itself',
  },
  {
    name: 'SLUICE_EXPORTS',
    fallback: '(none)',
    says: 'destinations of traces outside: a JSON list, or the path of a file with one',
  },
  { name: 'SLUICE_LOG_LEVEL', fallback: 'info', says: 'info, warn, error or silent' },
  {
    name: 'SLUICE_ADMIN_URL',
    fallback: '(the gateway on this machine)',
    says: 'gateway whose admin API the CLI speaks to',
  },
  { name: 'SLUICE_ADMIN_KEY', fallback: '(its own)', says: 'key for SLUICE_ADMIN_URL' },
  {
    name: 'SLUICE_MCP_WRITES',
    fallback: '0',
    says: '1 offers the tools of /mcp that change something, to keys that may',
  },
  { name: 'OPENAI_API_KEY', fallback: '(none)', says: 'imported at the first start' },
  { name: 'ANTHROPIC_API_KEY', fallback: '(none)', says: 'imported at the first start' },
  { name: 'GOOGLE_API_KEY', fallback: '(none)', says: 'imported at the first start' },
]

/** All mistakes of an environment together; `message` lists them one a line. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

/** Reads `env` (usually `process.env`). Throws {@link ConfigError} naming every mistake at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const mistakes: string[] = []
  const given = (name: string): string | undefined => env[name]?.trim() || undefined
  const port = (name: string): number | undefined => {
    const text = given(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
    mistakes.push(`${name}=${text}: must be a port number from 0 to 65535`)
    return undefined
  }
  const whole = (name: string, low: number, high: number): number | undefined => {
    const text = given(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (Number.isInteger(value) && value >= low && value <= high) return value
    mistakes.push(`${name}=${text}: must be a whole number from ${low} to ${high}`)
    return undefined
  }
  const allowPrivateUpstreams = given('SLUICE_ALLOW_PRIVATE_UPSTREAMS') === '1'
  const origin = (name: string, fallback: string): URL => {
    const text = given(name) ?? fallback
    const url = URL.parse(text)
    if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      mistakes.push(`${name}=${text}: must be an http(s) URL`)
      return new URL(fallback)
    }
    if (url.username || url.password || url.search || url.hash)
      mistakes.push(`${name}: must not hold credentials, a query or a fragment`)
    if (!allowPrivateUpstreams && (url.protocol === 'http:' || isPrivateHost(url.hostname)))
      mistakes.push(
        `${name}=${text}: http or a private address needs SLUICE_ALLOW_PRIVATE_UPSTREAMS=1`,
      )
    return url
  }
  const service = (name: string, protocols: readonly string[]): string | undefined => {
    const text = given(name)
    if (text === undefined) return undefined
    // postgres://user@/db?host=/socket/dir is legal for Postgres and not a WHATWG URL.
    if (protocols.some((protocol) => text.startsWith(`${protocol}//`))) return text
    mistakes.push(`${name}: must start with ${protocols.map((each) => `${each}//`).join(' or ')}`)
    return undefined
  }
  const basePath = (given('BASE_PATH') ?? '').replace(/\/+$/, '')
  if (basePath !== '' && !/^(\/[A-Za-z0-9._~-]+)+$/.test(basePath))
    mistakes.push(`BASE_PATH=${basePath}: must look like /gateway`)
  const ledgerDays = whole('SLUICE_LEDGER_DAYS', 0, 3_650) ?? 400
  // A window is up to 31 days long, and a late truth must still find its hold.
  if (ledgerDays !== 0 && ledgerDays < 40)
    mistakes.push(`SLUICE_LEDGER_DAYS=${ledgerDays}: must be 0 or at least 40`)
  const master = given('SLUICE_MASTER_KEY')
  if (master !== undefined && decodeMasterKey(master) === undefined)
    mistakes.push('SLUICE_MASTER_KEY: must be 32 bytes in base64 or hex')
  const previous = given('SLUICE_MASTER_KEY_PREVIOUS')
  if (previous !== undefined && decodeMasterKey(previous) === undefined)
    mistakes.push('SLUICE_MASTER_KEY_PREVIOUS: must be 32 bytes in base64 or hex')
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    mistakes.push('NODE_TLS_REJECT_UNAUTHORIZED=0: Sluice always verifies providers; unset it')
  const adminUrl = given('SLUICE_ADMIN_URL')
  const adminKey = given('SLUICE_ADMIN_KEY')
  const admin = adminUrl === undefined ? undefined : URL.parse(adminUrl)
  if (adminUrl !== undefined && (!admin || !/^https?:$/.test(admin.protocol)))
    mistakes.push('SLUICE_ADMIN_URL: must be an http(s) URL')
  if ((adminUrl === undefined) !== (adminKey === undefined))
    mistakes.push('SLUICE_ADMIN_URL and SLUICE_ADMIN_KEY: set both or neither')
  const providerKeys: Partial<Record<ProviderKeyName, Secret>> = {}
  for (const name of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_API_KEY'] as const) {
    const value = given(name)
    if (value !== undefined) providerKeys[name] = secret(value)
  }
  const detail = given('SLUICE_TRACES_DETAIL') ?? 'calls'
  if (detail !== 'calls' && detail !== 'full')
    mistakes.push(`SLUICE_TRACES_DETAIL=${detail}: must be calls or full`)
  const config: Config = {
    port: port('PORT') ?? 8787,
    host: given('HOST') ?? '127.0.0.1',
    adminPort: port('ADMIN_PORT'),
    basePath,
    dataDir: resolve(given('SLUICE_DATA_DIR') ?? '.sluice'),
    workers: whole('SLUICE_WORKERS', 1, 64) ?? defaultWorkers(),
    databaseUrl: service('DATABASE_URL', ['postgres:', 'postgresql:']),
    natsReplicas: whole('SLUICE_NATS_REPLICAS', 1, 5) ?? 1,
    natsUrl: service('NATS_URL', ['nats:', 'tls:']),
    masterKey: master === undefined ? undefined : secret(master),
    previousMasterKey: previous === undefined ? undefined : secret(previous),
    upstreams: {
      openai: origin('OPENAI_UPSTREAM_URL', 'https://api.openai.com'),
      anthropic: origin('ANTHROPIC_UPSTREAM_URL', 'https://api.anthropic.com'),
      gemini: origin('GEMINI_UPSTREAM_URL', 'https://generativelanguage.googleapis.com'),
    },
    allowPrivateUpstreams,
    identity: readIdentity(given, allowPrivateUpstreams, mistakes),
    mcpWrites: given('SLUICE_MCP_WRITES') === '1',
    adminUrl: admin ?? undefined,
    adminKey: adminKey === undefined ? undefined : secret(adminKey),
    ledgerDays: ledgerDays || undefined,
    traceDays: (whole('SLUICE_TRACE_DAYS', 0, 3_650) ?? 30) || undefined,
    contentDays: (whole('SLUICE_CONTENT_DAYS', 0, 3_650) ?? 14) || undefined,
    traceDetail: detail === 'full' ? 'full' : 'calls',
    analyzerUrl:
      given('PRESIDIO_ANALYZER_URL') === undefined
        ? undefined
        : origin('PRESIDIO_ANALYZER_URL', 'https://analyzer.invalid'),
    providerKeys,
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return Object.freeze(config)
}

/** Only Linux spreads connections over processes that share a port; elsewhere the others would idle. */
function defaultWorkers(): number {
  return process.platform === 'linux' ? Math.max(1, Math.min(4, cpus().length)) : 1
}

/** The 32 bytes of a master key given as base64 or hex text; `undefined` when it is neither. */
export function decodeMasterKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 32 ? bytes : undefined
}

function isPrivateHost(host: string): boolean {
  return (
    /^(localhost|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|0\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
      host,
    ) ||
    host.startsWith('[') ||
    host.endsWith('.localhost') ||
    host.endsWith('.internal')
  )
}
