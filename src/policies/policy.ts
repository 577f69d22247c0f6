import type { Nanos } from '../base/money.ts'
import type { Window } from '../base/window.ts'

export type PolicyType =
  | 'spend_cap'
  | 'default_spend_cap'
  | 'rate_limit'
  | 'default_rate_limit'
  | 'model_access'
  | 'guard'
  | 'default_guard'

/** One condition. Values under the same key are ORed, different keys are ANDed. */
export interface Matcher {
  readonly key: string
  /** Empty on a default: one child per subject. Empty on a custom key otherwise: calls without the header. */
  readonly value: string
}

/** What an account counts. `concurrency` counts calls that run: each takes a place and gives it back at its end. */
export type Metric = 'nanos' | 'requests' | 'tokens' | 'concurrency'

/** One thing a policy counts per window; every meter has one account per window in the ledger. */
export interface MeterSpec {
  readonly metric: Metric
  readonly window: Window
  readonly limit: bigint
}

export interface Meter extends MeterSpec {
  /** The ledger's id of the meter. */
  readonly id: number
}

export interface SpendCap {
  readonly kind: 'spend'
  readonly window: Window
  readonly limitNanos: Nanos
  /** `full` holds the whole upper bound (no overspend); `sliced` holds input and a slice of output. */
  readonly hold: 'full' | 'sliced'
  /** Rates in nanodollars per million tokens charged for a model that has no price; none = such calls are refused. */
  readonly ceilingPrice: { readonly input: bigint; readonly output: bigint } | undefined
  /** What happens to writes whose cost the gateway cannot read. */
  readonly unmetered: 'block' | 'allow'
}

export interface RateLimit {
  readonly kind: 'rate'
  readonly limits: readonly MeterSpec[]
}

export interface ModelAccess {
  readonly kind: 'models'
  /** Provider → `all` or model names; a trailing `*` stands for any ending. Others are denied. */
  readonly providers: ReadonlyMap<string, 'all' | readonly string[]>
}

export type GuardOperator = 'block' | 'drop' | 'replace' | 'mask' | 'hash' | 'observe'

/** A detector that a guard brings along: a pattern of the linear syntax, or a list of words. */
export interface GuardDetector {
  readonly id: string
  readonly kind: 'secret' | 'pii'
  readonly entity: string
  readonly pattern: string | undefined
  readonly words: readonly string[] | undefined
}

export interface Guard {
  readonly kind: 'guard'
  /** All detectors of that kind. */
  readonly pii: boolean
  readonly secrets: boolean
  /** For every finding that `detectors` does not name. */
  readonly operator: GuardOperator
  /** Detector id or entity → its operator; naming one switches it on. */
  readonly detectors: Readonly<Record<string, GuardOperator>>
  readonly direction: 'request' | 'response' | 'both'
  /** Detector ids and entities that are left out. */
  readonly except: readonly string[]
  readonly custom: readonly GuardDetector[]
  /** Values that are never touched. */
  readonly allow: readonly string[]
  readonly placeholderScope: 'key' | 'exchange'
  readonly timeoutMs: number
  /** What happens to a request whose scan takes longer. */
  readonly timeoutAction: 'block' | 'allow'
  /** Whether text passes when the scanner itself fails. */
  readonly failMode: 'closed' | 'open'
  /** What happens to bodies that cannot be scanned. */
  readonly unscannable: 'block' | 'allow'
}

export type PolicyConfig = SpendCap | RateLimit | ModelAccess | Guard

/** A rule of an organisation as every gateway process holds it. */
export interface Policy {
  readonly id: string
  readonly name: string
  readonly type: PolicyType
  readonly matchers: readonly Matcher[]
  readonly config: PolicyConfig
  readonly enabled: boolean
  /** Lower is named first among policies of equal breadth. */
  readonly priority: number
  readonly parentId: string | undefined
  /** In the order of the kind's meters; empty for kinds that count nothing and for defaults. */
  readonly meters: readonly Meter[]
}

/** Types whose policies stand for one child per subject. */
export function isDefaultType(type: PolicyType): boolean {
  return type.startsWith('default_')
}

/** The type of the children of a default; any other type is its own. */
export function memberType(type: PolicyType): PolicyType {
  switch (type) {
    case 'default_spend_cap':
      return 'spend_cap'
    case 'default_rate_limit':
      return 'rate_limit'
    case 'default_guard':
      return 'guard'
    default:
      return type
  }
}
