import { Value, type ValueError } from '@sinclair/typebox/value'
import { Failure } from '../base/failure.ts'
import { isUuid } from '../base/id.ts'
import { isJsonObject, member, textMember } from '../base/json.ts'
import { checkPolicy, isRefused } from '../policies/input.ts'
import type { Mistake } from '../policies/kind.ts'
import { matchersKey } from '../policies/match.ts'
import type { Matcher } from '../policies/policy.ts'
import { DECLARATION } from './declaration.ts'
import type { Declaration, DeclaredPolicy } from './declared.ts'
import { priceFrom } from './price-shape.ts'

/** More are not listed: the first ones explain the others. */
const MISTAKES_MAX = 50
/** Stands for ids that names in a file will become. */
const SOMEBODY = '00000000-0000-7000-8000-000000000000'
const NAMED_KEYS = ['workspace_id', 'user_id', 'api_key_id', 'organization_id']

/**
 * Reads a parsed configuration file: the declaration, or everything that is wrong with it, by JSON pointer. Pure: what
 * only the gateway knows (whether a named workspace exists) is not looked at. Never quotes a value.
 */
export function readDeclaration(value: unknown): Declaration | readonly Mistake[] {
  const secrets = secretMistakes(value)
  const found = new Map(secrets.map((each) => [each.pointer, each]))
  for (const error of Value.Errors(DECLARATION, value)) {
    const { path: pointer } = error
    const says = wordsOf(error)
    const known = [...found.keys()].some(
      (each) => pointer === each || each.startsWith(`${pointer}/`),
    )
    if (!known || pointer === '') found.set(pointer, found.get(pointer) ?? { pointer, says })
    if (found.size >= MISTAKES_MAX) break
  }
  if (found.size > 0) return [...found.values()]
  const declaration = value as Declaration
  const more = [
    ...roleMistakes(declaration),
    ...keyMistakes(declaration),
    ...policyMistakes(declaration),
    ...priceMistakes(declaration),
    ...twins(declaration),
  ]
  return more.length > 0 ? more.slice(0, MISTAKES_MAX) : declaration
}

/** The library's own words, except where a list of what is allowed says more. */
function wordsOf({ message, schema }: ValueError): string {
  const { properties, anyOf } = schema
  if (message === 'Unexpected property' && isJsonObject(properties))
    return `is not known here; known are ${Object.keys(properties).join(', ')}`
  const allowed: unknown[] = Array.isArray(anyOf) ? anyOf.map((each) => member(each, 'const')) : []
  return allowed.length > 0 && allowed.every((each) => typeof each === 'string')
    ? `must be one of ${allowed.join(', ')}`
    : message
}

/** True when {@link readDeclaration} gave mistakes. */
export function isWrong(read: Declaration | readonly Mistake[]): read is readonly Mistake[] {
  return Array.isArray(read)
}

/** What makes two policies the same one, matchers as they stand here: type, matchers, window. */
export function policyIdentity(
  policy: Pick<DeclaredPolicy, 'policy_type' | 'config'>,
  matchers: readonly Matcher[],
): string {
  const window = policy.policy_type.endsWith('spend_cap') ? textMember(policy.config, 'window') : ''
  return `${policy.policy_type}\n${matchersKey(matchers)}\n${window ?? ''}`
}

/** What makes two own prices the same one: provider, pattern, start. */
export function priceIdentity(price: unknown): string {
  const start = textMember(price, 'start_time')
  const from = start === undefined ? '' : new Date(start).toISOString()
  return `${textMember(price, 'provider')}\n${textMember(price, 'match_pattern')}\n${from}`
}

/** Before the shape is looked at: whoever wrote a value into the file must be told so, whatever else is wrong. */
function secretMistakes(value: unknown): Mistake[] {
  const mistakes: Mistake[] = []
  const workspaces = member(value, 'workspaces')
  if (!Array.isArray(workspaces)) return mistakes
  for (const [at, workspace] of workspaces.entries()) {
    const secrets = member(workspace, 'secrets')
    if (!Array.isArray(secrets)) continue
    for (const [index, secret] of secrets.entries()) {
      const pointer = `/workspaces/${at}/secrets/${index}`
      const literal = isJsonObject(secret)
        ? Object.keys(secret).find((each) => !['key', 'from_env', 'from_file'].includes(each))
        : ''
      if (literal !== undefined)
        mistakes.push({
          pointer: literal === '' ? pointer : `${pointer}/${literal}`,
          says: 'a value never stands in the file: say from_env: NAME or from_file: PATH, and change the secret if this file was shared',
        })
      else if ('from_env' in Object(secret) === 'from_file' in Object(secret))
        mistakes.push({ pointer, says: 'must have exactly one of from_env and from_file' })
    }
  }
  return mistakes
}

function roleMistakes({ roles = [] }: Declaration): Mistake[] {
  return roles.flatMap(({ access_scope, permissions }, at) => {
    const index = permissions.findIndex((each) => each.startsWith('organization:'))
    return access_scope === 'organization' || index < 0
      ? []
      : [
          {
            pointer: `/roles/${at}/permissions/${index}`,
            says: 'belongs to roles of access_scope organization',
          },
        ]
  })
}

function keyMistakes({ service_keys = [] }: Declaration): Mistake[] {
  return service_keys.flatMap(({ workspaces, role, org_role }, at) => {
    const pointer = `/service_keys/${at}`
    if ((workspaces === undefined) === (org_role === undefined))
      return [{ pointer, says: 'must have exactly one of workspaces and org_role' }]
    return org_role !== undefined && role !== undefined
      ? [{ pointer: `${pointer}/role`, says: 'not together with org_role' }]
      : []
  })
}

function policyMistakes({ policies = [] }: Declaration): Mistake[] {
  return policies.flatMap((policy, at) => {
    const matchers = (policy.subject_matchers ?? []).map(({ key, value }) => ({
      key,
      value: isNamed(key, value) || key === 'organization_id' ? value && SOMEBODY : value,
    }))
    const checked = checkPolicy(
      {
        type: policy.policy_type,
        name: policy.name,
        description: policy.description ?? '',
        matchers,
        config: policy.config,
        enabled: policy.enabled ?? true,
        priority: policy.priority ?? 0,
      },
      SOMEBODY,
    )
    return isRefused(checked)
      ? checked.map((each) => ({ ...each, pointer: `/policies/${at}${each.pointer}` }))
      : []
  })
}

/** True for the value of an id matcher that is a name, to be looked up. */
export function isNamed(key: string, value: string): boolean {
  return NAMED_KEYS.includes(key) && value !== '' && !isUuid(value)
}

function priceMistakes({ prices = [] }: Declaration): Mistake[] {
  return prices.flatMap((price, at) => {
    try {
      priceFrom(price, SOMEBODY)
      return []
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause
      const errors = cause.details?.errors
      return (Array.isArray(errors) ? errors : []).map((each) => ({
        pointer: `/prices/${at}${textMember(each, 'pointer') ?? ''}`,
        says: textMember(each, 'detail') ?? 'is not a price',
      }))
    }
  })
}

/** Entries that would be one and the same thing. */
function twins(declaration: Declaration): Mistake[] {
  const { roles, members, workspaces = [], service_keys, policies, prices } = declaration
  const email = ({ email }: { email: string }): string => email.toLowerCase()
  return [
    ...twinsIn('/roles', roles, (each) => each.display_name),
    ...twinsIn('/members', members, email),
    ...twinsIn('/workspaces', workspaces, (each) => each.tenant_handle),
    ...workspaces.flatMap(({ members: own, secrets }, at) => [
      ...twinsIn(`/workspaces/${at}/members`, own, email),
      ...twinsIn(`/workspaces/${at}/secrets`, secrets, (each) => each.key),
    ]),
    ...twinsIn('/service_keys', service_keys, (each) => each.short_key ?? `.${each.description}`),
    ...twinsIn('/policies', policies, (each) => policyIdentity(each, each.subject_matchers ?? [])),
    ...twinsIn('/prices', prices, priceIdentity),
  ]
}

function twinsIn<T>(
  pointer: string,
  entries: readonly T[] = [],
  identityOf: (entry: T) => string,
): Mistake[] {
  const first = new Map<string, number>()
  return entries.flatMap((entry, at) => {
    const identity = identityOf(entry)
    const before = first.get(identity)
    if (before === undefined) first.set(identity, at)
    return before === undefined
      ? []
      : [{ pointer: `${pointer}/${at}`, says: `is the same as ${pointer}/${before}` }]
  })
}
