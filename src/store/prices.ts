import { newId } from '../base/id.ts'
import type { JsonObject } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import type { World } from '../base/world.ts'
import type { Catalog, PriceOverride } from '../pricing/catalog.ts'
import { catalog } from '../pricing/catalog.ts'
import { toolFees } from '../pricing/facts.ts'
import type { Rates } from '../pricing/price.ts'
import type { AnySql, Database } from './database.ts'

/** An organisation's own price, as it is stored. */
export interface OwnPrice {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly provider: string
  /** RE2 pattern of the whole model name; checked with `patternMistake`. */
  readonly matchPattern: string
  readonly rates: Rates
  readonly contextTokens: number | undefined
  readonly outputTokensMax: number | undefined
  readonly hidesOutput: boolean
  readonly validFromMs: number | undefined
}

/** Every organisation's catalog: built-in prices with its own merged in. */
export interface PriceBook {
  catalogOf(organizationId: string): Catalog
  /** Reads the own prices anew; called when a change is told. Keeps the old ones when the store is away. */
  reload(): Promise<void>
}

/** Own prices of all organisations together; beyond it the newest are kept out and a warning is logged. */
const OWN_MAX = 20_000

/** Reads the own prices once; they are few, so every look-up afterwards is in memory. */
export async function priceBook(database: Database, world: World): Promise<PriceBook> {
  const builtIn = catalog()
  let own = new Map<string, Catalog>()
  const reload = async (): Promise<void> => {
    const prices = await listPrices(database.sql)
    const byOrganization = Map.groupBy(prices, ({ organizationId }) => organizationId)
    own = new Map([...byOrganization].map(([id, rows]) => [id, catalog(rows.map(overrideOf))]))
    if (prices.length >= OWN_MAX) world.log.warn('own_prices_cut', { kept: OWN_MAX })
  }
  await reload()
  return {
    catalogOf: (organizationId) => own.get(organizationId) ?? builtIn,
    async reload() {
      try {
        await reload()
      } catch (cause) {
        world.log.warn('prices_not_reloaded', { cause: String(cause) })
      }
    },
  }
}

/** The own prices of one organisation, or of all. */
export async function listPrices(
  sql: AnySql,
  organizationId?: string,
): Promise<readonly OwnPrice[]> {
  const rows = await sql`
    select *, (extract(epoch from valid_from) * 1000)::float8 as valid_from_ms from model_prices where ${organizationId ?? null}::uuid is null
        or organization_id = ${organizationId ?? null}::uuid order by id limit ${OWN_MAX}`
  return rows.map(readPrice)
}

/** Writes a new price; gives its id. */
export async function insertPrice(
  sql: AnySql,
  world: Pick<World, 'clock' | 'dice'>,
  price: Omit<OwnPrice, 'id'>,
): Promise<string> {
  const id = newId(world)
  await sql`
    insert into model_prices (id, organization_id, name, provider, match_pattern, rates, context_tokens,
      output_tokens_max, hides_output, valid_from)
    values (${id}, ${price.organizationId}, ${price.name}, ${price.provider}, ${price.matchPattern},
      ${ratesText(price.rates)}::text::jsonb, ${price.contextTokens ?? null}, ${price.outputTokensMax ?? null},
      ${price.hidesOutput}, ${momentOf(price.validFromMs)})`
  return id
}

/** Replaces a price; false when the organisation has none of this id. */
export async function updatePrice(sql: AnySql, price: OwnPrice): Promise<boolean> {
  const rows = await sql`
    update model_prices set name = ${price.name}, provider = ${price.provider},
      match_pattern = ${price.matchPattern}, rates = ${ratesText(price.rates)}::text::jsonb,
      context_tokens = ${price.contextTokens ?? null}, output_tokens_max = ${price.outputTokensMax ?? null},
      hides_output = ${price.hidesOutput}, updated_at = now(),
      valid_from = ${momentOf(price.validFromMs)}
     where id = ${price.id} and organization_id = ${price.organizationId} returning id`
  return rows.length > 0
}

/** Deletes a price; false when the organisation has none of this id. Bills already made stay as they are. */
export async function deletePrice(
  sql: AnySql,
  organizationId: string,
  id: string,
): Promise<boolean> {
  const rows = await sql`
    delete from model_prices where id = ${id} and organization_id = ${organizationId} returning id`
  return rows.length > 0
}

/** Traffic of models without a price, newest first. */
export interface UnpricedModel {
  readonly provider: string
  readonly model: string
  readonly calls: number
  /** Epoch milliseconds of the last hour with such a call. */
  readonly lastHourMs: number
}

/** Models of an organisation that were called without a price since `sinceMs`. */
export async function unpricedModels(
  sql: AnySql,
  organizationId: string,
  sinceMs: number,
): Promise<readonly UnpricedModel[]> {
  return sql<UnpricedModel[]>`
    select s.provider, s.request_model as model, sum(o.unpriced)::int as calls, (extract(epoch from max(o.hour)) * 1000)::float8 as "lastHourMs"
      from ledger_hours o join ledger_subjects s on s.id = o.subject_id
     where s.organization_id = ${organizationId} and o.unpriced > 0 and o.hour >= ${momentOf(sinceMs)}
       and s.request_model <> ''
     group by 1, 2 order by 4 desc, 2 limit 1000`
}

function overrideOf(own: OwnPrice): PriceOverride {
  return {
    pattern: own.matchPattern,
    price: {
      provider: own.provider,
      model: own.name,
      steps: [{ aboveInputTokens: 0, rates: own.rates }],
      toolsPerThousand: toolFees(own.provider),
      requestsPerThousand: 0n,
      contextTokens: own.contextTokens,
      outputTokensMax: own.outputTokensMax,
      hidesOutput: own.hidesOutput,
      validFromMs: own.validFromMs,
      source: 'override',
      revision: own.id,
    },
  }
}

function ratesText(rates: Rates): string {
  return JSON.stringify(rates, (_key, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

/** Every kind a stored rate may have. */
const KINDS = [
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'outputAudio',
  'cacheReadAudio',
  'inputImage',
  'outputImage',
] as const

function readRates(value: JsonObject): Rates {
  const rate = (kind: string): bigint => BigInt(String(value[kind] ?? 0))
  const rates: { -readonly [Kind in keyof Rates]: Rates[Kind] } = {
    input: rate('input'),
    output: rate('output'),
  }
  for (const kind of KINDS) if (value[kind] !== undefined) rates[kind] = rate(kind)
  return rates
}

function readPrice(row: Readonly<Record<string, unknown>>): OwnPrice {
  const count = (value: unknown) => (value === null ? undefined : Number(value))
  return {
    id: String(row['id']),
    organizationId: String(row['organization_id']),
    name: String(row['name']),
    provider: String(row['provider']),
    matchPattern: String(row['match_pattern']),
    rates: readRates(isJsonObject(row['rates']) ? row['rates'] : {}),
    contextTokens: count(row['context_tokens']),
    outputTokensMax: count(row['output_tokens_max']),
    hidesOutput: row['hides_output'] === true,
    validFromMs: count(row['valid_from_ms']),
  }
}

/** A moment as the driver takes it. */
function momentOf(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString()
}
