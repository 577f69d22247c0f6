import type { Ask } from '../base/ask.ts'
import { Failure } from '../base/failure.ts'
import type { Nanos } from '../base/money.ts'
import { nanos } from '../base/money.ts'
import type { Ceiling } from '../pricing/ceiling.ts'
import { ceilingOf } from '../pricing/ceiling.ts'
import type { CeilingFacts } from '../pricing/ceiling-facts.ts'
import { tierMultiplier } from '../pricing/facts.ts'
import type { Multiplier, Price } from '../pricing/price.ts'
import { STANDARD } from '../pricing/price.ts'
import type { Decision } from './decide.ts'
import { firstSlice } from './slice.ts'

/** What a call is admitted with: how much is held for it, and what its bill will be made of. */
export interface Terms {
  readonly decision: Decision
  /** Undefined when the model has no price; then nothing is held and the call is listed as unpriced. */
  readonly price: Price | undefined
  readonly multiplier: Multiplier
  readonly ceiling: Ceiling
  /** The whole hold, or its first slice. */
  readonly nanos: Nanos
  /** Upper bound of the call's tokens, for token limits; 0 when unknown. */
  readonly tokens: number
  readonly mayHideOutput: boolean
  readonly hold: 'full' | 'sliced'
}

export interface Admission {
  readonly decision: Decision
  readonly ask: Ask
  /** Read from the body as it is sent. */
  readonly facts: CeilingFacts
  readonly price: Price | undefined
  /** `free` calls cost nothing (reads, token counts); `unmetered` ones cost what the gateway cannot read. */
  readonly cost: 'metered' | 'free' | 'unmetered'
}

/**
 * The terms of a call, or the failure that refuses it under a cap: `model_unpriced`, `cost_unbounded`,
 * `unmetered_route`. Without a cap such calls pass, with nothing held. Whether there is room is the ledger's to say.
 */
export function admit(admission: Admission): Terms | Failure {
  const { decision, ask, facts, cost } = admission
  const price = admission.price ?? namedPrice(decision, ask)
  const free: Terms = {
    decision,
    price,
    multiplier: STANDARD,
    ceiling: { kind: 'unbounded', reasons: [cost] },
    nanos: nanos(0),
    tokens: 0,
    mayHideOutput: false,
    hold: 'full',
  }
  if (cost === 'free') return free
  if (cost === 'unmetered') return decision.unmeteredAllowed ? free : new Failure('unmetered_route')
  if (!price)
    return decision.capped
      ? new Failure('model_unpriced', { details: { model: ask.model ?? null } })
      : { ...free, ceiling: { kind: 'unbounded', reasons: ['unpriced'] } }
  const ceiling = ceilingOf(ask, facts, price)
  const mayHideOutput = price.hidesOutput && (price.provider !== 'anthropic' || facts.thinking)
  const multiplier = tierMultiplier(price.provider, price.model, ask.serviceTier)
  const base = { ...free, multiplier, ceiling, mayHideOutput }
  if (ceiling.kind === 'unbounded')
    return decision.capped
      ? new Failure('cost_unbounded', { details: { reasons: [...ceiling.reasons] } })
      : base
  const tokens = ceiling.inputTokens + ceiling.outputTokens
  // Hidden output cannot be followed while it is made, so it cannot be sliced.
  if (decision.hold === 'sliced' && !mayHideOutput && ask.stream)
    return { ...base, nanos: firstSlice(ceiling), tokens, hold: 'sliced' }
  return { ...base, nanos: ceiling.nanos, tokens }
}

/** A price made of the rates that the matching caps charge for models without one. */
function namedPrice(decision: Decision, ask: Ask): Price | undefined {
  const rates = decision.ceilingPrice
  if (!rates || ask.model === undefined) return undefined
  return {
    provider: 'policy',
    model: ask.model,
    steps: [{ aboveInputTokens: 0, rates }],
    toolsPerThousand: {},
    requestsPerThousand: 0n,
    contextTokens: CONTEXT_TOKENS_ASSUMED,
    outputTokensMax: undefined,
    hidesOutput: true,
    validFromMs: undefined,
    source: 'policy',
    revision: 'ceiling_price',
  }
}

/** For models nobody has published anything about: the largest context window in common use. */
const CONTEXT_TOKENS_ASSUMED = 1_048_576
