import type { Answer } from '../support/scripted-provider.ts'
import type { Service } from '../support/service.ts'
import { until } from '../support/world.ts'

/** What the scripted provider says to every call. */
export function chatAnswer(): Answer {
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_795_000_000,
      model: 'gpt-4o-mini',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    }),
  }
}

/** One call through the gateway, and its id once the trace store has it. */
export async function callOnce(
  service: Service,
  { model = 'gpt-4o-mini', content = 'ping', headers = {} as Record<string, string> } = {},
): Promise<string> {
  const response = await fetch(`${service.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${service.first.gatewayKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ model, messages: [{ role: 'user', content }] }),
  })
  await response.text()
  const id = response.headers.get('x-gateway-request-id')
  if (id === null) throw new Error(`a call without an id: ${response.status}`)
  await until('the call has ended', async () => {
    const { body } = await service.admin('GET', `/requests/${id}`)
    return body?.state === 'ended'
  })
  return id
}
