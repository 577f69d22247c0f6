import type { Declaration } from '../../admin/declared.ts'
import { isUuid } from '../../base/id.ts'
import type { KeyNow, State } from './state.ts'

/** What a file refers to by name. Roles of the two scopes are different things under one name. */
export type Kind = 'organization role' | 'workspace role' | 'workspace' | 'member' | 'service key'

/** Names of a file and the ids behind them; what is made while a file is applied joins in. */
export interface Names {
  /** The id of what is there now. */
  find(kind: Kind, name: string): string | undefined
  /** True when it is there or the file makes it. */
  isKnown(kind: Kind, name: string): boolean
  /** The id. Throws when there is none: the step that makes it has failed. */
  must(kind: Kind, name: string): string
  /** Tells of something that has just been made. */
  put(kind: Kind, name: string, id: string): void
}

/** Names of `state`, and of what `declaration` will add to it. */
export function namesOf(state: State, declaration: Declaration): Names {
  const ids = new Map<string, string>()
  const coming = new Set<string>()
  const at = (kind: Kind, name: string): string =>
    `${kind}\n${kind === 'member' ? name.toLowerCase() : name}`
  for (const role of state.roles)
    for (const name of [role.constant, role.displayName, role.id])
      if (name !== undefined) ids.set(at(`${role.scope} role`, name), role.id)
  for (const each of state.workspaces)
    for (const name of [each.handle, each.id]) ids.set(at('workspace', name), each.id)
  for (const { email, userId } of state.members) ids.set(at('member', email), userId)
  for (const key of unambiguous(state.keys)) ids.set(at('service key', key.description), key.id)
  for (const role of declaration.roles ?? [])
    coming.add(at(`${role.access_scope ?? 'workspace'} role`, role.display_name))
  for (const each of declaration.workspaces ?? []) {
    coming.add(at('workspace', each.tenant_handle))
    for (const { email } of each.members ?? []) coming.add(at('member', email))
  }
  for (const { email } of declaration.members ?? []) coming.add(at('member', email))
  for (const key of declaration.service_keys ?? []) coming.add(at('service key', key.description))
  const find: Names['find'] = (kind, name) => ids.get(at(kind, name))
  return {
    find,
    isKnown: (kind, name) => ids.has(at(kind, name)) || coming.has(at(kind, name)),
    must(kind, name) {
      const id = find(kind, name)
      if (id === undefined) throw new Error(`there is no ${kind} ${name}`)
      return id
    },
    put: (kind, name, id) => void ids.set(at(kind, name), id),
  }
}

/** Keys that their description alone names: not blank, and no other key that still works has it. */
export function unambiguous(keys: readonly KeyNow[]): ReadonlySet<KeyNow> {
  const twins = Map.groupBy(keys, ({ description }) => description)
  const clear = new Set<KeyNow>()
  for (const [description, all] of twins) {
    if (description === '' || isUuid(description)) continue
    const working = all.filter((each) => !each.deactivated)
    const [only, other] = all.length === 1 ? all : working
    if (only && !other) clear.add(only)
  }
  return clear
}
