import { Document, stringify } from 'yaml'
import { isUuid } from '../../base/id.ts'
import { type Json, member, textMember } from '../../base/json.ts'
import { unambiguous } from './names.ts'
import { matchersOf, priceAsSent, withoutTwin } from './plan-rules.ts'
import type { KeyNow, MemberNow, State } from './state.ts'

const HEAD = [
  ' What this organisation looks like, for `sluice config plan` and `sluice config apply`.',
  ' Values of provider secrets are not here: give them by the named environment variables.',
].join('\n')

/**
 * The organisation as a declaration that changes nothing when it is planned. Left out: built-in roles, ended and
 * expired keys, children of defaults, and policies while the gateway is off, when nobody can read them.
 */
export function declarationOf(state: State, nowMs: number): Record<string, unknown> {
  const { organization, policies } = state
  const roleName = (id: string | undefined): string => {
    const role = state.roles.find((each) => each.id === id)
    return role?.constant ?? role?.displayName ?? ''
  }
  const people = (members: readonly MemberNow[]) =>
    members.map(({ email, fullName, roleId }) => ({
      email,
      ...(fullName === '' ? {} : { full_name: fullName }),
      role: roleName(roleId),
    }))
  const clear = unambiguous(state.keys)
  const keyNames = new Map([...clear].map(({ id, description }) => [id, description]))
  const keys = state.keys.filter(
    (each) => !each.deactivated && Date.parse(each.expiresAt ?? '9999-01-01') > nowMs,
  )
  return {
    version: 1,
    organization: {
      display_name: organization.displayName,
      llm_gateway_enabled: organization.gatewayEnabled,
    },
    roles: state.roles
      .filter(({ constant }) => constant === undefined)
      .map(({ displayName, description, scope, permissions }) => ({
        display_name: displayName,
        ...(description === '' ? {} : { description }),
        access_scope: scope,
        permissions,
      })),
    members: people(state.members),
    workspaces: state.workspaces.map(({ handle, displayName, captureContent, ...rest }) => ({
      tenant_handle: handle,
      display_name: displayName,
      capture_content: captureContent,
      members: people(rest.members),
      secrets: rest.secrets.map(({ name }) => ({ key: name, from_env: name })),
    })),
    service_keys: keys.map((key) => keyEntry(state, clear, key, roleName)),
    ...(policies === undefined
      ? {}
      : { policies: policies.map((each) => policyEntry(state, keyNames, each)) }),
    prices: state.prices.map((each) => ({ ...priceAsSent(each) })),
  }
}

function keyEntry(
  { workspaces }: State,
  clear: ReadonlySet<KeyNow>,
  key: KeyNow,
  roleName: (id: string | undefined) => string,
): Record<string, unknown> {
  const handleOf = (id: string): string => workspaces.find((each) => each.id === id)?.handle ?? id
  return {
    description: key.description || key.short,
    ...(clear.has(key) ? {} : { short_key: key.short }),
    ...(key.orgRoleId === undefined
      ? { workspaces: key.workspaces.map(handleOf), role: roleName(key.roleId) }
      : { org_role: roleName(key.orgRoleId) }),
    ...(key.expiresAt === undefined ? {} : { expires_at: key.expiresAt }),
  }
}

function policyEntry(
  state: State,
  keyNames: ReadonlyMap<string, string>,
  policy: Json,
): Record<string, unknown> {
  const description = textMember(policy, 'description') ?? ''
  const priority = member(policy, 'priority')
  const named = matchersOf(policy).map(({ key, value }) => ({
    key,
    value: nameOf(state, keyNames, key, value) ?? value,
  }))
  return {
    name: textMember(policy, 'name'),
    ...(description === '' ? {} : { description }),
    policy_type: textMember(policy, 'policy_type'),
    ...(named.length === 0 ? {} : { subject_matchers: named }),
    config: withoutTwin(member(policy, 'config')),
    ...(member(policy, 'enabled') === false ? { enabled: false } : {}),
    ...(priority === 0 ? {} : { priority }),
  }
}

/** The name behind an id; undefined where there is none that can only mean it. */
function nameOf(
  state: State,
  keyNames: ReadonlyMap<string, string>,
  key: string,
  id: string,
): string | undefined {
  const found = key === 'api_key_id' ? keyNames.get(id) : nameBehind(state, key, id)
  return found === undefined || isUuid(found) ? undefined : found
}

function nameBehind(state: State, key: string, id: string): string | undefined {
  switch (key) {
    case 'workspace_id':
      return state.workspaces.find((each) => each.id === id)?.handle
    case 'user_id':
      return state.members.find((each) => each.userId === id)?.email
    case 'organization_id':
      return id === state.organization.id ? 'current' : undefined
    default:
      return undefined
  }
}

/** YAML with plain numbers where they say the amount exactly. */
export function yamlOf(declaration: Record<string, unknown>): string {
  const document = new Document(amountsAsNumbers(declaration, ''))
  document.commentBefore = HEAD
  return stringify(document, { lineWidth: 100, indentSeq: true })
}

function amountsAsNumbers(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((each) => amountsAsNumbers(each, ''))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, amountsAsNumbers(each, name)]),
    )
  const isAmount = typeof value === 'string' && /_(usd|usd_per_mtok|cost)$/.test(key)
  return isAmount && String(Number(value)) === value ? Number(value) : value
}
