import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Client } from 'langsmith'
import OpenAI from 'openai'
import { REAL_KEY, type Service, startService } from '../support/service.ts'
import { until } from '../support/world.ts'

// The two pages that everybody follows first, "Admin setup" and "Quickstart", in their order and on a fresh install.

type Body = Record<string, unknown>

const PROVIDER_KEYS = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GOOGLE_API_KEY']
/** What calling needs, and no more. */
const GATEWAY_USER = ['gateway:invoke', 'workspaces:read']
const CARD = ['4111', '1111', '1111', '1111'].join(' ')
const CHAT = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'pong' } }],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
}

let service: Service

beforeAll(async () => {
  service = await startService({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(CHAT),
  })
  // A fresh install knows no provider key.
  await admin(
    200,
    'POST',
    '/workspaces/current/secrets',
    PROVIDER_KEYS.map((key) => ({ key, value: null })),
  )
})
afterAll(() => service.close())

async function admin(status: number, method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await service.admin(method, path, body)
  expect(`${answer.status} ${JSON.stringify(answer.body)}`).toStartWith(`${status} `)
  return (answer.body ?? {}) as Body
}

const list = async (path: string) => (await admin(200, 'GET', path)) as unknown as Body[]

function call(apiKey: unknown, content = 'ping') {
  const sdk = new OpenAI({
    apiKey: String(apiKey),
    baseURL: `${service.url}/openai/v1`,
    maxRetries: 0,
  })
  return sdk.chat.completions.create({
    model: 'gpt-4o-mini',
    max_tokens: 16,
    messages: [{ role: 'user', content }],
  })
}

/** The error that a call with this key ends in, as the SDK raises it; undefined when it goes through. */
async function refusalOf(key: unknown): Promise<InstanceType<typeof OpenAI.APIError> | undefined> {
  try {
    await call(key)
    return undefined
  } catch (cause) {
    if (cause instanceof OpenAI.APIError) return cause
    throw cause
  }
}

/** A change is effective within a second. */
const becomes = (key: unknown, status: number) =>
  until(
    `calls become ${status}`,
    async () => {
      const refusal = await refusalOf(key)
      return (refusal?.status ?? 200) === status ? (refusal ?? { message: '' }) : undefined
    },
    1_000,
  )

const roleNamed = async (name: string) =>
  (await list('/orgs/current/roles')).find((each) => each.name === name)

/** Step 1: the switch, off and on again. */
async function enableGateway(key: unknown): Promise<void> {
  await admin(200, 'PATCH', '/orgs/current', { llm_gateway_enabled: false })
  await becomes(key, 403)
  await admin(200, 'PATCH', '/orgs/current', { llm_gateway_enabled: true })
  // The next thing that is missing is said by its name.
  expect((await becomes(key, 424)).message).toContain('OPENAI_API_KEY')
}

/** Step 2: one secret per provider, of which only the names can be read again. */
async function addProviderSecrets(): Promise<void> {
  const secrets = PROVIDER_KEYS.map((key) => ({ key, value: REAL_KEY }))
  await admin(200, 'POST', '/workspaces/current/secrets', secrets)
  const told = await list('/workspaces/current/secrets')
  expect(told.map((each) => each.key).sort()).toEqual([...PROVIDER_KEYS].sort())
  expect(JSON.stringify(told)).not.toContain(REAL_KEY)
}

/** Step 3: what the built-in roles hold, a role of our own, and its users. Gives the role's id. */
async function configureAccess(): Promise<unknown> {
  for (const name of ['WORKSPACE_USER', 'WORKSPACE_VIEWER']) {
    const role = await roleNamed(name)
    expect(role?.permissions).not.toContain('gateway:invoke')
    const body = { permissions: GATEWAY_USER }
    await admin(409, 'PATCH', `/orgs/current/roles/${role?.id}`, body)
  }
  expect((await roleNamed('WORKSPACE_ADMIN'))?.permissions).toEqual(
    expect.arrayContaining(GATEWAY_USER),
  )
  const { id } = await admin(201, 'POST', '/orgs/current/roles', {
    display_name: 'Gateway user',
    permissions: GATEWAY_USER,
  })
  const email = 'ada@example.com'
  const organizationUser = (await roleNamed('ORGANIZATION_USER'))?.id
  await admin(201, 'POST', '/orgs/current/members', { email, role_id: organizationUser })
  await admin(201, 'POST', '/workspaces/current/members', { email, role_id: id })
  return id
}

/** Step 4: a cap for each kind of subject, none of which a first call reaches, and a guard. */
async function configurePolicies(keyId: unknown): Promise<void> {
  const { data } = await admin(200, 'GET', '/workspaces/current/members')
  const ada = (data as Body[]).find((each) => each.email === 'ada@example.com')
  const subjects = [
    ['organization_id', service.first.organizationId],
    ['workspace_id', service.first.workspaceId],
    ['api_key_id', keyId],
    ['user_id', ada?.user_id],
  ]
  for (const [key, value] of subjects)
    await admin(201, 'POST', '/platform/gateway-policies', {
      name: `Cap by ${key}`,
      policy_type: 'spend_cap',
      subject_matchers: [{ key, value }],
      config: { window: 'monthly', limit_usd: 50 },
    })
  await admin(201, 'POST', '/platform/gateway-policies', {
    name: 'PII and secrets',
    policy_type: 'guard',
    config: { detect: { pii: true, secrets: true } },
  })
}

/** Step 5: a workspace-scoped key calls; one whose role cannot, and one of the organisation, do not. */
async function distributeKeys(role_id: unknown): Promise<Body> {
  const key = await admin(201, 'POST', '/orgs/current/service-keys', {
    description: 'Ada',
    role_id,
  })
  expect(key).toMatchObject({ scope: 'workspace', workspaces: [service.first.workspaceId] })
  const viewer = (await roleNamed('WORKSPACE_VIEWER'))?.id
  const looker = await admin(201, 'POST', '/orgs/current/service-keys', { role_id: viewer })
  expect((await refusalOf(looker.key))?.message).toContain('gateway:invoke')
  expect((await refusalOf(service.first.adminKey))?.message).toContain('workspace-scoped')
  return key
}

/** The newest trace of a project, as the SDK of the trace store finds it. */
function traceIn(projectName: string, error: boolean) {
  const traces = new Client({
    apiUrl: `${service.url}/api/v1`,
    apiKey: service.first.adminKey,
    autoBatchTracing: false,
  })
  return until(`the trace in ${projectName}`, async () => {
    for await (const found of traces.listRuns({ projectName, error })) return found
    return undefined
  })
}

test('an administrator sets the gateway up step by step, a developer calls, is traced, and is stopped by a cap', async () => {
  // Option B of step 3 is what the key of the first screen has.
  await enableGateway(service.first.gatewayKey)
  await addProviderSecrets()
  const roleId = await configureAccess()
  const developer = await distributeKeys(roleId)
  await configurePolicies(developer.id)

  // Verification: the developer changes the base URL and the key, nothing else.
  const answer = await until('the policies are effective', async () => {
    const given = await call(developer.key, `My card is ${CARD}`)
    const sent = service.provider.requests.at(-1)
    return sent?.text().includes(CARD) ? undefined : given
  })
  expect(answer.choices[0]?.message.content).toBe('pong')
  // The provider saw its own key, and nothing that is ours or private.
  const sent = service.provider.requests.at(-1)
  expect(sent?.header('authorization')).toBe(`Bearer ${REAL_KEY}`)
  expect(JSON.stringify(sent?.headers)).not.toContain(String(developer.key))

  // The call is traced in both projects, with tokens, cost and the policies that had a say.
  const own = `gateway-${developer.short_key}-${developer.id}`
  for (const projectName of ['gateway', own]) {
    const run = (await traceIn(projectName, false)) as unknown as Body
    expect(run).toMatchObject({ status: 'success', total_tokens: 15 })
    expect(Number(run.total_cost)).toBeGreaterThan(0)
    expect(JSON.stringify(run)).toContain('PII and secrets')
    expect(JSON.stringify(run)).not.toContain(CARD)
  }

  // A daily cap of $10 on the key lets it go on; once what was spent is the cap, the next call is stopped by name.
  const cap = await admin(201, 'POST', '/platform/gateway-policies', {
    name: 'R&D Spend Cap',
    policy_type: 'spend_cap',
    subject_matchers: [{ key: 'api_key_id', value: developer.id }],
    config: { window: 'daily', limit_usd: 10 },
  })
  expect(Number(cap.current_spend_usd)).toBeGreaterThan(0)
  expect(await refusalOf(developer.key)).toBeUndefined()
  await admin(200, 'PATCH', `/platform/gateway-policies/${cap.id}`, {
    config: { window: 'daily', limit_usd: 0 },
  })
  const refused = await becomes(developer.key, 402)
  expect(refused.message).toContain('Request blocked by gateway policies: R&D Spend Cap')
  expect((await traceIn(own, true)).error).toContain('spend_limit_reached')

  // Every step of the administrator is on record, in an unbroken chain.
  const { data } = await admin(200, 'GET', '/audit-logs?limit=100')
  const steps = new Set((data as Body[]).map((each) => each.operation))
  for (const step of ['update_organization', 'update_workspace_secrets', 'create_role'])
    expect(steps).toContain(step)
  for (const step of ['create_service_key', 'create_gateway_policy', 'update_gateway_policy'])
    expect(steps).toContain(step)
  expect(await admin(200, 'GET', '/audit-logs/verify')).toMatchObject({ intact: true })
}, 120_000)
