import type { Declaration, DeclaredKey } from '../../admin/declared.ts'
import { textMember } from '../../base/json.ts'
import type { KeyNow } from './state.ts'
import { differencesOf, type Planning } from './step.ts'

const PATH = '/orgs/current/service-keys'

/** Service keys. Their tokens are made by the gateway and told once; a file never holds one. */
export function planKeys(planning: Planning, { service_keys: keys }: Declaration): void {
  if (keys === undefined) return
  const { ask, state, removals, notes } = planning
  const kept = new Set<KeyNow>()
  for (const [at, declared] of keys.entries()) {
    const pointer = `/service_keys/${at}`
    if (!demandNames(planning, declared, pointer)) continue
    const now = presentKey(planning, declared, pointer)
    if (now === 'unclear') continue
    if (now) kept.add(now)
    if (now) change(planning, declared, now, pointer)
    else create(planning, declared)
  }
  for (const now of state.keys) {
    if (kept.has(now) || now.deactivated) continue
    const name = now.description || now.short
    if (now.short === planning.ownShort) {
      if (planning.prune)
        notes.push(`service key ${name}: not in the file, and kept: it is the key that asks`)
      continue
    }
    removals.unshift({
      action: 'delete',
      resource: 'service key',
      name,
      differences: [],
      run: async () => void (await ask('DELETE', `${PATH}/${now.id}`)),
    })
  }
}

function demandNames(planning: Planning, declared: DeclaredKey, pointer: string): boolean {
  const { names, mistakes } = planning
  const { workspaces = [], role, org_role } = declared
  const before = mistakes.length
  for (const [index, handle] of workspaces.entries())
    if (!names.isKnown('workspace', handle))
      mistakes.push({
        pointer: `${pointer}/workspaces/${index}`,
        says: `there is no workspace ${handle}`,
      })
  const kind = org_role === undefined ? 'workspace role' : 'organization role'
  const wanted = org_role ?? role
  if (wanted !== undefined && !names.isKnown(kind, wanted))
    mistakes.push({
      pointer: `${pointer}/${org_role === undefined ? 'role' : 'org_role'}`,
      says: `there is no ${kind} ${wanted}`,
    })
  return mistakes.length === before
}

/** The key a declaration means: by its short part, else by its description among those that still work. */
function presentKey(
  { state, mistakes }: Planning,
  declared: DeclaredKey,
  pointer: string,
): KeyNow | undefined | 'unclear' {
  const { short_key, description } = declared
  if (short_key !== undefined) {
    const found = state.keys.find(({ short }) => short === short_key)
    if (found) return found
    mistakes.push({ pointer: `${pointer}/short_key`, says: `there is no key ${short_key}` })
    return 'unclear'
  }
  const all = state.keys.filter((each) => each.description === description)
  const working = all.filter((each) => !each.deactivated)
  const [first, second] = working.length > 0 ? working : all.slice(-1)
  if (second === undefined) return first
  mistakes.push({ pointer, says: 'several keys have this description: say short_key' })
  return 'unclear'
}

function change(planning: Planning, declared: DeclaredKey, now: KeyNow, pointer: string): void {
  const { ask, state, names, steps, notes, mistakes } = planning
  const { description, workspaces, org_role, expires_at, deactivated } = declared
  const fixed = (member: string): void =>
    void mistakes.push({
      pointer: `${pointer}/${member}`,
      says: 'of a key cannot be changed: declare another key, and end this one when it is replaced',
    })
  const ids = (workspaces ?? []).map((each) => names.find('workspace', each) ?? each)
  if (workspaces && ids.toSorted().join() !== now.workspaces.toSorted().join()) fixed('workspaces')
  if (org_role !== undefined && names.find('organization role', org_role) !== now.orgRoleId)
    fixed('org_role')
  if (expires_at !== undefined && timeOf(expires_at) !== timeOf(now.expiresAt)) fixed('expires_at')
  const role = org_role === undefined ? (declared.role ?? 'WORKSPACE_ADMIN') : undefined
  const had = state.roles.find(({ id }) => id === now.roleId)
  const isOtherRole = role !== undefined && names.find('workspace role', role) !== now.roleId
  const isOtherState = deactivated !== undefined && deactivated !== now.deactivated
  if (now.deactivated && deactivated === undefined)
    notes.push(
      `service key ${description}: was ended, and stays so (deactivated: false revives it)`,
    )
  const body = (): Record<string, unknown> => ({
    ...(description === now.description ? {} : { description }),
    ...(isOtherRole && role ? { role_id: names.must('workspace role', role) } : {}),
    ...(isOtherState ? { deactivated } : {}),
  })
  const differences = differencesOf(
    {
      description: now.description,
      ...(isOtherRole ? { role: had?.constant ?? had?.displayName } : {}),
      ...(isOtherState ? { deactivated: now.deactivated } : {}),
    },
    {
      description,
      ...(isOtherRole ? { role } : {}),
      ...(isOtherState ? { deactivated } : {}),
    },
  )
  if (differences.length === 0) return
  steps.push({
    action: 'update',
    resource: 'service key',
    name: description,
    differences,
    run: async () => void (await ask('PATCH', `${PATH}/${now.id}`, body())),
  })
}

function timeOf(moment: string | null | undefined): number | undefined {
  return moment === null || moment === undefined ? undefined : Date.parse(moment)
}

function create(planning: Planning, declared: DeclaredKey): void {
  const { ask, names, steps, newKeys } = planning
  const { description, workspaces, org_role, expires_at, deactivated } = declared
  const role = declared.role ?? 'WORKSPACE_ADMIN'
  const place = org_role === undefined ? { workspaces, role } : { org_role }
  steps.push({
    action: 'create',
    resource: 'service key',
    name: description,
    differences: differencesOf(undefined, { ...place, expires_at, deactivated }),
    async run() {
      const made = await ask('POST', PATH, {
        description,
        ...(expires_at === undefined ? {} : { expires_at }),
        ...(org_role === undefined
          ? {
              workspaces: workspaces?.map((each) => names.must('workspace', each)),
              role_id: names.must('workspace role', role),
            }
          : { org_role_id: names.must('organization role', org_role) }),
      })
      const id = textMember(made, 'id') ?? ''
      names.put('service key', description, id)
      newKeys.push({ description, id, key: textMember(made, 'key') ?? '' })
      if (deactivated === true) await ask('PATCH', `${PATH}/${id}`, { deactivated })
    },
  })
}
