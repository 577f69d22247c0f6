/** Every permission a role can hold. Source: contract, admin API. */
export const PERMISSIONS = [
  'organization:read',
  'organization:manage',
  'organization:pats:create',
  'workspaces:read',
  'workspaces:manage',
  'workspaces:manage-members',
  'workspaces:manage-keys',
  'gateway:invoke',
  'projects:read',
  'runs:read',
  'policies:read',
  'audit:read',
  'usage:read',
] as const

export type Permission = (typeof PERMISSIONS)[number]

/** Who is calling: a resolved, active gateway key bound to exactly one workspace. */
export interface Principal {
  readonly organizationId: string
  readonly workspaceId: string
  readonly keyId: string
  /** The public part of the key, as it stands in project names. */
  readonly keyShort: string
  readonly keyKind: 'service' | 'personal'
  /** Only personal keys belong to a user; a service key's calls belong to nobody. */
  readonly userId: string | undefined
  readonly permissions: ReadonlySet<Permission>
  /** Its workspace keeps what calls say, in redacted form. */
  readonly capturesContent?: boolean | undefined
}
