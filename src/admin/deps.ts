import type { FailureThrottle } from '../base/failure-throttle.ts'
import type { World } from '../base/world.ts'
import type { Database } from '../store/database.ts'
import type { KnownKey } from '../store/key-facts.ts'
import type { Keyring } from '../store/keyring.ts'
import type { IdentityDoor } from './identity-door.ts'
import type { PasswordDoor } from './password-door.ts'

/** What the admin API must know of a resolved key. */
export interface AdminKey extends KnownKey {
  /** Of a console session: when its person showed who it is, in epoch milliseconds. */
  readonly signedInAtMs?: number
}

/** The product's documentation, as MCP tools read it. */
export interface Manual {
  readonly pages: readonly { readonly page: string; readonly title: string }[]
  /** The sections that fit best, best first, at most `limit`. */
  search(query: string, limit: number): Promise<readonly ManualHit[]>
  /** A page as Markdown, or undefined when there is none of that name. */
  read(page: string): string | undefined
}

/** One section of the documentation that was found. */
export interface ManualHit {
  readonly page: string
  readonly title: string
  readonly heading: string
  /** Below the base path, with its anchor. */
  readonly path: string
  readonly excerpt: string
}

/** What the bus set aside, as far as the control plane needs it; the bus fits. */
export interface ParkedPort {
  parked(limit: number): Promise<
    readonly {
      readonly id: string
      readonly subject: string
      readonly reason: string
      readonly parkedAtMs: number
    }[]
  >
  /** Gives how many were found. Rejects when the bus is away. */
  replayParked(ids: readonly string[]): Promise<number>
}

/** A destination of traces or notices, as far as the control plane may show it: no credential, no path. */
export interface ExportDestination {
  readonly name: string
  readonly type: string
  /** What it is sent. */
  readonly gets: 'calls' | 'issues' | 'budgets'
  /** Scheme and host; undefined for stdout and the trace store. */
  readonly origin: string | undefined
  /** The name of its cursor on the bus; undefined where notices wait in the database. */
  readonly cursor: string | undefined
  /** Configured outside, and not a part of this product. */
  readonly outside: boolean
}

/** The exporter's destinations, as this process reads them from the same configuration. */
export interface ExportsPort {
  list(): Promise<readonly ExportDestination[]>
  /** Messages not yet taken, by cursor; undefined while the bus is away. */
  lags(): Promise<ReadonlyMap<string, number> | undefined>
  /** Sends one made-up call to the destination of that name; undefined when there is none. */
  test(name: string): Promise<{ readonly ok: boolean; readonly says: string } | undefined>
}

/** How long what is kept; undefined: for ever. Days. */
export interface Retention {
  readonly traceDays: number | undefined
  readonly contentDays: number | undefined
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
  /** Handed in by the wiring; without it the MCP server has no documentation tools. */
  readonly manual?: Manual | undefined
  /** True: MCP tools that change something are offered to keys that may. */
  readonly mcpWrites?: boolean
  /** Hashes and checks passwords. */
  readonly passwords: PasswordDoor
  /** The identity provider that people may sign in at; undefined when none is configured. */
  readonly identity?: IdentityDoor | undefined
  /** Messages that no destination could take; without it there are none to show. */
  readonly parked?: ParkedPort | undefined
  /** Where calls are sent; without it there is nothing to list. */
  readonly exports?: ExportsPort | undefined
  /** As configured; without it nobody is told. */
  readonly retention?: Retention | undefined
  /** Shown in the OpenAPI document. */
  readonly version: string
}
