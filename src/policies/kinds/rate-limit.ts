import { t } from 'elysia'
import { NO_WINDOW } from '../../base/window.ts'
import type { Mistake, PolicyKind } from '../kind.ts'
import { shapeMistakes } from '../kind.ts'
import type { MeterSpec, PolicyConfig } from '../policy.ts'

const VALUE_MAX = 1_000_000_000_000_000

const shape = t.Object(
  {
    version: t.Optional(t.Literal(1)),
    limits: t.Array(
      t.Object(
        {
          metric: t.Union(
            ['requests', 'tokens', 'concurrency'].map((each) => t.Literal(each)),
            { description: 'concurrency: calls that run at the same time' },
          ),
          window: t.Optional(
            t.Union([t.Literal('minute'), t.Literal('hour')], {
              description: 'Of requests and tokens; concurrency has none',
            }),
          ),
          value: t.Integer({ minimum: 1, maximum: VALUE_MAX }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 5, description: 'Each pair of metric and window once' },
    ),
  },
  { additionalProperties: false },
)

function parse(config: unknown): PolicyConfig | readonly Mistake[] {
  const wrong = shapeMistakes(shape, config)
  if (wrong.length > 0) return wrong
  const given = config as {
    limits: {
      metric: 'requests' | 'tokens' | 'concurrency'
      window?: 'minute' | 'hour'
      value: number
    }[]
  }
  const seen = new Set<string>()
  const mistakes: Mistake[] = []
  const limits = given.limits.map(({ metric, window, value }, index): MeterSpec => {
    const pair = window === undefined ? metric : `${metric} per ${window}`
    if (seen.has(pair))
      mistakes.push({ pointer: `/config/limits/${index}`, says: `repeats ${pair}` })
    seen.add(pair)
    if ((metric === 'concurrency') !== (window === undefined))
      mistakes.push({
        pointer: `/config/limits/${index}/window`,
        says:
          metric === 'concurrency' ? 'must be absent for concurrency' : 'must be minute or hour',
      })
    return { metric, window: window ?? NO_WINDOW, limit: BigInt(value) }
  })
  return mistakes.length > 0 ? mistakes : { kind: 'rate', limits }
}

const base = {
  shape,
  parse,
  windowKey: () => '',
  meters: (config: PolicyConfig) => (config.kind === 'rate' ? config.limits : []),
  examples: [
    { version: 1, limits: [{ metric: 'requests', window: 'minute', value: 60 }] },
    {
      limits: [
        { metric: 'requests', window: 'hour', value: 1_000 },
        { metric: 'tokens', window: 'hour', value: 2_000_000 },
      ],
    },
    { limits: [{ metric: 'concurrency', value: 8 }] },
  ],
  refusals: [
    { config: {}, pointer: '/config/limits' },
    { config: { limits: [] }, pointer: '/config/limits' },
    {
      config: { limits: [{ metric: 'requests', window: 'day', value: 1 }] },
      pointer: '/config/limits/0/window',
    },
    {
      config: { limits: [{ metric: 'requests', window: 'minute', value: 0 }] },
      pointer: '/config/limits/0/value',
    },
    {
      config: { limits: [{ metric: 'requests', value: 1 }] },
      pointer: '/config/limits/0/window',
    },
    {
      config: { limits: [{ metric: 'concurrency', window: 'hour', value: 1 }] },
      pointer: '/config/limits/0/window',
    },
    {
      config: {
        limits: [
          { metric: 'tokens', window: 'hour', value: 1 },
          { metric: 'tokens', window: 'hour', value: 2 },
        ],
      },
      pointer: '/config/limits/1',
    },
  ],
}

/** Requests or tokens per minute or hour, or calls at the same time, over a subject or a group. */
export const rateLimit: PolicyKind = {
  ...base,
  type: 'rate_limit',
  says: 'Limits requests or tokens per minute or hour, or calls at the same time, over a subject or a group',
}

/** A rate limit of its own for each member of a dimension. */
export const defaultRateLimit: PolicyKind = {
  ...base,
  type: 'default_rate_limit',
  says: 'Gives every workspace, user, key or header value a rate limit of its own',
}
