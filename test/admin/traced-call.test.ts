import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Service, startService } from '../support/service.ts'
import { until } from '../support/world.ts'

let service: Service
beforeAll(async () => {
  const answer = {
    headers: { 'content-type': 'application/json' },
    body: [
      JSON.stringify({
        id: 'c1',
        object: 'chat.completion',
        model: 'gpt-4o',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'fine' }, finish_reason: 'stop' },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
      }),
    ],
  }
  service = await startService(() => answer, { env: { SLUICE_TRACES_DETAIL: 'full' } })
})
afterAll(() => service.close())

const MAIL = ['grace.hopper', 'example.org'].join('@')

/** A call; gives its id. */
async function call(headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${service.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${service.first.gatewayKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: `I am ${MAIL}` }],
    }),
  })
  expect(response.status).toBe(200)
  await response.text()
  return response.headers.get('x-gateway-request-id') ?? ''
}

const content = (id: string) => service.admin('GET', `/runs/${id}/content`)

/** The call's run, once it is in the trace store. */
function runOf(id: string) {
  return until('the run', async () => {
    const { status, body } = await service.admin('GET', `/runs/${id}`)
    return status === 200 ? (body as Record<string, unknown>) : undefined
  })
}

test('content is kept from the moment a workspace asks for it, until it asks no more', async () => {
  const workspace = (await service.admin('GET', '/workspaces')).body[0].id
  const keep = (capture_content: boolean) =>
    service.admin('PATCH', `/workspaces/${workspace}`, { capture_content })
  const before = await call()
  await runOf(before)
  expect((await keep(true)).status).toBe(200)
  // Effective within a second, as every change.
  const kept = await until('the first content', async () => {
    const id = await call()
    await runOf(id)
    return (await content(id)).status === 200 ? id : undefined
  })
  const { body } = await content(kept)
  expect(body.request.text).toContain('[SAFE_TO_USE:EMAIL')
  expect(body.request.text).not.toContain(MAIL)
  expect(JSON.parse(body.response.text).choices[0].message.content).toBe('fine')
  expect((await content(before)).status).toBe(404)
  expect((await keep(false)).status).toBe(200)
  await until('a call without content', async () => {
    const id = await call()
    await runOf(id)
    // Content comes a moment after the run: what is there now was kept, what never comes was not.
    const later = await call()
    await runOf(later)
    return (await content(id)).status === 404 && (await content(later)).status === 404
  })
})

test('with full detail the gateway’s own steps are spans of the call', async () => {
  const id = await call()
  const names = await until('the steps', async () => {
    const { body } = await service.admin('GET', `/requests/${id}`)
    const steps = body.steps as { name: string; kind: string }[]
    return steps.length >= 6 ? steps : undefined
  })
  expect(names.filter(({ kind }) => kind === 'internal').map(({ name }) => name)).toEqual([
    'authenticate',
    'read request',
    'admit',
    'forward',
  ])
})

test('a caller’s wish not to export its trace is noted, and its usage counted all the same', async () => {
  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'
  const [unsampled, sampled] = [
    await call({ traceparent: `${parent}-00` }),
    await call({ traceparent: `${parent}-01` }),
  ]
  for (const [id, wish] of [
    [unsampled, true],
    [sampled, null],
  ] as const) {
    expect(await runOf(id)).toMatchObject({ prompt_tokens: 3, completion_tokens: 1 })
    const [row] = await service.database.sql`
      select event -> 'opened' -> 'unsampled' as unsampled from runs where id = ${id}`
    expect(row?.unsampled).toBe(wish)
  }
})

test('runs are found by key, model, status, cost and part of a name', async () => {
  const id = await call()
  const run = await runOf(id)
  const key = (run.extra as { metadata: { api_key_id: string } }).metadata.api_key_id
  const ask = async (filter: object) => {
    const { status, body } = await service.admin('POST', '/runs/query', { limit: 1, ...filter })
    expect(status).toBe(200)
    return (body.runs as { id: string }[]).map((each) => each.id)
  }
  for (const filter of [
    { api_key_id: key },
    { model: 'gpt-4o' },
    { outcome: 'ok', status_code: 200 },
    { min_cost_nanos: '1', max_cost_nanos: '1000000' },
    { name_contains: 'GPT-4' },
  ])
    expect([filter, await ask(filter)]).toEqual([filter, [id]])
  for (const filter of [
    { api_key_id: id },
    { model: 'gpt-4' },
    { outcome: 'refused' },
    { status_code: 402 },
    { user_id: id },
    { thread_id: 'none' },
    { violated_policy_id: id },
    { min_cost_nanos: '1000000000' },
    { name_contains: 'claude' },
  ])
    expect([filter, await ask(filter)]).toEqual([filter, []])
})
