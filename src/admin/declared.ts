import type { Static } from '@sinclair/typebox'
import type { Permission } from '../base/permission.ts'
import type { Matcher } from '../policies/policy.ts'
import type { AccessScope } from '../store/roles.ts'
import type { PRICE_BODY } from './price-shape.ts'

/** A configuration file after it was checked: what an organisation should look like. Absent: left alone. */
export interface Declaration {
  readonly version: 1
  readonly organization?: {
    readonly display_name?: string
    readonly llm_gateway_enabled?: boolean
  }
  readonly roles?: readonly DeclaredRole[]
  readonly members?: readonly DeclaredMember[]
  readonly workspaces?: readonly DeclaredWorkspace[]
  readonly service_keys?: readonly DeclaredKey[]
  readonly policies?: readonly DeclaredPolicy[]
  readonly prices?: readonly Static<typeof PRICE_BODY>[]
}

export interface DeclaredRole {
  readonly display_name: string
  readonly description?: string
  readonly access_scope?: AccessScope
  readonly permissions: readonly Permission[]
}

/** `role` is the constant of a built-in role or the display name of another. */
export interface DeclaredMember {
  readonly email: string
  readonly full_name?: string
  readonly role: string
}

/** A provider secret by reference; exactly one of the two. */
export interface DeclaredSecret {
  readonly key: string
  readonly from_env?: string
  readonly from_file?: string
}

export interface DeclaredWorkspace {
  readonly tenant_handle: string
  readonly display_name: string
  readonly capture_content?: boolean
  readonly members?: readonly DeclaredMember[]
  readonly secrets?: readonly DeclaredSecret[]
}

export interface DeclaredKey {
  readonly description: string
  readonly short_key?: string
  readonly workspaces?: readonly string[]
  readonly role?: string
  readonly org_role?: string
  readonly expires_at?: string | null
  readonly deactivated?: boolean
}

/** Values of id matchers may be names; `limit_usd` and the like are digits or numbers. */
export interface DeclaredPolicy {
  readonly name: string
  readonly description?: string
  readonly policy_type: string
  readonly subject_matchers?: readonly Matcher[]
  readonly config: unknown
  readonly enabled?: boolean
  readonly priority?: number
}
