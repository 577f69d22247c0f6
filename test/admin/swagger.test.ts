import { afterAll, beforeAll, expect, test } from 'bun:test'
import { RESOURCES } from '../../src/admin/index.ts'
import { type House, openHouse } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse('/base')
})
afterAll(() => house.close())

interface Operation {
  summary?: string
  description?: string
  operationId: string
  security?: unknown[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
}

async function document(): Promise<{
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes: object }
}> {
  const response = await house.send('GET', '/base/swagger/json')
  expect(response.status).toBe(200)
  return await response.json()
}

test('every route is in the document, and nothing else', async () => {
  const { paths } = await document()
  const told = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routes = Object.values(RESOURCES)
    .flat()
    .map((each) => `${each.method} /base/api/v1${each.path.replace(/:([a-z_]+)/g, '{$1}')}`)
  expect(told.sort()).toEqual(routes.sort())
})

test('every operation names its permission, its key, its errors, and one content type', async () => {
  const { paths, components } = await document()
  expect(components.securitySchemes).toHaveProperty('apiKey')
  const ids = new Set<string>()
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    expect(operation.summary).toBeTruthy()
    expect(operation.description).toMatch(/Needs(: | no key)/)
    const open = operation.description?.endsWith('Needs no key.')
    expect(operation.security).toHaveLength(open ? 0 : 2)
    expect(operation.responses).toHaveProperty('401')
    expect(operation.responses['401']?.content).toHaveProperty(['application/problem+json'])
    if (operation.requestBody)
      expect(Object.keys(operation.requestBody.content)).toEqual(['application/json'])
    ids.add(operation.operationId)
  }
  expect(ids.size).toBe(Object.values(RESOURCES).flat().length)
})

test('the document is OpenAPI 3.0: no unions of constants, no null types, no examples lists', async () => {
  const { openapi, ...rest } = await document()
  expect(openapi).toStartWith('3.0')
  const text = JSON.stringify(rest)
  for (const foreign of ['"const":', '"type":"null"', '"examples":'])
    expect(text.includes(foreign)).toBe(false)
})

test('the page loads nothing from another origin and runs nothing inline', async () => {
  const page = await house.send('GET', '/base/swagger')
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  const html = await page.text()
  expect(html).not.toMatch(/https?:\/\//)
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/)
  const linked = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(linked.length).toBeGreaterThan(3)
  for (const path of linked) {
    const asset = await house.send('GET', path)
    expect(asset.status).toBe(200)
    expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(50)
  }
})

test('assets are immutable, and only the named files are served', async () => {
  const html = await (await house.send('GET', '/base/swagger')).text()
  const bundle = /src="([^"]+bundle\.js)"/.exec(html)?.[1] ?? ''
  const asset = await house.send('GET', bundle)
  expect(asset.headers.get('cache-control')).toContain('immutable')
  const folder = bundle.slice(0, bundle.lastIndexOf('/'))
  for (const name of ['package.json', '..%2fpackage.json', '%2e%2e%2findex.js', 'constructor'])
    expect((await house.send('GET', `${folder}/${name}`)).status).toBe(404)
})

test('the page of the generator, which loads scripts from elsewhere, cannot be reached', async () => {
  for (const path of [
    '/base/swagger/page',
    '/base/page',
    '/base/document',
    '/base/swagger/unused',
  ]) {
    const response = await house.send('GET', path)
    expect(response.status).toBe(401)
  }
})
