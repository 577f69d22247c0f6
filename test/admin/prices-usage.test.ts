import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { nanos } from '../../src/base/money.ts'
import { priceBook } from '../../src/store/prices.ts'
import { ledgerBench } from '../support/ledger.ts'
import { type House, openHouse, type Tenant } from './house.ts'

let house: House
let here: Tenant
let manager: string

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  manager = house.managerKey(here)
})
afterAll(() => house.close())

const PATH = '/api/v1/model-price-map'
const BODY = {
  name: 'House model',
  provider: 'openai',
  match_pattern: 'house-.*',
  input_usd_per_mtok: 2.5,
  output_usd_per_mtok: 10,
}

describe('own prices', () => {
  test('a price is kept exactly, per million tokens or per token', async () => {
    const made = await house.send('POST', PATH, manager, {
      ...BODY,
      cache_read_usd_per_mtok: 0.125,
    })
    expect(made.status).toBe(201)
    expect(await made.text()).toContain('"cache_read_usd_per_mtok":0.125')
    const { input_usd_per_mtok: _, output_usd_per_mtok: __, ...rest } = BODY
    const perToken = { ...rest, name: 'Other', match_pattern: 'other', completion_cost: '0.00001' }
    const text = JSON.stringify({ ...perToken, prompt_cost: 1 }).replace(
      '"prompt_cost":1',
      '"prompt_cost":2.5e-7',
    )
    const second = await house.send('POST', PATH, manager, text)
    expect(await second.json()).toMatchObject({ input_usd_per_mtok: 0.25, output_usd_per_mtok: 10 })
    const book = await priceBook(house.database, house.world)
    const price = book.catalogOf(here.organizationId).priceFor('openai', 'house-1', Date.now())
    expect(price?.steps[0].rates).toMatchObject({ input: 2_500_000_000n, cacheRead: 125_000_000n })
  })

  test('a price is replaced whole and deleted; foreign ones do not exist', async () => {
    const made = (await (await house.send('POST', PATH, manager, BODY)).json()) as { id: string }
    const stranger = house.managerKey(await house.tenant())
    const path = `${PATH}/${made.id}`
    expect((await house.send('PUT', path, stranger, BODY)).status).toBe(404)
    expect((await house.send('DELETE', path, stranger)).status).toBe(404)
    const changed = await house.send('PUT', path, manager, { ...BODY, input_usd_per_mtok: '3' })
    expect(await changed.json()).toMatchObject({ id: made.id, input_usd_per_mtok: 3 })
    expect((await house.send('DELETE', path, manager)).status).toBe(204)
    expect((await house.send('DELETE', path, manager)).status).toBe(404)
  })

  test('nothing and two of a kind, a broken pattern and a fraction of a nanodollar are refused', async () => {
    for (const change of [
      { input_usd_per_mtok: undefined },
      { prompt_cost: 0.000001 },
      { match_pattern: '(' },
      { match_pattern: '' },
      { input_usd_per_mtok: '0.0000000001' },
      { output_usd_per_mtok: -1 },
      { output_usd_per_mtok: 1e9 },
      { provider: 'nobody' },
      { nonsense: 1 },
    ])
      expect((await house.send('POST', PATH, manager, { ...BODY, ...change })).status).toBe(422)
  })
})

describe('usage', () => {
  test('adds up by key and model, exactly, for the organisation and for one workspace', async () => {
    const { ledger, call, organizationId, subject } = ledgerBench(house.database, house.world)
    for (const cost of [1n, 2n]) {
      const hold = await ledger.reserve(call(10n))
      hold.settle({ nanos: nanos(cost), tokens: 7, basis: 'measured' }, undefined)
      await hold.ended
    }
    const token = house.key({
      organizationId,
      scope: 'organization',
      organizationPermissions: new Set(['usage:read']),
    })
    const response = await house.send('GET', '/api/v1/usage?group_by=model&bucket=day', token)
    const text = await response.text()
    expect(text).toContain('"cost_usd":0.000000003')
    expect(JSON.parse(text).data).toMatchObject([{ requests: 2, tokens: 14, cost_nanos: '3' }])
    const { workspaceId } = subject()
    const local = house.workspaceKey({ organizationId, workspaceId }, ['usage:read'])
    const own = (await (await house.send('GET', '/api/v1/usage', local)).json()) as Usage
    expect(own.data).toMatchObject([{ requests: 2 }])
    const other = house.workspaceKey({ organizationId, workspaceId: here.workspaceId }, [
      'usage:read',
    ])
    const none = (await (await house.send('GET', '/api/v1/usage', other)).json()) as Usage
    expect(none.data.reduce((sum, row) => sum + row.requests, 0)).toBe(0)
  })

  test('adds up by the value of a header, also beside others; calls without it are a group of their own', async () => {
    const { ledger, call, organizationId } = ledgerBench(house.database, house.world)
    for (const [customer, cost] of [
      ['acme', 5n],
      ['acme', 1n],
      ['bolt', 2n],
      [undefined, 1n],
    ] as const) {
      const custom = new Map(customer === undefined ? [] : [['customer_id', customer]])
      const hold = await ledger.reserve(call(10n, { custom }))
      hold.settle({ nanos: nanos(cost), tokens: 1, basis: 'measured' }, undefined)
      await hold.ended
    }
    const token = house.key({
      organizationId,
      scope: 'organization',
      organizationPermissions: new Set(['usage:read']),
    })
    const path = '/api/v1/usage?group_by=header:customer_id,provider'
    const { data } = (await (await house.send('GET', path, token)).json()) as Usage
    expect(data).toMatchObject([
      { 'header:customer_id': 'acme', provider: 'openai', requests: 2, cost_nanos: '6' },
      { 'header:customer_id': 'bolt', requests: 1, cost_nanos: '2' },
      { 'header:customer_id': null, requests: 1, cost_nanos: '1' },
    ])
  })

  test('unknown dimensions and empty or endless times are refused', async () => {
    for (const query of [
      'group_by=secret',
      'group_by=header:',
      'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
      'from=1970-01-01T00:00:00Z',
      'bucket=minute',
      'nonsense=1',
    ])
      expect((await house.send('GET', `/api/v1/usage?${query}`, manager)).status).toBe(422)
  })
})

interface Usage {
  data: { requests: number }[]
}
