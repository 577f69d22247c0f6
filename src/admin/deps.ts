import type { FailureThrottle } from '../base/failure-throttle.ts'
import type { Permission } from '../base/permission.ts'
import type { World } from '../base/world.ts'
import type { Database } from '../store/database.ts'
import type { Keyring } from '../store/keyring.ts'

/** What the admin API must know of a resolved key; the store's key facts fit. */
export interface AdminKey {
  readonly id: string
  readonly short: string
  readonly kind: 'service' | 'personal'
  readonly organizationId: string
  readonly gatewayEnabled: boolean
  readonly state: 'active' | 'expired' | 'deactivated'
  readonly scope: 'workspace' | 'organization'
  readonly userId: string | undefined
  readonly workspaces: readonly {
    readonly workspaceId: string
    readonly permissions: ReadonlySet<Permission>
  }[]
  readonly organizationPermissions: ReadonlySet<Permission>
}

/** Everything the control plane stands on, handed in by `server.ts`. */
export interface AdminDeps {
  readonly world: World
  readonly database: Database
  readonly keys: {
    /** Synchronous on a warm key. Throws `store_unavailable` when it cannot know. */
    resolve(token: string): AdminKey | 'unknown' | Promise<AdminKey | 'unknown'>
  }
  /** Seals provider secrets. */
  readonly keyring: Keyring
  /** `''` or `/something`. */
  readonly basePath: string
  /** The caller's address as the listener saw it; without it nothing is throttled. */
  addressOf?(request: Request): string | undefined
  /** Shared with the data plane, so that both doors count together. */
  readonly throttle?: FailureThrottle
  /** Shown in the OpenAPI document. */
  readonly version: string
}
