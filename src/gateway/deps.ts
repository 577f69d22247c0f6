import type { ContentRecord } from '../base/call.ts'
import type { ExchangeClosed, ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import type { FailureThrottle } from '../base/failure-throttle.ts'
import type { Secret } from '../base/secret.ts'
import type { World } from '../base/world.ts'
import type { PolicySet } from '../policies/policy-set.ts'
import type { Catalog } from '../pricing/catalog.ts'
import type { ProviderName } from '../providers/provider.ts'
import type { KnownKey } from '../store/key-facts.ts'
import type { Ledger } from '../store/ledger.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { TextAnalyzer } from './text-analyzer.ts'

/** What a resolved gateway key may do, as far as the data plane needs it. */
export type CallerKey = Omit<KnownKey, 'organizationPermissions'>

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
  /** Secret bytes from which the letters of placeholders are made. */
  readonly placeholderKey: Uint8Array
  /** An outside detector of names for requests, when one is configured. */
  readonly analyzer?: TextAnalyzer | undefined
  readonly policies: {
    /** Every policy of an organization; synchronous when warm. Throws `store_unavailable`. */
    forOrganization(organizationId: string): PolicySet | Promise<PolicySet>
    forget(organizationId?: string): void
  }
  /** Built-in prices with the organization's own merged in. */
  readonly prices: { catalogOf(organizationId: string): Catalog }
  /** Opens a call's row with its hold, and ends both together. */
  readonly ledger: Pick<Ledger, 'reserve'>
  readonly exchanges: {
    /** A call refused before it was forwarded: its row opened and closed in one go. */
    record(event: ExchangeEvent): Promise<void>
  }
  readonly upstream: Upstream
  readonly reporter: Reporter
  /** Slows down who guesses keys; without it nobody is throttled. */
  readonly throttle?: FailureThrottle
  /** The caller's address as the listener saw it. */
  addressOf?(request: Request): string | undefined
}

/** Told of every end; never awaited, never throws. */
export interface Reporter {
  /** A call whose key names a workspace has ended and its row is closed. */
  ended(opened: ExchangeOpened, closed: ExchangeClosed, timings: Timings): void
  /** What a call said, redacted, where its workspace keeps it. */
  content?(content: ContentRecord): void
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
