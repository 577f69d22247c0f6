import type { Declaration, DeclaredMember, DeclaredRole } from '../../admin/declared.ts'
import { textMember } from '../../base/json.ts'
import type { MemberNow } from './state.ts'
import { differencesOf, type Planning } from './step.ts'

/** A gateway that was switched on is on everywhere within a second; ten times that is a fault. */
const SWITCH_TRIES_MAX = 100
const SWITCH_PAUSE_MS = 100

/** The organisation's own settings. Switching on comes first of all, switching off last. */
export function planOrganization(planning: Planning, { organization }: Declaration): () => void {
  const { ask, state, steps } = planning
  const now = state.organization
  const update = (body: Record<string, unknown>, after?: () => Promise<void>): void => {
    const before = { display_name: now.displayName, llm_gateway_enabled: now.gatewayEnabled }
    const differences = differencesOf(before, { ...before, ...body })
    if (differences.length === 0) return
    steps.push({
      action: 'update',
      resource: 'organisation',
      name: now.displayName,
      differences,
      async run() {
        await ask('PATCH', '/orgs/current', body)
        await after?.()
      },
    })
  }
  const on = organization?.llm_gateway_enabled
  const name = organization?.display_name
  const first = {
    ...(name === undefined ? {} : { display_name: name }),
    ...(on === true ? { llm_gateway_enabled: true } : {}),
  }
  update(first, on === true && !now.gatewayEnabled ? () => untilOn(planning) : undefined)
  return () => {
    if (on === false) update({ llm_gateway_enabled: false })
  }
}

async function untilOn({ ask }: Planning): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      await ask('GET', '/platform/gateway-policies')
      return
    } catch (cause) {
      if (tries >= SWITCH_TRIES_MAX) throw cause
      await Bun.sleep(SWITCH_PAUSE_MS)
    }
}

/** Roles of the organisation's own. */
export function planRoles(planning: Planning, { roles }: Declaration): void {
  if (roles === undefined) return
  const { ask, state, names, steps, removals, mistakes } = planning
  const path = '/orgs/current/roles'
  for (const [at, role] of roles.entries()) {
    const { display_name: name, access_scope: scope = 'workspace' } = role
    const now = state.roles.find((each) => each.displayName === name || each.constant === name)
    if (now?.constant !== undefined)
      mistakes.push({ pointer: `/roles/${at}`, says: `${name} is built in and cannot be changed` })
    else if (now !== undefined && now.scope !== scope)
      mistakes.push({
        pointer: `/roles/${at}/access_scope`,
        says: `of ${name} is ${now.scope} and cannot be changed: give the new role another name`,
      })
    else {
      const after = { description: role.description ?? '', permissions: sorted(role.permissions) }
      const before = now && {
        description: now.description,
        permissions: sorted(now.permissions),
      }
      const differences = differencesOf(before, now ? after : { access_scope: scope, ...after })
      if (now && differences.length === 0) continue
      steps.push({
        action: now ? 'update' : 'create',
        resource: 'role',
        name,
        differences,
        async run() {
          const body = { ...after, permissions: role.permissions }
          if (now) await ask('PATCH', `${path}/${now.id}`, body)
          else {
            const made = await ask('POST', path, { ...createRole(role), ...body })
            names.put(`${scope} role`, name, textMember(made, 'id') ?? '')
          }
        },
      })
    }
  }
  for (const now of state.roles) {
    if (now.constant !== undefined) continue
    if (roles.some((each) => each.display_name === now.displayName)) continue
    removals.unshift({
      action: 'delete',
      resource: 'role',
      name: now.displayName,
      differences: [],
      run: async () => void (await ask('DELETE', `${path}/${now.id}`)),
    })
  }
}

function createRole({ display_name, access_scope = 'workspace' }: DeclaredRole) {
  return { display_name, access_scope }
}

function sorted(permissions: readonly string[]): string[] {
  return [...permissions].sort()
}

/** Where people belong: the organisation, or one workspace that is there or will be. */
export interface People {
  /** Pointer of the list in the file. */
  readonly pointer: string
  /** Handle; undefined = the organisation. */
  readonly workspace: string | undefined
  readonly declared: readonly DeclaredMember[] | undefined
  readonly present: readonly MemberNow[]
}

/** People of the organisation or of one workspace, and their roles. */
export function planMembers(planning: Planning, people: People): void {
  const { pointer, workspace, declared, present } = people
  if (declared === undefined) return
  const { ask, state, names, steps, removals, mistakes } = planning
  const kind = workspace === undefined ? 'organization role' : 'workspace role'
  const path = workspace === undefined ? '/orgs/current/members' : '/workspaces/current/members'
  const resource = workspace === undefined ? 'member' : `member of ${workspace}`
  const tenant = (): string | undefined =>
    workspace === undefined ? undefined : names.must('workspace', workspace)
  const here = new Map(present.map((each) => [each.email.toLowerCase(), each]))
  for (const [at, { email, full_name, role }] of declared.entries()) {
    const now = here.get(email.toLowerCase())
    here.delete(email.toLowerCase())
    if (!names.isKnown(kind, role)) {
      mistakes.push({ pointer: `${pointer}/${at}/role`, says: `there is no ${kind} ${role}` })
      continue
    }
    const had = state.roles.find((each) => each.id === now?.roleId)
    if (now && now.roleId === names.find(kind, role)) continue
    const before = now && { role: had?.constant ?? had?.displayName ?? now.roleId }
    steps.push({
      action: now ? 'update' : 'create',
      resource,
      name: email,
      differences: differencesOf(before, { role }),
      async run() {
        const role_id = names.must(kind, role)
        const named = full_name === undefined ? {} : { full_name }
        if (now) await ask('PATCH', `${path}/${now.id}`, { role_id }, tenant())
        else {
          const made = await ask('POST', path, { email, ...named, role_id }, tenant())
          names.put('member', email, textMember(made, 'user_id') ?? '')
        }
      },
    })
  }
  for (const now of here.values())
    removals.unshift({
      action: 'delete',
      resource,
      name: now.email,
      differences: [],
      run: async () => void (await ask('DELETE', `${path}/${now.id}`, undefined, tenant())),
    })
}
