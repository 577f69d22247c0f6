import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Client } from 'langsmith'
import OpenAI from 'openai'
import { REAL_KEY, type Service, startService } from '../support/service.ts'
import { until } from '../support/world.ts'

let service: Service
const CHUNK = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'pong' } }],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
}

beforeAll(async () => {
  service = await startService({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(CHUNK),
  })
})
afterAll(() => service.close())

type Body = Record<string, unknown>

async function admin(status: number, method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await service.admin(method, path, body)
  expect(`${answer.status} ${JSON.stringify(answer.body)}`).toStartWith(`${status} `)
  return (answer.body ?? {}) as Body
}

function sdk(apiKey: unknown): OpenAI {
  return new OpenAI({ apiKey: String(apiKey), baseURL: `${service.url}/openai/v1`, maxRetries: 0 })
}

/** The error a call with this key ends in, as the SDK raises it. */
async function refusalOf(key: unknown): Promise<InstanceType<typeof OpenAI.APIError> | undefined> {
  try {
    await sdk(key).chat.completions.create(ask)
    return undefined
  } catch (cause) {
    if (cause instanceof OpenAI.APIError) return cause
    throw cause
  }
}

const ask = {
  model: 'gpt-4o-mini',
  max_tokens: 16,
  messages: [{ role: 'user' as const, content: 'ping' }],
}

test('an administrator sets the gateway up step by step, a developer calls, is traced, and is stopped by a cap', async () => {
  // The gateway is on for the organisation.
  expect(await admin(200, 'GET', '/orgs/current')).toMatchObject({ llm_gateway_enabled: true })

  // A role with the two permissions that calling needs; the built-in ones but WORKSPACE_ADMIN lack one.
  const role = await admin(201, 'POST', '/orgs/current/roles', {
    display_name: 'Gateway user',
    permissions: ['gateway:invoke', 'workspaces:read', 'projects:read', 'runs:read'],
  })

  // A provider secret, then a key for the developer.
  await admin(200, 'POST', '/workspaces/current/secrets', [
    { key: 'OPENAI_API_KEY', value: REAL_KEY },
  ])
  const developer = await admin(201, 'POST', '/orgs/current/service-keys', {
    description: 'Ada',
    role_id: role.id,
  })

  // The developer changes the base URL and the key, nothing else.
  const answer = await sdk(developer.key).chat.completions.create(ask)
  expect(answer.choices[0]?.message.content).toBe('pong')

  // The call is traced in both projects, with tokens and cost, for the same key.
  const traces = new Client({
    apiUrl: `${service.url}/api/v1`,
    apiKey: String(developer.key),
    autoBatchTracing: false,
  })
  const own = `gateway-${developer.short_key}-${developer.id}`
  for (const projectName of ['gateway', own]) {
    const run = await until(`the trace in ${projectName}`, async () => {
      for await (const found of traces.listRuns({ projectName })) return found
      return undefined
    })
    expect(run).toMatchObject({ status: 'success', total_tokens: 15 })
    const cost = (run as unknown as Body).total_cost
    expect(typeof cost === 'number' && cost > 0).toBe(true)
  }

  // A role without the permission, and the organisation's own key, cannot call.
  const viewer = (await admin(200, 'GET', '/orgs/current/roles')) as unknown as Body[]
  const viewerId = viewer.find((each) => each.name === 'WORKSPACE_VIEWER')?.id
  const looker = await admin(201, 'POST', '/orgs/current/service-keys', { role_id: viewerId })
  expect((await refusalOf(looker.key))?.status).toBe(403)
  expect((await refusalOf(service.first.adminKey))?.status).toBe(403)

  // A cap on the developer's key; the next call is stopped with the policy's name.
  const cap = await admin(201, 'POST', '/platform/gateway-policies', {
    name: 'R&D Spend Cap',
    policy_type: 'spend_cap',
    subject_matchers: [{ key: 'api_key_id', value: developer.id }],
    config: { window: 'monthly', limit_usd: 0 },
  })
  expect(Number(cap.current_spend_usd)).toBeGreaterThan(0)
  const refused = await until(
    'the cap is effective',
    async () => {
      const refusal = await refusalOf(developer.key)
      return refusal?.status === 402 ? refusal : undefined
    },
    1000,
  )
  expect(refused.message).toContain('Request blocked by gateway policies: R&D Spend Cap')

  // The refusal is traced too, and every step of the administrator is on record.
  const blocked = await until('the trace of the refusal', async () => {
    for await (const found of traces.listRuns({ projectName: own, error: true })) return found
    return undefined
  })
  expect(blocked.error).toContain('spend_limit_reached')
  const { data } = await admin(200, 'GET', '/audit-logs')
  expect((data as Body[]).map((each) => each.operation)).toEqual([
    'create_gateway_policy',
    'create_service_key',
    'create_service_key',
    'update_workspace_secrets',
    'create_role',
  ])
}, 30_000)
