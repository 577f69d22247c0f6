import type { Matcher, Policy } from './policy.ts'

/** Matcher keys with a meaning of their own, broadest first; every other key is a custom header's. */
export const SUBJECT_KEYS: readonly string[] = [
  'organization_id',
  'workspace_id',
  'user_id',
  'api_key_id',
  'provider',
  'model',
]

const RESERVED: ReadonlySet<string> = new Set([...SUBJECT_KEYS, 'run_rule_id'])

/** A policy names at most this many conditions. */
export const MATCHERS_MAX = 10
/** Custom names and values kept of one call; more are ignored, so that a caller cannot grow the subject table. */
const CUSTOM_MAX = 16
const CUSTOM_VALUE_UNITS_MAX = 256

/** Who a call is by and what it asks for, as far as policies look at it. */
export interface Subject {
  readonly organizationId: string
  readonly workspaceId: string
  readonly userId: string | undefined
  readonly keyId: string
  readonly provider: string
  /** The price identity of the requested model; undefined when the call names none. */
  readonly model: string | undefined
  /** The model as the caller named it. */
  readonly requestModel: string | undefined
  /** Normalised `X-Gateway-*` names and the members of `X-Gateway-Metadata`. */
  readonly custom: ReadonlyMap<string, string>
}

/**
 * The custom keys of a request: headers with the prefix `X-Gateway-` and the members of the JSON header
 * `X-Gateway-Metadata`. Names are lower-cased, every character outside `a-z0-9_` becomes `_`; names with a meaning of
 * their own are ignored, so that a caller cannot pose as another subject. A named header wins over the JSON one.
 */
export function customKeys(headers: Iterable<readonly [string, string]>): Map<string, string> {
  const found = new Map<string, string>()
  let metadata: string | undefined
  for (const [name, value] of headers) {
    if (!/^x-gateway-/i.test(name)) continue
    const key = normaliseKey(name.slice('x-gateway-'.length))
    if (key === 'metadata') metadata = value
    else put(found, key, value)
  }
  for (const [name, value] of membersOf(metadata)) {
    const key = normaliseKey(name)
    if (!found.has(key)) put(found, key, String(value))
  }
  return found
}

/** A matcher key as it is compared: lower case, `_` for everything outside `a-z0-9_`. */
export function normaliseKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9_]/g, '_')
}

/** True for keys that a header may not set. */
export function isReservedKey(key: string): boolean {
  return RESERVED.has(key)
}

/** True when every key of the policy has a value that is the subject's. */
export function matches(matchers: readonly Matcher[], subject: Subject): boolean {
  const decided = new Map<string, boolean>()
  for (const { key, value } of matchers)
    if (decided.get(key) !== true) decided.set(key, holds(key, value, subject))
  for (const held of decided.values()) if (!held) return false
  return true
}

/** The subject's value under a key; undefined when it has none. */
export function subjectValue(key: string, subject: Subject): string | undefined {
  switch (key) {
    case 'organization_id':
      return subject.organizationId
    case 'workspace_id':
      return subject.workspaceId
    case 'user_id':
      return subject.userId
    case 'api_key_id':
      return subject.keyId
    case 'provider':
      return subject.provider
    case 'model':
      return subject.model ?? subject.requestModel
    default:
      return subject.custom.get(key)
  }
}

/** A subject as one text: equal for equal subjects whose custom keys came in the same order. */
export function subjectText(subject: Subject): string {
  let text = `${subject.organizationId}\n${subject.workspaceId}\n${subject.keyId}\n${subject.provider}`
  text += `\n${subject.userId ?? ''}\n${JSON.stringify([subject.model, subject.requestModel])}`
  if (subject.custom.size > 0) text += JSON.stringify([...subject.custom])
  return text
}

/**
 * Matchers as one text: equal for equal sets in any order and with repetitions. Part of a policy's identity.
 */
export function matchersKey(matchers: readonly Matcher[]): string {
  const each = matchers.map(({ key, value }) => JSON.stringify([key, value]))
  return [...new Set(each)].sort().join('')
}

/** How narrow a policy is: 0 the organisation … 3 one key, 4 with header, model or provider conditions. */
export function breadth(policy: Pick<Policy, 'matchers'>): number {
  let rank = 0
  for (const { key } of policy.matchers) {
    const at = SUBJECT_KEYS.indexOf(key)
    rank = Math.max(rank, at < 0 ? 4 : Math.min(at, 4))
  }
  return rank
}

function holds(key: string, value: string, subject: Subject): boolean {
  if (key === 'model') return value === subject.model || value === subject.requestModel
  const own = subjectValue(key, subject)
  // A custom key with an empty value is the bucket of calls that do not carry the header.
  if (value === '') return !isReservedKey(key) && own === undefined
  return own === value
}

function put(found: Map<string, string>, key: string, value: string): void {
  if (key === '' || isReservedKey(key) || found.size >= CUSTOM_MAX) return
  if (value !== '' && value.length <= CUSTOM_VALUE_UNITS_MAX) found.set(key, value)
}

function membersOf(text: string | undefined): readonly (readonly [string, unknown])[] {
  if (text === undefined) return []
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
    return Object.entries(value).filter(([, each]) =>
      ['string', 'number', 'boolean'].includes(typeof each),
    )
  } catch {
    return []
  }
}
