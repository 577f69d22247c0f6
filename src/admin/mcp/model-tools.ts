import { Type as t } from '@sinclair/typebox'
import { textMember } from '../../base/json.ts'
import { nanos } from '../../base/money.ts'
import { usdOnWire } from '../../base/wire.ts'
import { catalog } from '../../pricing/catalog.ts'
import type { Price } from '../../pricing/price.ts'
import { seededModels } from '../../pricing/seed.ts'
import { PRICE_ROUTES } from '../prices.ts'
import { type Asker, ask, routeAt } from './ask.ts'
import { firstRows, type Tool, tool } from './tool.ts'

const OWN = routeAt(PRICE_ROUTES, 'GET', '/model-price-map')
const UNPRICED = routeAt(PRICE_ROUTES, 'GET', '/model-price-map/unpriced')
const MODELS_SHOWN = 50
const BUILT_IN = catalog()

/** What models cost. */
export const MODEL_TOOLS: readonly Tool[] = [
  tool({
    name: 'list_models',
    title: 'List models and prices',
    says: "Models with a known price in dollars per million tokens, the organisation's own prices (they win where their pattern matches), and models called in the last 30 days without any price: under a spend cap those are refused.",
    needs: '`organization:read`',
    shape: t.Object(
      {
        contains: t.Optional(
          t.String({ maxLength: 100, description: 'Part of the model name, such as "sonnet".' }),
        ),
        provider: t.Optional(t.String({ maxLength: 64 })),
      },
      { additionalProperties: false },
    ),
    async run({ contains = '', provider }, asker) {
      const wanted = contains.toLowerCase()
      const fits = (of: string | undefined, name: string | undefined): boolean =>
        (provider === undefined || of === provider) && (name ?? '').toLowerCase().includes(wanted)
      const [own, unpriced] = await Promise.all([listAt(asker, OWN), listAt(asker, UNPRICED)])
      const built = pricesNow(asker.deps.world.clock.now())
      return {
        models: firstRows(
          built.filter((each) => fits(each.provider, each.model)),
          MODELS_SHOWN,
        ),
        own_prices: firstRows(
          own.filter((each) =>
            fits(textMember(each, 'provider'), textMember(each, 'match_pattern')),
          ),
        ),
        unpriced: firstRows(
          unpriced.filter((each) => fits(textMember(each, 'provider'), textMember(each, 'model'))),
        ),
      }
    },
  }),
]

async function listAt(asker: Asker, route: typeof OWN): Promise<readonly unknown[]> {
  const found = await ask(asker, route, {})
  return Array.isArray(found) ? found : []
}

function pricesNow(nowMs: number) {
  const names = [...seededModels(), { provider: 'demo', model: 'demo/echo' }]
  return names.flatMap(({ provider, model }) => {
    const price = BUILT_IN.priceFor(provider, model, nowMs)
    return price ? [{ provider, model, ...onWire(price) }] : []
  })
}

/** The rates of the smallest input: tiers and tool fees are counted, but not listed here. */
function onWire({ steps, contextTokens, outputTokensMax, source, revision }: Price) {
  const { rates } = steps[0]
  const cacheRead = rates.cacheRead
  return {
    input_usd_per_mtok: usdOnWire(nanos(rates.input)),
    output_usd_per_mtok: usdOnWire(nanos(rates.output)),
    ...(cacheRead === undefined ? {} : { cache_read_usd_per_mtok: usdOnWire(nanos(cacheRead)) }),
    ...(steps.length > 1 ? { tiers: steps.length } : {}),
    context_tokens: contextTokens ?? null,
    output_tokens_max: outputTokensMax ?? null,
    source: `${source} ${revision}`,
  }
}
