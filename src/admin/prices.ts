import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import type { JsonObject } from '../base/json.ts'
import {
  deletePrice,
  insertPrice,
  listPrices,
  type OwnPrice,
  unpricedModels,
  updatePrice,
} from '../store/prices.ts'
import { ID_PARAMS } from './id-params.ts'
import { PRICE, PRICE_BODY, priceFrom, priceOnWire } from './price-shape.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment } from './scalar-shapes.ts'
import { write } from './write.ts'

const PATH = '/model-price-map'
const DAY_MS = 24 * 3_600_000
const UNPRICED_DAYS = 30

/** The organisation's own prices: they win over the built-in ones. */
export const PRICE_ROUTES = [
  route({
    method: 'GET',
    path: PATH,
    tag: 'prices',
    summary: 'List own prices',
    says: 'A bare array. Models without an own price have the built-in one.',
    needs: ['organization:read'],
    scope: 'organization',
    answer: { status: 200, says: 'The prices.', shape: t.Array(PRICE) },
    async handle({ deps, caller }) {
      const found = await listPrices(deps.database.sql, caller.organizationId)
      return { status: 200, body: found.map(priceOnWire) }
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/unpriced`,
    tag: 'prices',
    summary: 'List models without a price',
    says: 'Called in the last 30 days. Under a spend cap such calls are refused; without one they pass and count nothing.',
    needs: ['organization:read'],
    scope: 'organization',
    answer: {
      status: 200,
      says: 'The models, newest call first.',
      shape: t.Array(
        t.Object({
          provider: t.String(),
          model: t.String(),
          requests: t.Integer(),
          last_hour: moment(),
        }),
      ),
    },
    async handle({ deps, caller }) {
      const sinceMs = deps.world.clock.now() - UNPRICED_DAYS * DAY_MS
      const found = await unpricedModels(deps.database.sql, caller.organizationId, sinceMs)
      return {
        status: 200,
        body: found.map((each) => ({
          provider: each.provider,
          model: each.model,
          requests: each.calls,
          last_hour: iso(each.lastHourMs),
        })),
      }
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    tag: 'prices',
    summary: 'Add an own price',
    says: 'For calls from its start on; bills already made stay as they are. Effective everywhere within a second.',
    needs: ['organization:manage'],
    scope: 'organization',
    body: PRICE_BODY,
    answer: { status: 201, says: 'The price.', shape: PRICE },
    handle: (call) =>
      write(call, async ({ sql, note }) => {
        const { caller, body, deps } = call
        const price = priceFrom(body, caller.organizationId)
        const id = await insertPrice(sql, deps.world, price)
        const made = { ...price, id }
        note({
          operation: 'create_model_price',
          resource: { kind: 'model_price', id },
          details: auditOf(made),
        })
        return { status: 201, body: priceOnWire(made) }
      }),
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:id`,
    tag: 'prices',
    summary: 'Replace an own price',
    says: 'With what is sent; nothing of the old one stays.',
    needs: ['organization:manage'],
    scope: 'organization',
    params: ID_PARAMS,
    body: PRICE_BODY,
    answer: { status: 200, says: 'The price after the change.', shape: PRICE },
    handle: (call) =>
      write(call, async ({ sql, note }) => {
        const { caller, body, params } = call
        const price = { ...priceFrom(body, caller.organizationId), id: params.id }
        if (!(await updatePrice(sql, price))) throw noSuch()
        note({
          operation: 'update_model_price',
          resource: { kind: 'model_price', id: price.id },
          details: auditOf(price),
        })
        return { status: 200, body: priceOnWire(price) }
      }),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:id`,
    tag: 'prices',
    summary: 'Delete an own price',
    says: 'The built-in price of the model, if there is one, holds again.',
    needs: ['organization:manage'],
    scope: 'organization',
    params: ID_PARAMS,
    answer: { status: 204, says: 'It is gone.' },
    handle: (call) =>
      write(call, async ({ sql, note }) => {
        const { caller, params } = call
        if (!(await deletePrice(sql, caller.organizationId, params.id))) throw noSuch()
        note({
          operation: 'delete_model_price',
          resource: { kind: 'model_price', id: params.id },
          details: {},
        })
        return { status: 204 }
      }),
  }),
]

function noSuch(): Failure {
  return new Failure('not_found', { says: 'There is no such price.' })
}

function auditOf(price: OwnPrice): JsonObject {
  const rates = Object.entries(price.rates).map(([kind, rate]) => [kind, String(rate)])
  return {
    name: price.name,
    provider: price.provider,
    match_pattern: price.matchPattern,
    nanos_per_mtok: Object.fromEntries(rates),
  }
}
