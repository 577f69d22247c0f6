import type { Nanos } from './money.ts'
import type { CostBasis, Usage } from './usage.ts'

/** How a call ended. `interrupted` is written by the sweeper for calls whose process died. */
export type Outcome = 'ok' | 'refused' | 'failed' | 'aborted' | 'interrupted'

/** What is known of a call before it is forwarded; one database row per call whose key names a workspace. */
export interface ExchangeOpened {
  /** UUIDv7; also the run id. */
  readonly id: string
  readonly organizationId: string
  readonly workspaceId: string
  readonly keyId: string
  readonly keyShort: string
  readonly userId: string | undefined
  /** The gateway process that owns the call; a dead process' open rows are closed as `interrupted`. */
  readonly processId: string
  readonly startedAtMs: number
  readonly provider: string
  readonly dialect: string
  /** What is asked: `chat`, `embeddings`, `count_tokens`, … or `passthrough` when the gateway cannot read it. */
  readonly operation: string
  readonly method: string
  /** Path below the provider's prefix, without query. */
  readonly path: string
  readonly requestModel: string | undefined
  readonly stream: boolean
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits of the caller's span, when a valid `traceparent` came in. */
  readonly parentSpanId: string | undefined
  readonly traceState: string | undefined
  /** The caller's `traceparent` asked not to export its trace. It never touches what is metered and kept here. */
  readonly unsampled?: true | undefined
  /** The agent's own session or conversation id, when it sent one. */
  readonly sessionId: string | undefined
  readonly userAgent: string | undefined
}

/** What is known of a call once it ended. */
export interface ExchangeClosed {
  readonly id: string
  readonly endedAtMs: number
  readonly outcome: Outcome
  /** HTTP status the caller saw. */
  readonly status: number
  /** Failure code of `base/failure.ts`, or undefined for `ok`. */
  readonly errorCode: string | undefined
  readonly upstreamStatus: number | undefined
  readonly upstreamRequestId: string | undefined
  readonly responseModel: string | undefined
  readonly responseId: string | undefined
  readonly finishReasons: readonly string[]
  readonly usage: Usage | undefined
  /** Undefined when the model has no price: shown as unpriced, never as zero. */
  readonly costNanos: Nanos | undefined
  readonly costBasis: CostBasis | undefined
  /** Milliseconds from arrival to the first byte sent to the caller. */
  readonly firstByteMs: number | undefined
  /** Milliseconds of the total spent in the gateway itself before forwarding. */
  readonly overheadMs: number | undefined
  readonly policies: PolicyOutcome
  /** Detector id → count, per direction. Never the value. */
  readonly findings: readonly FindingCount[]
}

/** Which policies looked at a call and what they said. Ids and names are parallel lists. */
export interface PolicyOutcome {
  readonly matched: readonly PolicyName[]
  readonly violated: readonly PolicyName[]
}

export interface PolicyName {
  readonly id: string
  readonly name: string
}

export interface FindingCount {
  readonly detector: string
  readonly entity: string
  readonly direction: 'request' | 'response'
  readonly count: number
}

/** Nothing matched, nothing violated. */
export const NO_POLICIES: PolicyOutcome = { matched: [], violated: [] }

/** The usage event: everything the exporter needs to build a run. Travels as the outbox row and over the bus. */
export interface ExchangeEvent {
  readonly version: 1
  readonly opened: ExchangeOpened
  readonly closed: ExchangeClosed
}
