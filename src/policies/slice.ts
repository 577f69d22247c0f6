import type { Nanos } from '../base/money.ts'
import { nanos } from '../base/money.ts'
import type { Bounded } from '../pricing/ceiling.ts'

/** Output tokens of one slice: a few seconds of a fast model, so that a call asks the ledger every few seconds. */
export const SLICE_TOKENS = 1_024
/** The next slice is asked for when this much of the present one is left: two round trips at a fast model's speed. */
export const SLICE_MARGIN_TOKENS = 512

/** What a sliced hold starts with: the whole input and the first slice of output, never more than the full hold. */
export function firstSlice(ceiling: Bounded): Nanos {
  return upTo(ceiling, SLICE_TOKENS)
}

/**
 * The total that a sliced hold should be raised to, once `outputBytes` UTF-8 bytes of output have been seen, or
 * undefined while it holds enough. A token holds at least one byte, so the hold stays ahead of the bill by
 * the margin; what a provider sends in one event beyond it is the bound of an overspend.
 */
export function nextTotal(ceiling: Bounded, held: Nanos, outputBytes: number): Nanos | undefined {
  if (held >= ceiling.nanos || upTo(ceiling, outputBytes + SLICE_MARGIN_TOKENS) <= held)
    return undefined
  return upTo(ceiling, outputBytes + SLICE_MARGIN_TOKENS + SLICE_TOKENS)
}

function upTo(ceiling: Bounded, outputTokens: number): Nanos {
  const total = ceiling.inputNanos + (BigInt(outputTokens) * ceiling.outputRate) / 1_000_000n + 1n
  return nanos(total < ceiling.nanos ? total : ceiling.nanos)
}
