import type { ExchangeClosed, ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import type { Nanos } from '../base/money.ts'
import type { Permission } from '../base/permission.ts'
import type { Secret } from '../base/secret.ts'
import type { CostBasis, Usage } from '../base/usage.ts'
import type { World } from '../base/world.ts'
import type { ProviderName } from '../providers/provider.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** What a resolved gateway key may do; the store's key facts, as far as the data plane needs them. */
export interface CallerKey {
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
}

/** Everything the data plane stands on, handed in by `server.ts` so that tests and simulation can stand in. */
export interface GatewayDeps {
  readonly world: World
  /** Names this process in the rows it opens. */
  readonly processId: string
  /** `''` or `/something`. */
  readonly basePath: string
  /** Origin (and optional path) of each provider; only configuration sets these. */
  readonly origins: Readonly<Record<Exclude<ProviderName, 'demo'>, URL>>
  readonly keys: {
    /** Synchronous on a warm key. Throws `store_unavailable` when it cannot know. */
    resolve(token: string): CallerKey | 'unknown' | Promise<CallerKey | 'unknown'>
  }
  readonly secrets: {
    resolve(workspaceId: string, name: string): Secret | undefined | Promise<Secret | undefined>
  }
  readonly ledger: {
    /** Writes the call's row before it is forwarded. Throws `store_unavailable` past its deadline. */
    open(opened: ExchangeOpened): Promise<void>
    /** Ends the call's row together with its outbox row; retries by itself, never lost while the process lives. */
    close(event: ExchangeEvent): Promise<void>
    /** A call refused before it was forwarded: opened and closed in one go. */
    record(event: ExchangeEvent): Promise<void>
  }
  readonly upstream: Upstream
  readonly pricing: {
    /** What `usage` costs, or undefined when the model has no price. */
    cost(call: PricedCall): { readonly nanos: Nanos; readonly basis: CostBasis } | undefined
  }
  readonly reporter: Reporter
}

/** What the price of a call depends on. */
export interface PricedCall {
  readonly provider: string
  readonly model: string
  readonly atMs: number
  readonly usage: Usage
  readonly serviceTier: string | undefined
}

/** Told of every end; never awaited, never throws. */
export interface Reporter {
  /** A call whose key names a workspace has ended and its row is closed. */
  ended(opened: ExchangeOpened, closed: ExchangeClosed, timings: Timings): void
  /** A call that names no workspace was refused: a log line and a counter. */
  turnedAway(facts: TurnedAway): void
}

/** Milliseconds since the call's arrival at which each step was done; undefined when it was not reached. */
export interface Timings {
  authenticatedMs: number | undefined
  readMs: number | undefined
  admittedMs: number | undefined
  forwardedMs: number | undefined
  headMs: number | undefined
  firstByteMs: number | undefined
  endedMs: number | undefined
}

export interface TurnedAway {
  readonly requestId: string
  readonly door: string
  readonly method: string
  readonly status: number
  readonly code: string
  /** The inside of a failure, for the log only. */
  readonly inside: unknown
}
