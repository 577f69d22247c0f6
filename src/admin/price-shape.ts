import { type Static, Type as t } from '@sinclair/typebox'
import { usdOnWire } from '../base/wire.ts'
import { patternMistake } from '../pricing/catalog.ts'
import type { Rates } from '../pricing/price.ts'
import type { OwnPrice } from '../store/prices.ts'
import { type Mistake, unprocessable } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const amount = (description: string) =>
  t.Optional(t.Union([t.Number(), t.String({ maxLength: 40 })], { description }))

/** Member → kind of token, in dollars per million. */
const KINDS = {
  cache_read_usd_per_mtok: 'cacheRead',
  cache_write_usd_per_mtok: 'cacheWrite',
  cache_write_1h_usd_per_mtok: 'cacheWrite1h',
  reasoning_usd_per_mtok: 'reasoning',
  input_audio_usd_per_mtok: 'inputAudio',
  output_audio_usd_per_mtok: 'outputAudio',
  input_image_usd_per_mtok: 'inputImage',
  output_image_usd_per_mtok: 'outputImage',
} as const

const EXAMPLE = {
  name: 'House model',
  provider: 'openai',
  match_pattern: 'house-.*',
  input_usd_per_mtok: 2.5,
  output_usd_per_mtok: 10,
}
const tokens = t.Optional(t.Union([t.Integer({ minimum: 1, maximum: 1e9 }), t.Null()]))

/** A price as it is sent: per million tokens, or per token in the original's members. */
export const PRICE_BODY = t.Object(
  {
    name: t.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
    provider: t.Union([
      t.Literal('openai'),
      t.Literal('anthropic'),
      t.Literal('gemini'),
      t.Literal('demo'),
    ]),
    match_pattern: t.String({
      maxLength: 256,
      description: 'RE2 pattern of the whole model name, in lower case.',
    }),
    input_usd_per_mtok: amount('Dollars per million input tokens.'),
    output_usd_per_mtok: amount('Dollars per million output tokens.'),
    prompt_cost: amount('Instead of input_usd_per_mtok: dollars per token.'),
    completion_cost: amount('Instead of output_usd_per_mtok: dollars per token.'),
    cache_read_usd_per_mtok: amount('A kind left out is charged as the kind it is a part of.'),
    cache_write_usd_per_mtok: amount('Written for the default time.'),
    cache_write_1h_usd_per_mtok: amount('Written for an hour.'),
    reasoning_usd_per_mtok: amount('Reasoning output.'),
    input_audio_usd_per_mtok: amount('Audio input.'),
    output_audio_usd_per_mtok: amount('Audio output.'),
    input_image_usd_per_mtok: amount('Image input.'),
    output_image_usd_per_mtok: amount('Image output.'),
    context_tokens: tokens,
    output_tokens_max: tokens,
    hides_output: t.Optional(
      t.Boolean({ description: 'Whether output can be billed that the caller never sees.' }),
    ),
    start_time: t.Optional(t.Union([moment(), t.Null()])),
  },
  { additionalProperties: false, examples: [EXAMPLE] },
)

/** A price on the wire. */
export const PRICE = t.Object(
  {
    id: uuid(),
    name: t.String(),
    provider: t.String(),
    match_pattern: t.String(),
    input_usd_per_mtok: t.Number(),
    output_usd_per_mtok: t.Number(),
    start_time: t.Union([moment(), t.Null()]),
  },
  {
    additionalProperties: true,
    examples: [{ id: '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d', ...EXAMPLE, start_time: null }],
  },
)

/** $10 000 per million tokens: dearer than any model. */
const RATE_MAX = 10_000_000_000_000n

/** A price ready to be stored. Fails with `unprocessable` listing every mistake. */
export function priceFrom(
  body: Static<typeof PRICE_BODY>,
  organizationId: string,
): Omit<OwnPrice, 'id'> {
  const mistakes: Mistake[] = []
  const wrong = (pointer: string, detail: string): void => {
    mistakes.push({ in: 'body', pointer, detail })
  }
  const pattern = patternMistake(body.match_pattern)
  if (pattern !== undefined) wrong('/match_pattern', pattern)
  const rate = (name: string, value: number | string, places: number): bigint => {
    const found = scaled(String(value), places)
    if (found !== undefined && found >= 0n && found <= RATE_MAX) return found
    wrong(`/${name}`, 'Not dollars from 0 to 10000 per million tokens, exact to a nanodollar')
    return 0n
  }
  const either = (perMtok: 'input' | 'output', perToken: 'prompt' | 'completion'): bigint => {
    const million = body[`${perMtok}_usd_per_mtok`]
    const single = body[`${perToken}_cost`]
    if ((million === undefined) === (single === undefined))
      wrong(`/${perMtok}_usd_per_mtok`, `Either this or ${perToken}_cost is needed`)
    return million === undefined
      ? rate(`${perToken}_cost`, single ?? 0, 15)
      : rate(`${perMtok}_usd_per_mtok`, million, 9)
  }
  const rates: { -readonly [Kind in keyof Rates]: Rates[Kind] } = {
    input: either('input', 'prompt'),
    output: either('output', 'completion'),
  }
  for (const [name, kind] of kinds()) {
    const value = body[name]
    if (value !== undefined) rates[kind] = rate(name, value, 9)
  }
  if (mistakes.length > 0) throw unprocessable(mistakes)
  return {
    organizationId,
    name: body.name,
    provider: body.provider,
    matchPattern: body.match_pattern,
    rates,
    contextTokens: body.context_tokens ?? undefined,
    outputTokensMax: body.output_tokens_max ?? undefined,
    hidesOutput: body.hides_output ?? false,
    validFromMs: body.start_time ? Date.parse(body.start_time) : undefined,
  }
}

/** A price on the wire, per million tokens. */
export function priceOnWire(price: OwnPrice): Record<string, unknown> {
  const more = kinds().flatMap(([name, kind]): [string, unknown][] => {
    const rate = price.rates[kind]
    return rate === undefined ? [] : [[name, usdOnWire(rate)]]
  })
  return {
    id: price.id,
    name: price.name,
    provider: price.provider,
    match_pattern: price.matchPattern,
    input_usd_per_mtok: usdOnWire(price.rates.input),
    output_usd_per_mtok: usdOnWire(price.rates.output),
    ...Object.fromEntries(more),
    context_tokens: price.contextTokens ?? null,
    output_tokens_max: price.outputTokensMax ?? null,
    hides_output: price.hidesOutput,
    start_time: price.validFromMs === undefined ? null : iso(price.validFromMs),
  }
}

function kinds(): [keyof typeof KINDS, (typeof KINDS)[keyof typeof KINDS]][] {
  const names: (keyof typeof KINDS)[] = [
    'cache_read_usd_per_mtok',
    'cache_write_usd_per_mtok',
    'cache_write_1h_usd_per_mtok',
    'reasoning_usd_per_mtok',
    'input_audio_usd_per_mtok',
    'output_audio_usd_per_mtok',
    'input_image_usd_per_mtok',
    'output_image_usd_per_mtok',
  ]
  return names.map((name) => [name, KINDS[name]])
}

/** `text` × 10^places when that is whole; undefined when it is no decimal or finer. */
function scaled(text: string, places: number): bigint | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,24}))?(?:e([+-]?\d{1,2}))?$/i.exec(text)
  if (!match) return undefined
  const fraction = match[2] ?? ''
  const shift = places + Number(match[3] ?? 0) - fraction.length
  const digits = BigInt((match[1] ?? '0') + fraction)
  if (shift >= 0) return digits * 10n ** BigInt(shift)
  const divisor = 10n ** BigInt(-shift)
  return digits % divisor === 0n ? digits / divisor : undefined
}
