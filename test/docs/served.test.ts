import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Service, startService } from '../support/service.ts'

let service: Service
let adminUrl: string

beforeAll(async () => {
  const env = { ADMIN_PORT: '0', BASE_PATH: '/gateway', SLUICE_MCP_WRITES: '1' }
  service = await startService(() => ({}), { env })
  adminUrl = `http://127.0.0.1:${service.serving.adminPort}/gateway`
})
afterAll(() => service.close())

describe('on a listener of its own, below a base path', () => {
  test('documentation and MCP are with the control plane, and not where calls come in', async () => {
    const dataUrl = `http://127.0.0.1:${service.serving.port}/gateway`
    expect(service.serving.adminPort).not.toBe(service.serving.port)
    for (const path of ['/docs', '/docs/quickstart.md', '/llms.txt', '/llms-full.txt']) {
      expect((await fetch(adminUrl + path)).status).toBe(200)
      expect((await fetch(dataUrl + path)).status).toBe(404)
    }
    expect((await fetch(`${adminUrl}/mcp`)).status).toBe(401)
    expect((await fetch(`${dataUrl}/mcp`)).status).toBe(404)
    const page = await (await fetch(`${adminUrl}/docs/admin-api`)).text()
    expect(page).toContain('href="/gateway/swagger"')
  })

  test('an agent finds a page, and an administrator’s agent is offered to cap spend', async () => {
    const client = new Client({ name: 'test', version: '1' })
    const headers = { 'x-api-key': service.first.adminKey }
    const transport = new StreamableHTTPClientTransport(new URL(`${adminUrl}/mcp`), {
      requestInit: { headers },
    })
    await client.connect(transport)
    const { tools } = await client.listTools()
    expect(tools.map((tool) => tool.name)).toContain('create_spend_cap')
    const found = await client.callTool({ name: 'search_docs', arguments: { query: 'spend cap' } })
    expect(JSON.stringify(found.content)).toContain('/docs/spend-policies')
    const read = await client.callTool({ name: 'read_doc', arguments: { page: 'quickstart' } })
    expect(JSON.stringify(read.content)).toContain('# Quickstart')
    await client.close()
  })
})
