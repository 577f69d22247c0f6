import { PERMISSIONS, type Permission } from '../base/permission.ts'
import type { Database } from './database.ts'

/** Everything a gateway key may do, as read in one query. */
export interface KeyFacts {
  readonly id: string
  /** The public part of the token. */
  readonly short: string
  readonly kind: 'service' | 'personal'
  /** SHA-256 of the token. */
  readonly hash: Uint8Array
  /** After a rotation: the token before it, and until when (epoch milliseconds) it still works. */
  readonly previous: { readonly hash: Uint8Array; readonly untilMs: number } | undefined
  readonly organizationId: string
  readonly gatewayEnabled: boolean
  readonly state: 'active' | 'expired' | 'deactivated'
  readonly expiresAtMs: number | undefined
  readonly scope: 'workspace' | 'organization'
  /** The person of a personal key. */
  readonly userId: string | undefined
  /** Oldest first. Empty for an organisation-scoped key: it reaches workspaces by its organisation role. */
  readonly workspaces: readonly KeyWorkspace[]
  readonly organizationPermissions: ReadonlySet<Permission>
}

/** What the planes are told of a resolved key: nothing that proves it. */
export type KnownKey = Omit<KeyFacts, 'hash' | 'previous' | 'expiresAtMs'>

/** What a key may do in one workspace. */
export interface KeyWorkspace {
  readonly workspaceId: string
  readonly permissions: ReadonlySet<Permission>
  /** The workspace keeps what calls say, in redacted form; absent where nobody asks. */
  readonly capturesContent?: boolean
}

interface Row {
  readonly id: string
  readonly short: string
  readonly kind: 'service' | 'personal'
  readonly scope: 'workspace' | 'organization'
  readonly hash: Uint8Array
  readonly previous_hash: Uint8Array | null
  readonly previous_until_ms: number | null
  readonly organization_id: string
  readonly user_id: string | null
  readonly expires_ms: number | null
  readonly deactivated: boolean
  readonly enabled: boolean
  readonly organization_permissions: string[] | null
  readonly workspaces: { id: string; permissions: string[]; captures: boolean }[] | null
}

/** The key with this public part, whatever its state; undefined when there is none. */
export async function findKey(
  database: Database,
  short: string,
  nowMs: number,
): Promise<KeyFacts | undefined> {
  // A personal key has its person's roles of now, in the workspaces it names or, when it names none, in all.
  const [row] = await database.sql<Row[]>`
    select k.id, k.short, k.kind, k.scope, k.hash, k.organization_id, k.user_id, k.previous_hash,
           (extract(epoch from k.previous_until) * 1000)::float8 as previous_until_ms,
           (extract(epoch from k.expires_at) * 1000)::float8 as expires_ms,
           k.deactivated_at is not null as deactivated,
           o.llm_gateway_enabled as enabled,
           case k.kind
             when 'service' then (select r.permissions from roles r where r.id = k.role_id)
             else (select r.permissions from org_memberships m join roles r on r.id = m.role_id
                    where m.organization_id = k.organization_id and m.user_id = k.user_id)
           end as organization_permissions,
           (select json_agg(json_build_object('id', w.id, 'permissions', r.permissions,
                    'captures', w.capture_content) order by w.id)
              from workspaces w
              left join gateway_key_workspaces kw on kw.workspace_id = w.id and kw.key_id = k.id
              left join workspace_memberships wm
                     on k.kind = 'personal' and wm.workspace_id = w.id and wm.user_id = k.user_id
              join roles r on r.id = case k.kind when 'service' then kw.role_id else wm.role_id end
             where w.organization_id = k.organization_id and k.scope = 'workspace'
               and (k.kind = 'service'
                    or (exists (select 1 from org_memberships m where m.user_id = k.user_id
                                 and m.organization_id = k.organization_id)
                        and (kw.key_id is not null or not exists (
                               select 1 from gateway_key_workspaces x where x.key_id = k.id))))
           ) as workspaces
      from gateway_keys k join organizations o on o.id = k.organization_id
     where k.short = ${short}`
  return row && factsOf(row, nowMs)
}

function factsOf(row: Row, nowMs: number): KeyFacts {
  const expiresAtMs = row.expires_ms ?? undefined
  const expired = expiresAtMs !== undefined && expiresAtMs <= nowMs
  return {
    id: row.id,
    short: row.short,
    kind: row.kind,
    hash: row.hash,
    previous:
      row.previous_hash && row.previous_until_ms !== null
        ? { hash: row.previous_hash, untilMs: row.previous_until_ms }
        : undefined,
    organizationId: row.organization_id,
    gatewayEnabled: row.enabled,
    state: row.deactivated ? 'deactivated' : expired ? 'expired' : 'active',
    expiresAtMs,
    scope: row.scope,
    userId: row.user_id ?? undefined,
    workspaces: (row.workspaces ?? []).map((each) => ({
      workspaceId: each.id,
      permissions: permissionSet(each.permissions),
      capturesContent: each.captures,
    })),
    organizationPermissions: permissionSet(row.organization_permissions ?? []),
  }
}

/** The known permissions among `names`: one that a newer version wrote grants nothing here. */
export function permissionSet(names: readonly string[]): ReadonlySet<Permission> {
  const wanted = new Set(names)
  return new Set(PERMISSIONS.filter((permission) => wanted.has(permission)))
}
