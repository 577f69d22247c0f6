import type { Ask } from '../base/ask.ts'
import type { Nanos } from '../base/money.ts'
import { ceilingDivide, nanos } from '../base/money.ts'
import type { CeilingFacts } from './ceiling-facts.ts'
import { imageTokensMax, TOOL_USES_MAX, tierMultiplier } from './facts.ts'
import type { Price, Rates } from './price.ts'
import { toolName } from './price.ts'

/** An upper bound of a bill, or why there is none. */
export type Ceiling = Bounded | { readonly kind: 'unbounded'; readonly reasons: readonly string[] }

export interface Bounded {
  readonly kind: 'bounded'
  /** Never less than the bill. */
  readonly nanos: Nanos
  readonly inputTokens: number
  /** Over all answers. */
  readonly outputTokens: number
  /** What the input and the tools alone can cost: the rest of the ceiling is output. */
  readonly inputNanos: Nanos
  /** Nanodollars per million output tokens at the dearest applicable rate: turns room into `max_tokens`. */
  readonly outputRate: bigint
}

/** Tokens that providers add on their own: turn markers, and the system prompt that comes with tools. */
const MARKERS_TOKENS = 64
const TOOLS_TOKENS = 1_024

/**
 * An upper bound of what the call can cost, before it is sent. Input: every tokenizer in use covers at least one
 * byte with a token, so the body's text bytes bound its tokens, and a message's own JSON is longer than the few
 * tokens its markers cost; images at the provider's maximum; documents, references and server-side tools up to the
 * context window. Output: what the caller allows, else the model maximum, times the answers. Everything at the
 * dearest rate that can apply.
 */
export function ceilingOf(ask: Ask, facts: CeilingFacts, price: Price): Ceiling {
  const reasons = [...ask.unbounded]
  const context = price.contextTokens
  const open = reasons.length > 0 || ask.serverTools.length > 0
  if (open && context === undefined) return unbounded([...reasons, ...ask.serverTools])
  const shown =
    facts.textBytes +
    MARKERS_TOKENS +
    (facts.tools ? TOOLS_TOKENS : 0) +
    ask.images * imageTokensMax(price.provider, price.model)
  const inputTokens = open ? Math.max(shown, context ?? 0) : shown
  const perAnswer = outputBound(ask, price)
  if (perAnswer === undefined) return unbounded(['output'])
  const fees = toolFeesOf(ask, price)
  if (typeof fees === 'string') return unbounded([fees])
  const answers = Math.max(1, ask.answers)
  const outputTokens = perAnswer * answers
  const { input, output } = dearest(price, facts, inputTokens)
  const multiplier = tierMultiplier(price.provider, price.model, ask.serviceTier)
  // Flex and batch may be served, and billed, at the standard rate: only dearer tiers count.
  const { times, per } = multiplier.times > multiplier.per ? multiplier : { times: 1n, per: 1n }
  const fixed = (fees + price.requestsPerThousand) * 1000n * per
  const inputMicros = BigInt(inputTokens) * input * times + fixed
  const outputMicros = BigInt(outputTokens) * output * times
  const divisor = 1_000_000n * per
  return {
    kind: 'bounded',
    nanos: nanos(ceilingDivide(inputMicros + outputMicros, divisor)),
    inputTokens,
    outputTokens,
    inputNanos: nanos(ceilingDivide(inputMicros, divisor)),
    outputRate: ceilingDivide(output * BigInt(answers) * times, per),
  }
}

/** The largest output ceiling (`max_tokens`) whose call would still fit into `room`; undefined when none does. */
export function outputTokensThatFit(ceiling: Bounded, room: Nanos): number | undefined {
  const left = room - ceiling.inputNanos
  if (left <= 0n || ceiling.outputRate <= 0n) return undefined
  const tokens = (left * 1_000_000n) / ceiling.outputRate
  return tokens > 0n ? Number(tokens) : undefined
}

/** The largest output of one answer, or undefined when neither caller nor model bounds it. */
function outputBound(ask: Ask, price: Price): number | undefined {
  const model = price.outputTokensMax ?? price.contextTokens
  if (model === 0) return 0
  if (ask.outputTokensMax === undefined) return model
  // A caller may ask for more than the model can give; the provider then refuses or stops at its own maximum.
  // The context is the safe one of the two bounds: published output maxima have been raised by beta headers.
  return Math.min(ask.outputTokensMax, price.contextTokens ?? Number.MAX_SAFE_INTEGER)
}

/** Nanodollars per 1 000 summed over the tools' most uses, or the name of a tool whose fee is not known. */
function toolFeesOf(ask: Ask, price: Price): bigint | string {
  let fees = 0n
  for (const each of ask.serverTools) {
    const fee = price.toolsPerThousand[toolName(each)]
    if (fee === undefined) return `tool:${each}`
    fees += fee * BigInt(TOOL_USES_MAX)
  }
  return fees
}

/** The dearest rates any step up to this input can apply to any part of the input and of the output. */
function dearest(price: Price, facts: CeilingFacts, inputTokens: number) {
  let input = 0n
  let output = 0n
  for (const step of price.steps) {
    if (step.aboveInputTokens > 0 && inputTokens <= step.aboveInputTokens) break
    const rates = step.rates
    for (const rate of inputRates(rates, facts)) if (rate > input) input = rate
    for (const rate of [rates.output, rates.reasoning, rates.outputAudio, rates.outputImage])
      if (rate !== undefined && rate > output) output = rate
  }
  return { input, output }
}

function inputRates(rates: Rates, facts: CeilingFacts): readonly bigint[] {
  const some = [rates.input, rates.cacheRead ?? 0n]
  if (facts.cacheWrites) some.push(rates.cacheWrite ?? 0n, rates.cacheWrite1h ?? 0n)
  if (facts.media) some.push(rates.inputAudio ?? 0n, rates.inputImage ?? 0n)
  return some
}

function unbounded(reasons: readonly string[]): Ceiling {
  return { kind: 'unbounded', reasons }
}
