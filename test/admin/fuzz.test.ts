import { afterAll, beforeAll, expect, test } from 'bun:test'
import { verifyAudit } from '../../src/store/audit-reads.ts'
import { ALL, type House, openHouse } from './house.ts'
import { buildTown, type Operation, operations, type Town } from './town.ts'

/** `SLUICE_FUZZ=50000` for the full size; `SLUICE_SEED` to run one again. */
const REQUESTS = Number(process.env.SLUICE_FUZZ ?? 1500)
const SEED = Number(process.env.SLUICE_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** What a request with the look at the state behind it may take on a loaded machine. */
const REQUEST_MS = 60

let house: House
let all: Operation[]
let towns: Town[]
let tokens: (string | undefined)[]

beforeAll(async () => {
  house = await openHouse()
  all = await operations(house)
  towns = [await buildTown(house, 'one'), await buildTown(house, 'two')]
  tokens = towns.flatMap((town) => [
    house.managerKey(town),
    house.workspaceKey(town, ALL),
    house.workspaceKey(town, ['workspaces:read', 'runs:read']),
  ])
  tokens.push(undefined, 'slu_sk_nonsense')
})
afterAll(() => house.close())

/** Mulberry32: small, and the same everywhere. */
function diceOf(seed: number) {
  let state = seed
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const one = <T>(from: readonly T[]): T => from[Math.floor(fraction() * from.length)] as T
  return { fraction, one }
}

const dice = diceOf(SEED)

const TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '𝒳\u202e',
  "' or 1=1 --",
  '../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '<script>alert(1)</script>',
  '{{7*7}}',
  'x'.repeat(5000),
  '2026-02-31T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '0000-00-00T00:00:00Z',
  'urn:uuid:019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d',
  '019A1F3E-7C1D-7B3A-9D52-0F6F1A2B3C4D',
  '-1',
  '1e999',
  'NaN',
  'null',
  'constructor',
  '__proto__',
]
const VALUES: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  [],
  {},
  [[]],
  [null],
  { $gt: '' },
  ...TEXTS,
]

/** A body like the example with something wrong, or right, in it. */
function mutate(value: unknown, depth = 0): unknown {
  const roll = dice.fraction()
  if (roll < 0.12) return dice.one(VALUES)
  if (roll < 0.16)
    return dice.one(towns).idFor(dice.one(all.filter((each) => each.path.includes('{id}'))).path)
  if (depth > 6) return value
  if (Array.isArray(value)) {
    const changed = value.map((each) => mutate(each, depth + 1))
    return dice.fraction() < 0.1 ? [...changed, ...changed] : changed
  }
  // Text that is right but for one character gets further in than nonsense.
  if (typeof value === 'string' && roll < 0.35) return value + dice.one(TEXTS)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, each]) =>
    dice.fraction() < 0.1 ? [] : [[name, mutate(each, depth + 1)] as const],
  )
  if (dice.fraction() < 0.15) entries.push([dice.one(TEXTS), dice.one(VALUES)])
  if (dice.fraction() < 0.1)
    entries.push([dice.one(['id', 'organization_id', 'built_in', 'role']), dice.one(VALUES)])
  return Object.fromEntries(entries)
}

function bodyOf(operation: Operation): string | undefined {
  const roll = dice.fraction()
  if (roll < 0.03) return dice.one(['', '{', '[', '"', 'null', '{"__proto__":{"x":1}}', '\ufeff{}'])
  if (operation.example === undefined) return roll < 0.1 ? '{}' : undefined
  return JSON.stringify(roll < 0.3 ? operation.example : mutate(operation.example))
}

function pathOf(operation: Operation): string {
  const filled = operation.path.replace('{id}', () => {
    const roll = dice.fraction()
    if (roll < 0.5) return dice.one(towns).idFor(operation.path)
    return roll < 0.7
      ? '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'
      : encodeURIComponent(dice.one(TEXTS).toWellFormed())
  })
  const query = new URLSearchParams()
  for (const parameter of operation.parameters)
    if (parameter.in === 'query' && dice.fraction() < 0.3)
      query.append(
        parameter.name,
        String(dice.one([...(parameter.schema.enum ?? []), ...TEXTS, '5', 'true', 'model'])),
      )
  if (dice.fraction() < 0.05) query.append(dice.one(TEXTS), 'x')
  return query.size === 0 ? filled : `${filled}?${query}`
}

function headersOf(): Headers {
  const headers = new Headers()
  const roll = dice.fraction()
  if (roll < 0.2)
    headers.set('x-tenant-id', dice.one([...towns.map((each) => each.workspaceId), 'x', '']))
  if (dice.fraction() < 0.1)
    headers.set('idempotency-key', dice.one(['a', 'b', 'x'.repeat(300), 'ä']))
  if (dice.fraction() < 0.1) headers.set('if-match', dice.one(['*', '"x"', 'W/"x"', '']))
  if (dice.fraction() < 0.05)
    headers.set('content-type', dice.one(['text/plain', 'application/xml', '']))
  if (dice.fraction() < 0.03) headers.set('content-encoding', 'gzip')
  return headers
}

/** Removals are rare: without the towns' own things nothing would be found. */
function anOperation(): Operation {
  const operation = dice.one(all)
  return operation.method === 'DELETE' && dice.fraction() < 0.9 ? anOperation() : operation
}

/** Rises with every change: the counter that caches go by, and the audit log. */
async function state(): Promise<string> {
  const [row] = await house.database.sql`
    select (select version from changes)::text || '/' || (select count(*) from audit_log)::text || '/'
        || (select count(*) from idempotency_keys)::text || '/' || (select count(*) from users)::text
        || '/' || (select coalesce(sum(version), 0) from policy_versions)::text as sum`
  return String(row?.sum)
}

test(
  `whatever is sent: no 5xx, no inside shown, no change on a refusal (seed ${SEED}, ${REQUESTS} requests)`,
  async () => {
    const statuses = new Map<number, number>()
    let before = await state()
    for (let index = 0; index < REQUESTS; index++) {
      const operation = anOperation()
      const method =
        dice.fraction() < 0.03
          ? dice.one(['PUT', 'OPTIONS', 'PATCH', 'TRACE', 'HEAD'])
          : operation.method
      const path = pathOf(operation)
      const headers = headersOf()
      const body =
        method === 'GET' || method === 'HEAD' || method === 'TRACE' ? undefined : bodyOf(operation)
      const token = dice.fraction() < 0.5 ? tokens[0] : dice.one(tokens)
      const response = await house.send(method, path, token, body, headers)
      const text = await response.text()
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      const told = `request ${index}: ${method} ${path.slice(0, 200)} ${body?.slice(0, 300)} → ${response.status} ${text.slice(0, 300)}`
      if (response.status >= 500) throw new Error(told)
      if (response.status >= 400 && method !== 'HEAD') {
        if (response.headers.get('content-type') !== 'application/problem+json')
          throw new Error(told)
        if (
          /\bat .*\.ts:|node_modules|postgres|drizzle|select .* from|SyntaxError|TypeError/i.test(
            text,
          )
        )
          throw new Error(told)
      }
      const after = await state()
      if (response.status >= 400 && after !== before) throw new Error(`changed: ${told}`)
      before = after
    }
    console.info(
      `seed ${SEED}: ${[...statuses].sort().map(([status, times]) => `${times} × ${status}`)}`,
    )
    // A fuzz run that is only ever refused at the door has tried nothing.
    for (const status of [200, 201, 401, 403, 404, 422])
      expect(statuses.get(status) ?? 0).toBeGreaterThan(0)
    expect((await verifyAudit(house.database.orm)).broken).toEqual([])
  },
  60_000 + REQUESTS * REQUEST_MS,
)
