import type { JsonObject } from '../../src/base/json.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import { type ExchangeGuard, openGuard } from '../../src/gateway/guard.ts'
import { mergeGuards } from '../../src/policies/guard-merge.ts'
import { isMistaken } from '../../src/policies/kind.ts'
import { guard } from '../../src/policies/kinds/guard.ts'
import type { Policy } from '../../src/policies/policy.ts'

/** A guard policy as it is written, ready to match. */
export function guardPolicy(config: object, name = 'No secrets'): Policy {
  const parsed = guard.parse(config)
  if (isMistaken(parsed)) throw new Error(JSON.stringify(parsed))
  return {
    id: '01890000-0000-7000-8000-0000000000aa',
    name,
    type: 'guard',
    matchers: [],
    enabled: true,
    priority: 0,
    parentId: undefined,
    config: parsed,
    meters: [],
  }
}

/** The guard of one call under these policies. */
export function callGuard(...configs: object[]): ExchangeGuard {
  const merged = mergeGuards(configs.map((config, index) => guardPolicy(config, `guard ${index}`)))
  if (!merged) throw new Error('no guard')
  return openGuard(merged, { key: new Uint8Array(32), scope: 'key-1' })
}

/** What the gateway has read of a POST with this body, and the dialect of its route. */
export function readPost(prefix: string, path: string, text: string) {
  const query = new URLSearchParams()
  const dialect = dialectFor(prefix, 'POST', path, query)?.dialect
  if (!dialect) throw new Error('no dialect')
  const body = JSON.parse(text) as JsonObject
  const read = {
    ask: dialect.readAsk(body, path, query),
    original: Buffer.from(text),
    contentLength: undefined,
    json: { text, body },
    encoding: undefined,
  }
  return { dialect, read }
}

/** Synthetic values, built here so that no file holds a whole token. */
export const TOKEN = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xR2uL5'.slice(0, 36)}`
export const MAIL = ['ada.lovelace', 'example.org'].join('@')

export const PLACEHOLDER = /\[SAFE_TO_USE:[A-Z0-9_]+_[a-z]{8}\]/g
