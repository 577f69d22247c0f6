import { readFile } from 'node:fs/promises'
import { type Json, member, textMember } from '../base/json.ts'
import { formatUsd } from '../base/money.ts'
import { parseWithExactUsd } from '../base/wire.ts'
import { catalog } from '../pricing/catalog.ts'
import type { Price } from '../pricing/price.ts'
import { seededModels } from '../pricing/seed.ts'
import { type AdminClient, AdminError, adminClient } from './admin-client.ts'
import type { Command, CommandContext } from './command.ts'
import { table } from './table.ts'

const PATH = '/model-price-map'

/** Prices: the built-in ones offline, own ones of the running gateway. */
export const prices: Command = {
  name: 'prices',
  summary: 'list prices, compare them with a file, set own ones, list what has none',
  usage: [
    'sluice prices list [PROVIDER]      built-in prices, dollars per million tokens',
    'sluice prices own                  own prices of the running gateway, which win over the built-in ones',
    'sluice prices diff --from FILE     what update would add, change or leave; changes nothing',
    'sluice prices update --from FILE   a list of own prices as JSON; those with the same provider, pattern',
    '                                   and start are replaced, none is deleted; - reads stdin',
    'sluice prices delete ID',
    'sluice prices unpriced             models called in the last 30 days without a price',
  ].join('\n'),
  async run(args, context) {
    const [verb, word, file] = args
    try {
      if (verb === 'list' && args.length <= 2) return listBuiltIn(word, context)
      if ((verb === 'own' || verb === 'unpriced') && args.length === 1)
        return await show(await adminClient(context), verb, context)
      if (verb === 'delete' && word !== undefined && args.length === 2) {
        await (await adminClient(context)).call('DELETE', `${PATH}/${encodeURIComponent(word)}`)
        context.out(context.json ? JSON.stringify({ id: word }) : `deleted ${word}`)
        return 0
      }
      const compares = verb === 'diff' || verb === 'update'
      if (compares && word === '--from' && file !== undefined && args.length === 3)
        return await fromFile(await adminClient(context), file, verb === 'update', context)
    } catch (cause) {
      if (!(cause instanceof AdminError)) throw cause
      context.err(cause.message)
      return 1
    }
    context.err(prices.usage)
    return 2
  },
}

function listBuiltIn(provider: string | undefined, context: CommandContext): number {
  const known = catalog()
  const now = context.world.clock.now()
  const found = [...seededModels(), { provider: 'demo', model: 'demo/echo' }]
    .filter((each) => provider === undefined || each.provider === provider)
    .flatMap((each) => known.priceFor(each.provider, each.model, now) ?? [])
  const unique = [
    ...new Map(found.map((price) => [`${price.provider}/${price.model}`, price])).values(),
  ]
  if (unique.length === 0) {
    context.err(`no built-in prices for ${provider}: openai, anthropic, gemini, demo`)
    return 1
  }
  if (context.json) context.out(JSON.stringify(unique.map(builtInOnWire)))
  else {
    const heading = [
      'PROVIDER',
      'MODEL',
      'INPUT',
      'OUTPUT',
      'CACHE READ',
      'ABOVE',
      'CONTEXT',
      'SOURCE',
    ]
    for (const line of table([heading, ...unique.map(builtInRow)])) context.out(line)
  }
  return 0
}

function builtInRow(price: Price): string[] {
  const { rates } = price.steps[0]
  return [
    price.provider,
    price.model,
    formatUsd(rates.input),
    formatUsd(rates.output),
    rates.cacheRead === undefined ? '' : formatUsd(rates.cacheRead),
    price.steps
      .slice(1)
      .map((step) => String(step.aboveInputTokens))
      .join(' '),
    String(price.contextTokens ?? ''),
    `${price.source} ${price.revision}`,
  ]
}

function builtInOnWire(price: Price) {
  return {
    provider: price.provider,
    model: price.model,
    steps: price.steps.map(({ aboveInputTokens, rates }) => ({
      above_input_tokens: aboveInputTokens,
      usd_per_mtok: Object.fromEntries(
        Object.entries(rates).map(([kind, rate]) => [kind, formatUsd(rate)]),
      ),
    })),
    context_tokens: price.contextTokens ?? null,
    output_tokens_max: price.outputTokensMax ?? null,
    source: price.source,
    revision: price.revision,
  }
}

async function show(
  client: AdminClient,
  what: 'own' | 'unpriced',
  context: CommandContext,
): Promise<number> {
  const found = await client.call('GET', what === 'own' ? PATH : `${PATH}/unpriced`)
  const rows = Array.isArray(found) ? found : []
  const columns =
    what === 'own'
      ? [
          'id',
          'provider',
          'name',
          'match_pattern',
          'input_usd_per_mtok',
          'output_usd_per_mtok',
          'start_time',
        ]
      : ['provider', 'model', 'requests', 'last_hour']
  if (context.json) context.out(JSON.stringify(found))
  else if (rows.length === 0)
    context.out(what === 'own' ? 'no own prices' : 'every call had a price')
  else {
    const cells = rows.map((row: Json) =>
      columns.map((column) => String(member(row, column) ?? '')),
    )
    for (const line of table([columns.map((column) => column.toUpperCase()), ...cells]))
      context.out(line)
  }
  return 0
}

/** Compares a file with the own prices; with `apply` makes them equal where the file says something. */
async function fromFile(
  client: AdminClient,
  file: string,
  apply: boolean,
  context: CommandContext,
): Promise<number> {
  const wanted = await readPrices(file)
  const found = await client.call('GET', PATH)
  const present = new Map(
    (Array.isArray(found) ? found : []).map((row: Json) => [identity(row), row]),
  )
  const changes: { readonly change: string; readonly price: string }[] = []
  for (const price of wanted) {
    const old = present.get(identity(price))
    const change = old === undefined ? 'add' : isSame(price, old) ? 'same' : 'change'
    changes.push({ change, price: identity(price).replaceAll('\n', '  ').trim() })
    if (!apply || change === 'same') continue
    const id = textMember(old, 'id')
    if (id === undefined) await client.call('POST', PATH, price)
    // The API has no partial change of a price: the old one goes when the new one is there.
    else {
      await client.call('POST', PATH, price)
      await client.call('DELETE', `${PATH}/${id}`)
    }
  }
  if (context.json) context.out(JSON.stringify(changes))
  else if (changes.length === 0) context.out('the file holds no prices')
  else
    for (const line of table([
      ['CHANGE', 'PRICE'],
      ...changes.map((each) => [each.change, each.price]),
    ]))
      context.out(line)
  return 0
}

async function readPrices(file: string): Promise<readonly Json[]> {
  let parsed: unknown
  try {
    parsed = parseWithExactUsd(file === '-' ? await Bun.stdin.text() : await readFile(file, 'utf8'))
  } catch (cause) {
    throw new AdminError(
      `${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      0,
    )
  }
  if (!Array.isArray(parsed)) throw new AdminError(`${file} must hold a list of prices as JSON`, 0)
  return parsed
}

/** Provider, pattern and start: what makes two own prices the same. */
function identity(price: Json): string {
  const start = textMember(price, 'start_time')
  const from = start === undefined ? '' : new Date(start).toISOString()
  return `${textMember(price, 'provider')}\n${textMember(price, 'match_pattern')}\n${from}`
}

/** True when everything the file says is so already. */
function isSame(wanted: Json, present: Json): boolean {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return false
  return Object.entries(wanted).every(([name, value]) => {
    if (name === 'start_time') return true
    const now = member(present, name) ?? null
    return name.endsWith('_usd_per_mtok') ? Number(now) === Number(value) : now === value
  })
}
