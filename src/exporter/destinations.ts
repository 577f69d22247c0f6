import { isJsonObject, type Json, type JsonObject, textMember } from '../base/json.ts'
import { type Secret, secret } from '../base/secret.ts'
import { PROFILES } from './profiles/index.ts'

/** One destination outside, as an operator wrote it, checked. */
export interface Destination {
  readonly name: string
  /** A profile's name, `stdout`, `webhook` (each call), `issues` or `budgets` (webhooks told of issues and of spent shares of caps). */
  readonly type: string
  readonly endpoint: string | undefined
  readonly headers: Readonly<Record<string, Secret>>
  readonly apiKey: Secret | undefined
  readonly publicKey: Secret | undefined
  readonly secretKey: Secret | undefined
  /** Project at the destination; default `gateway`. */
  readonly project: string
  /** Delivers again what happened since then (epoch milliseconds), under a cursor of its own. */
  readonly sinceMs: number | undefined
  /** For `issues`: tells of issues at least this bad, 0 urgent … 3 low. */
  readonly severityMax: number
  /** `caller`: what a `traceparent` marked as not sampled is left out; `all`: it goes out too. */
  readonly sampling: 'caller' | 'all'
  /** How long an answer may take; default 15 s. */
  readonly timeoutMs: number | undefined
}

/** Every mistake of the list together; `message` has them one a line. */
export class DestinationsError extends Error {
  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.name = 'DestinationsError'
  }
}

const DESTINATIONS_MAX = 20
const FIELDS = new Set([
  'name',
  'type',
  'endpoint',
  'headers',
  'api_key',
  'public_key',
  'secret_key',
  'project',
  'severity',
  'since',
  'sampling',
  'timeout_seconds',
])

type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads the JSON list of `SLUICE_EXPORTS`. A value that begins with `$` names a variable of the environment, so that
 * no key need stand in a file. Throws {@link DestinationsError}.
 */
export function readDestinations(text: string, env: Env): Destination[] {
  const mistakes: string[] = []
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw new DestinationsError(['SLUICE_EXPORTS: not JSON'])
  }
  if (!Array.isArray(list)) throw new DestinationsError(['SLUICE_EXPORTS: must be a JSON list'])
  if (list.length > DESTINATIONS_MAX)
    throw new DestinationsError([`SLUICE_EXPORTS: at most ${DESTINATIONS_MAX} destinations`])
  const found = list.map((entry: unknown, index) => readOne(entry, index, env, mistakes))
  const names = found.map((each) => each.name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index) mistakes.push(`${name}: this name is there twice`)
  if (mistakes.length > 0) throw new DestinationsError(mistakes)
  return found
}

/**
 * The destinations of `SLUICE_EXPORTS`: the list itself, or the path of a file that holds it; none when it is not set.
 * Throws {@link DestinationsError}.
 */
export async function loadDestinations(env: Env): Promise<Destination[]> {
  const given = env.SLUICE_EXPORTS?.trim()
  if (!given) return []
  if (given.startsWith('[')) return readDestinations(given, env)
  let text: string
  try {
    text = await Bun.file(given).text()
  } catch (cause) {
    throw new DestinationsError([`SLUICE_EXPORTS=${given}: ${String(cause)}`])
  }
  return readDestinations(text, env)
}

function readOne(entry: unknown, index: number, env: Env, mistakes: string[]): Destination {
  const value: JsonObject = isJsonObject(entry) ? entry : {}
  const type = textMember(value, 'type') ?? ''
  const name = textMember(value, 'name') ?? type
  const where = `SLUICE_EXPORTS[${index}]${name === '' ? '' : ` (${name})`}`
  const wrong = (what: string): void => {
    mistakes.push(`${where}: ${what}`)
  }
  const types = [
    ...PROFILES.map((profile) => profile.name),
    'budgets',
    'issues',
    'stdout',
    'webhook',
  ]
  if (!types.includes(type)) wrong(`type must be one of ${types.join(', ')}`)
  // Our own deliveries go by these names.
  const isTaken = name === 'postgres' || (name === 'issues' && type !== 'issues')
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name) || isTaken)
    wrong('name must be lower-case letters, digits and hyphens, and not "postgres" or "issues"')
  for (const field of Object.keys(value)) if (!FIELDS.has(field)) wrong(`unknown field ${field}`)
  const resolve = (given: string | undefined): string | undefined => {
    if (!given?.startsWith('$')) return given
    const found = env[given.slice(1)]
    if (found === undefined || found === '') wrong(`${given} is not set`)
    return found
  }
  const hidden = (given: string | undefined): Secret | undefined => {
    const found = resolve(given)
    return found === undefined ? undefined : secret(found)
  }
  const endpoint = resolve(textMember(value, 'endpoint'))
  const profile = PROFILES.find((each) => each.name === type)
  if (endpoint === undefined && type !== 'stdout' && profile?.defaultEndpoint === undefined)
    wrong('endpoint is missing')
  if (endpoint !== undefined && !isHttp(endpoint)) wrong('endpoint must be an http(s) URL')
  const headers: Record<string, Secret> = {}
  for (const [header, content] of Object.entries(headersOf(value.headers))) {
    const shown = hidden(content)
    if (!/^[A-Za-z0-9-]{1,100}$/.test(header))
      wrong(`header name ${header.slice(0, 40)} is not one`)
    else if (shown !== undefined) headers[header.toLowerCase()] = shown
  }
  const since = textMember(value, 'since')
  const sinceMs = since === undefined ? undefined : Date.parse(since)
  if (sinceMs !== undefined && Number.isNaN(sinceMs))
    wrong('since must be a date such as 2026-11-22T10:00:00Z')
  const seconds = value.timeout_seconds
  if (seconds !== undefined && !(typeof seconds === 'number' && seconds > 0 && seconds <= 120))
    wrong('timeout_seconds must be a number from 0 to 120')
  const sampling = textMember(value, 'sampling') ?? 'caller'
  if (sampling !== 'caller' && sampling !== 'all') wrong('sampling must be caller or all')
  if (value.sampling !== undefined && profile === undefined)
    wrong('sampling is for destinations of traces: this one gets every call')
  const severity = value.severity ?? 3
  if (severity !== 0 && severity !== 1 && severity !== 2 && severity !== 3)
    wrong('severity must be 0, 1, 2 or 3')
  return {
    name,
    type,
    severityMax: Number(severity),
    timeoutMs: typeof seconds === 'number' ? seconds * 1_000 : undefined,
    endpoint: endpoint ?? profile?.defaultEndpoint,
    headers,
    apiKey: hidden(textMember(value, 'api_key')),
    publicKey: hidden(textMember(value, 'public_key')),
    secretKey: hidden(textMember(value, 'secret_key')),
    project: textMember(value, 'project') ?? 'gateway',
    sinceMs,
    sampling: sampling === 'all' ? 'all' : 'caller',
  }
}

function headersOf(value: Json | undefined): Record<string, string> {
  const headers: Record<string, string> = {}
  if (!isJsonObject(value)) return headers
  for (const [name, content] of Object.entries(value))
    if (typeof content === 'string') headers[name] = content
  return headers
}

function isHttp(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.hash === ''
}
