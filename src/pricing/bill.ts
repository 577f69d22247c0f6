import type { Nanos } from '../base/money.ts'
import { ceilingDivide, nanos } from '../base/money.ts'
import type { CostBasis, Usage } from '../base/usage.ts'
import { isPlausible } from '../base/usage.ts'
import type { Ceiling } from './ceiling.ts'
import type { Multiplier, Price } from './price.ts'
import { costOf, ratesFor } from './price.ts'

/** How a call that was sent ended, as far as money is concerned. */
export interface Ending {
  readonly price: Price
  readonly multiplier: Multiplier
  readonly ceiling: Ceiling
  /** The provider's usage; undefined when it never came. */
  readonly usage: Usage | undefined
  /** The usage is absurd or contradicts itself. */
  readonly usageSuspect: boolean
  /** The protocol's own end was seen, so that the usage is the final one. */
  readonly complete: boolean
  /** The provider answered with an error status and no usage: providers do not bill those. */
  readonly refusedByProvider: boolean
  /** UTF-8 bytes of output text seen. */
  readonly outputBytes: number
  /** The call may have produced output that nobody saw. */
  readonly mayHideOutput: boolean
}

/** An amount and how it is known. */
export interface Bill {
  readonly costNanos: Nanos
  readonly basis: CostBasis
}

/**
 * What a sent call costs. The provider's final usage is `measured`. Without it: where output can be hidden the hold's
 * upper bound is posted (`ceiling`); where all output is visible, what was seen is `counted`, at one token for each
 * UTF-8 byte and never above the bound. A provider's own refusal costs nothing. Undefined when neither usage nor a
 * bound is known: shown as unpriced, never as zero.
 */
export function billOf(ending: Ending): Bill | undefined {
  const { usage, price, multiplier, ceiling } = ending
  const sound = usage !== undefined && !ending.usageSuspect && isPlausible(usage)
  if (sound && ending.complete)
    return { costNanos: costOf(usage, price, multiplier), basis: 'measured' }
  if (ending.refusedByProvider) return { costNanos: nanos(0), basis: 'measured' }
  if (ceiling.kind === 'unbounded') {
    return sound ? { costNanos: costOf(usage, price, multiplier), basis: 'counted' } : undefined
  }
  if (ending.mayHideOutput) {
    const told = sound ? costOf(usage, price, multiplier) : 0n
    return { costNanos: larger(ceiling.nanos, told), basis: 'ceiling' }
  }
  const seen = Math.min(
    Math.max(ending.outputBytes, sound ? usage.outputTokens : 0),
    ceiling.outputTokens,
  )
  if (sound && usage.inputTokens > 0)
    return {
      costNanos: costOf(
        { ...usage, outputTokens: Math.max(seen, usage.outputTokens) },
        price,
        multiplier,
      ),
      basis: 'counted',
    }
  const rate = ratesFor(price, ceiling.inputTokens).output
  const output = ceilingDivide(BigInt(seen) * rate * multiplier.times, 1_000_000n * multiplier.per)
  const counted = nanos(ceiling.inputNanos + output)
  return { costNanos: smaller(counted, ceiling.nanos), basis: 'counted' }
}

function larger(a: bigint, b: bigint): Nanos {
  return nanos(a > b ? a : b)
}

function smaller(a: bigint, b: bigint): Nanos {
  return nanos(a < b ? a : b)
}
