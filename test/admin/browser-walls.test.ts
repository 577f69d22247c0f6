import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import { firstManager, mintSignIn } from '../../src/store/sign-in.ts'
import { type Service, startService } from '../support/service.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()
const EVIL = 'https://evil.example.com'
const PAGES = ['/console', '/console/keys', '/swagger', '/docs']
const PLAIN = ['/health', '/readyz', '/metrics', '/version', '/nothing', '/openai', '/llms.txt']

let service: Service
let operations: Operation[]
let cookie: string

interface Operation {
  readonly method: string
  readonly path: string
  readonly isOpen: boolean
  readonly example: unknown
}

interface Told {
  readonly 'x-scope'?: string
  readonly requestBody?: { content: Record<string, { example?: unknown }> }
}

beforeAll(async () => {
  service = await startService({ status: 200 })
  const document = (await (await fetch(`${service.url}/swagger/json`)).json()) as {
    paths: Record<string, Record<string, Told>>
  }
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, newId(world)),
      isOpen: told['x-scope'] === 'open',
      example: told.requestBody?.content['application/json']?.example,
    })),
  )
  expect(operations.length).toBeGreaterThan(60)
  cookie = await sessionCookie()
}, 120_000)
afterAll(() => service.close())

/** A session of the one who manages everything: what a forged request would like to ride on. */
async function sessionCookie(): Promise<string> {
  const { orm } = service.database
  const person = await firstManager(orm, service.first.organizationId)
  if (!person) throw new Error('nobody manages')
  const token = await mintSignIn(orm, world, person)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ token })
  const response = await ask('POST', '/api/v1/auth/sign-in', headers, body)
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
}

const writes = (): Operation[] => operations.filter((each) => each.method !== 'GET')
const bodyOf = ({ example }: Operation): string => JSON.stringify(example ?? {})

/** Rises with every change of anything that is kept. */
async function state(): Promise<string> {
  const [row] = await service.database.sql`
    select (select version from changes)::text || '/' || (select count(*) from audit_log)::text
        || '/' || (select count(*) from console_sessions)::text as sum`
  return String(row?.sum)
}

describe('another site', () => {
  test('reads nothing: no answer of any route allows it', async () => {
    const paths = new Set([...operations.map(({ path }) => path), ...PAGES, ...PLAIN])
    for (const path of paths)
      for (const method of ['GET', 'OPTIONS']) {
        const response = await ask(method, path, {
          origin: EVIL,
          cookie,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-api-key',
          'access-control-request-private-network': 'true',
        })
        const allowed = [...response.headers.keys()].filter((each) => each.startsWith('access-'))
        expect([method, path, ...allowed]).toEqual([method, path])
        await response.body?.cancel()
      }
  }, 120_000)

  test('writes nothing with the cookie of a visitor, on any route, however it sends it', async () => {
    const before = await state()
    for (const operation of writes())
      for (const headers of [
        { 'sec-fetch-site': 'cross-site', origin: EVIL },
        { 'sec-fetch-site': 'same-site', origin: EVIL },
        { origin: EVIL },
        { origin: 'null' },
      ] as Record<string, string>[]) {
        const all = { ...headers, cookie, 'content-type': 'application/json' }
        const { status } = await ask(operation.method, operation.path, all, bodyOf(operation))
        expect([operation.method, operation.path, status]).toEqual([
          operation.method,
          operation.path,
          403,
        ])
      }
    expect(await state()).toBe(before)
  }, 120_000)

  test('writes nothing with what a form can send', async () => {
    const before = await state()
    for (const operation of writes().filter(({ example }) => example !== undefined))
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        const headers = { 'sec-fetch-site': 'same-origin', cookie, 'content-type': type }
        const { status } = await ask(operation.method, operation.path, headers, bodyOf(operation))
        expect([operation.path, type, status === 415 || status === 404]).toEqual([
          operation.path,
          type,
          true,
        ])
      }
    expect(await state()).toBe(before)
  }, 120_000)

  test('cannot spend: a cookie is no key for calls', async () => {
    for (const path of [
      '/openai/v1/chat/completions',
      '/anthropic/v1/messages',
      '/demo/v1/models',
    ]) {
      const headers = { cookie, 'content-type': 'application/json' }
      const response = await ask('POST', path, headers, '{"model":"x","messages":[]}')
      expect([path, response.status]).toEqual([path, 401])
    }
    expect(service.provider.requests.length).toBe(0)
  })

  test('that points a name of its own at this machine gets no session', async () => {
    const rebound = { cookie, host: 'evil.example.com' }
    expect((await ask('GET', '/api/v1/auth/session', rebound)).status).toBe(401)
    expect((await ask('GET', '/api/v1/auth/session', { cookie })).status).toBe(200)
  })
})

describe('a page', () => {
  test('runs and loads nothing but its own files, shows itself in no frame, and tells nobody where it was', async () => {
    for (const path of PAGES) {
      const response = await ask('GET', path, { accept: 'text/html' })
      const html = await response.text()
      // The console's own tests say whether it could be built; what stands in for it is a page too.
      expect([path, html.includes('<html')]).toEqual([path, true])
      const policy = directives(response.headers.get('content-security-policy'))
      expect([path, policy.get('default-src'), policy.get('frame-ancestors')]).toEqual([
        path,
        "'none'",
        "'none'",
      ])
      expect([path, policy.get('base-uri')]).toEqual([path, "'none'"])
      // Swagger UI makes markup of text (its own, cleaned) and sets style attributes: the one exception.
      if (path === '/swagger') policy.delete('style-src')
      else expect([path, policy.get('require-trusted-types-for')]).toEqual([path, "'script'"])
      for (const [name, sources] of policy)
        expect([path, name, /unsafe-(inline|eval)|\*|https?:/.test(sources)]).toEqual([
          path,
          name,
          false,
        ])
      expect(html).not.toMatch(
        /<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|<style|(src|href)="https?:/,
      )
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      })
    }
  })

  test('and no answer of the API can be taken for one', async () => {
    for (const operation of operations) {
      const { method, path } = operation
      const response = await ask(
        method,
        path,
        { 'content-type': 'application/json', accept: 'application/json' },
        method === 'GET' ? undefined : bodyOf(operation),
      )
      const { headers } = response
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff'])
      expect([path, headers.get('cache-control')]).toEqual([path, 'no-store'])
      expect([path, headers.get('referrer-policy')]).toEqual([path, 'no-referrer'])
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-type') ?? 'application/json').toMatch(/json$/)
      await response.body?.cancel()
    }
  }, 120_000)
})

function directives(policy: string | null): Map<string, string> {
  const parts = (policy ?? '').split(';').map((each) => each.trim().split(/\s+/))
  return new Map(parts.map(([name = '', ...sources]) => [name, sources.join(' ')]))
}
