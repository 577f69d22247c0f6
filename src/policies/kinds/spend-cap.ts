import { t } from 'elysia'
import { nanos } from '../../base/money.ts'
import type { Window } from '../../base/window.ts'
import type { Mistake, PolicyKind } from '../kind.ts'
import { readUsd, shapeMistakes } from '../kind.ts'
import type { PolicyConfig } from '../policy.ts'

const WINDOW_OF: Readonly<Record<string, Window>> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
}

/** A billion dollars: far above any cap, and sums of a thousand such limits still fit into 64 bits. */
const LIMIT_NANOS_MAX = 1_000_000_000_000_000_000n
/** $10 000 per million tokens: dearer than any model. */
const RATE_NANOS_MAX = 10_000_000_000_000n

const usd = (description: string) => t.Union([t.Number(), t.String()], { description })

const shape = t.Object(
  {
    window: t.Union(
      ['hourly', 'daily', 'weekly', 'monthly'].map((each) => t.Literal(each)),
      { description: 'Calendar window in UTC; weeks start on Monday' },
    ),
    limit_usd: usd('Dollars per window, at most 9 decimals'),
    limit_nanos: t.Optional(
      t.String({ description: 'The limit in nanodollars, as answers carry it' }),
    ),
    hold: t.Optional(
      t.Union([t.Literal('full'), t.Literal('sliced')], {
        description:
          'full holds the upper bound of every call; sliced holds a slice of its output at a time',
      }),
    ),
    ceiling_price: t.Optional(
      t.Object(
        {
          input_usd_per_mtok: usd('Charged per million input tokens of a model without a price'),
          output_usd_per_mtok: usd('Charged per million output tokens of a model without a price'),
        },
        { additionalProperties: false },
      ),
    ),
    unmetered: t.Optional(
      t.Union([t.Literal('block'), t.Literal('allow')], {
        description: 'Writes whose cost the gateway cannot read',
      }),
    ),
    alert_at_percent: t.Optional(
      t.Array(t.Integer({ minimum: 1, maximum: 100 }), {
        maxItems: 10,
        uniqueItems: true,
        description: 'Shares of the limit that webhooks are told of; default 50, 80, 100',
      }),
    ),
  },
  { additionalProperties: false },
)

function parse(config: unknown): PolicyConfig | readonly Mistake[] {
  const wrong = shapeMistakes(shape, config)
  if (wrong.length > 0) return wrong
  const given = config as {
    window: string
    limit_usd: number | string
    hold?: 'full' | 'sliced'
    ceiling_price?: { input_usd_per_mtok: number | string; output_usd_per_mtok: number | string }
    unmetered?: 'block' | 'allow'
  }
  const limit = readUsd(given.limit_usd)
  const mistakes: Mistake[] = []
  if (limit === undefined || limit < 0n || limit > LIMIT_NANOS_MAX)
    mistakes.push({
      pointer: '/config/limit_usd',
      says: 'must be dollars from 0 to 1000000000 with at most 9 decimals',
    })
  const rate = (value: number | string | undefined, name: string): bigint => {
    const amount = readUsd(value)
    if (amount !== undefined && amount >= 0n && amount <= RATE_NANOS_MAX) return amount
    mistakes.push({
      pointer: `/config/ceiling_price/${name}`,
      says: 'must be dollars from 0 to 10000 with at most 9 decimals',
    })
    return 0n
  }
  const own = given.ceiling_price
  const ceilingPrice = own && {
    input: rate(own.input_usd_per_mtok, 'input_usd_per_mtok'),
    output: rate(own.output_usd_per_mtok, 'output_usd_per_mtok'),
  }
  if (mistakes.length > 0) return mistakes
  return {
    kind: 'spend',
    window: WINDOW_OF[given.window] ?? 'day',
    limitNanos: nanos(limit ?? 0n),
    hold: given.hold ?? 'full',
    ceilingPrice,
    unmetered: given.unmetered ?? 'block',
  }
}

const base = {
  shape,
  parse,
  windowKey: (config: PolicyConfig) => (config.kind === 'spend' ? config.window : ''),
  meters: (config: PolicyConfig) =>
    config.kind === 'spend'
      ? [{ metric: 'nanos' as const, window: config.window, limit: config.limitNanos as bigint }]
      : [],
  examples: [
    { window: 'daily', limit_usd: 10, alert_at_percent: [90] },
    { window: 'monthly', limit_usd: '2500.50', hold: 'sliced' },
    {
      window: 'hourly',
      limit_usd: 0,
      ceiling_price: { input_usd_per_mtok: 20, output_usd_per_mtok: 80 },
      unmetered: 'allow',
    },
  ],
  refusals: [
    { config: null, pointer: '/config' },
    {
      config: { window: 'daily', limit_usd: 1, alert_at_percent: [0] },
      pointer: '/config/alert_at_percent/0',
    },
    {
      config: { window: 'daily', limit_usd: 1, alert_at_percent: [50, 50] },
      pointer: '/config/alert_at_percent',
    },
    { config: { window: 'yearly', limit_usd: 1 }, pointer: '/config/window' },
    { config: { window: 'daily' }, pointer: '/config/limit_usd' },
    { config: { window: 'daily', limit_usd: -1 }, pointer: '/config/limit_usd' },
    { config: { window: 'daily', limit_usd: 1e15 }, pointer: '/config/limit_usd' },
    { config: { window: 'daily', limit_usd: '0.0000000001' }, pointer: '/config/limit_usd' },
    { config: { window: 'daily', limit_usd: 'ten' }, pointer: '/config/limit_usd' },
    { config: { window: 'daily', limit_usd: 1, limit: 2 }, pointer: '/config/limit' },
    {
      config: {
        window: 'daily',
        limit_usd: 1,
        ceiling_price: { input_usd_per_mtok: -1, output_usd_per_mtok: 1 },
      },
      pointer: '/config/ceiling_price/input_usd_per_mtok',
    },
  ],
}

/** A hard cap on the sum of money spent by everything its matchers name, per calendar window. */
export const spendCap: PolicyKind = {
  ...base,
  type: 'spend_cap',
  says: 'Caps the sum of spend over a subject or a group per window',
}

/** A cap of its own for each member of a dimension: every subject seen gets a `spend_cap` child. */
export const defaultSpendCap: PolicyKind = {
  ...base,
  type: 'default_spend_cap',
  says: 'Gives every workspace, user, key or header value a spend cap of its own',
}
