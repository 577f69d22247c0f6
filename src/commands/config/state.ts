import { type Json, member, textMember } from '../../base/json.ts'
import { AdminError } from '../admin-client.ts'

/** Asks the admin API; amounts come as the text of their digits. `workspace` is the id the request is about. */
export type Ask = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  workspace?: string,
) => Promise<Json>

export interface MemberNow {
  readonly id: string
  readonly userId: string
  readonly email: string
  readonly fullName: string
  readonly roleId: string
}

export interface WorkspaceNow {
  readonly id: string
  readonly handle: string
  readonly displayName: string
  readonly captureContent: boolean
  readonly members: readonly MemberNow[]
  readonly secrets: readonly { readonly name: string; readonly lastFour: string }[]
}

export interface RoleNow {
  readonly id: string
  /** Of a built-in role. */
  readonly constant: string | undefined
  readonly displayName: string
  readonly description: string
  readonly scope: 'organization' | 'workspace'
  readonly permissions: readonly string[]
}

export interface KeyNow {
  readonly id: string
  readonly short: string
  readonly description: string
  readonly workspaces: readonly string[]
  readonly roleId: string | undefined
  readonly orgRoleId: string | undefined
  readonly deactivated: boolean
  readonly expiresAt: string | undefined
}

/** The organisation as it is, read by the admin API. */
export interface State {
  readonly organization: {
    readonly id: string
    readonly displayName: string
    readonly gatewayEnabled: boolean
  }
  readonly roles: readonly RoleNow[]
  readonly members: readonly MemberNow[]
  readonly workspaces: readonly WorkspaceNow[]
  readonly keys: readonly KeyNow[]
  /** Without children of defaults; undefined while the gateway is switched off: then nobody may read them. */
  readonly policies: readonly Json[] | undefined
  readonly prices: readonly Json[]
}

const POLICIES = '/platform/gateway-policies'

/** Reads everything a file can say. Throws `AdminError`. */
export async function readState(ask: Ask): Promise<State> {
  const [organization, workspaces, roles, members, keys, policies, prices] = await Promise.all([
    ask('GET', '/orgs/current'),
    ask('GET', '/workspaces').then((found) => workspacesNow(ask, listOf(found))),
    ask('GET', '/orgs/current/roles'),
    membersAt(ask, '/orgs/current/members'),
    ask('GET', '/orgs/current/service-keys'),
    policiesNow(ask),
    ask('GET', '/model-price-map'),
  ])
  return {
    organization: {
      id: text(organization, 'id'),
      displayName: text(organization, 'display_name'),
      gatewayEnabled: member(organization, 'llm_gateway_enabled') === true,
    },
    roles: listOf(roles).map(roleNow),
    members,
    workspaces,
    keys: listOf(keys).map(keyNow),
    policies,
    prices: listOf(prices),
  }
}

/** One workspace after another: an organisation with hundreds must not be asked about all of them at once. */
async function workspacesNow(ask: Ask, rows: readonly Json[]): Promise<WorkspaceNow[]> {
  const workspaces: WorkspaceNow[] = []
  for (const each of rows) {
    const id = text(each, 'id')
    const [secrets, members] = await Promise.all([
      ask('GET', '/workspaces/current/secrets', undefined, id),
      membersAt(ask, '/workspaces/current/members', id),
    ])
    workspaces.push({
      id,
      handle: text(each, 'tenant_handle'),
      displayName: text(each, 'display_name'),
      captureContent: member(each, 'capture_content') === true,
      members,
      secrets: listOf(secrets).map((one) => ({
        name: text(one, 'key'),
        lastFour: text(one, 'last_four'),
      })),
    })
  }
  return workspaces
}

async function policiesNow(ask: Ask): Promise<Json[] | undefined> {
  try {
    const all = listOf(await ask('GET', POLICIES))
    return all.filter((each) => textMember(each, 'parent_policy_id') === undefined)
  } catch (cause) {
    if (cause instanceof AdminError && cause.code === 'gateway_disabled') return undefined
    throw cause
  }
}

async function membersAt(ask: Ask, path: string, workspace?: string): Promise<MemberNow[]> {
  const members: MemberNow[] = []
  for (let cursor = ''; ; ) {
    const page = await ask('GET', `${path}?limit=100${cursor}`, undefined, workspace)
    members.push(...listOf(member(page, 'data')).map(memberNow))
    const next = textMember(page, 'next_cursor')
    if (next === undefined) return members
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}

function memberNow(row: Json): MemberNow {
  return {
    id: text(row, 'id'),
    userId: text(row, 'user_id'),
    email: text(row, 'email'),
    fullName: text(row, 'full_name'),
    roleId: text(row, 'role_id'),
  }
}

function roleNow(row: Json): RoleNow {
  const permissions = listOf(member(row, 'permissions'))
  return {
    id: text(row, 'id'),
    constant: member(row, 'built_in') === true ? text(row, 'name') : undefined,
    displayName: text(row, 'display_name'),
    description: text(row, 'description'),
    scope: text(row, 'access_scope') === 'organization' ? 'organization' : 'workspace',
    permissions: permissions.flatMap((each) => (typeof each === 'string' ? each : [])),
  }
}

function keyNow(row: Json): KeyNow {
  const workspaces = listOf(member(row, 'workspaces'))
  return {
    id: text(row, 'id'),
    short: text(row, 'short_key'),
    description: text(row, 'description'),
    workspaces: workspaces.flatMap((each) => (typeof each === 'string' ? each : [])),
    roleId: textMember(row, 'role_id'),
    orgRoleId: textMember(row, 'org_role_id'),
    deactivated: member(row, 'deactivated') === true,
    expiresAt: textMember(row, 'expires_at'),
  }
}

function text(row: Json | undefined, name: string): string {
  return textMember(row, name) ?? ''
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}
