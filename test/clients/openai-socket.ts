import { expect } from 'bun:test'
import { ResponsesWS } from 'openai/resources/responses/ws'
import { REAL_KEY, startService } from '../support/service.ts'
import type { Scenario } from './family.ts'
import { openAiClient } from './openai-client.ts'
import { at, type Rig } from './rig.ts'
import { messageItem, responseEvents } from './script-responses.ts'
import { startSocketProvider } from './socket-provider.ts'

/** Two turns over one socket: the SDK sends messages, the provider answers with events. */
async function socket(rig: Rig): Promise<void> {
  const provider = startSocketProvider((_, turn) =>
    responseEvents([messageItem(`pong ${turn}`)], `resp_${turn}`),
  )
  const service = await startService(
    { status: 500 },
    { env: { OPENAI_UPSTREAM_URL: provider.url } },
  )
  const client = openAiClient({ ...rig, url: service.url, key: service.first.gatewayKey })
  const link = new ResponsesWS(client)
  const said: string[] = []
  const failures: unknown[] = []
  link.on('error', (cause) => failures.push(cause))
  link.on('response.completed', ({ response }) => said.push(String(at(response, 'id'))))
  try {
    link.send({ type: 'response.create', model: 'gpt-5.4', input: 'ping' })
    await rig.until('the first turn', () => failures.length + said.length === 1)
    const next = { model: 'gpt-5.4', previous_response_id: 'resp_0', input: 'again' }
    link.send({ type: 'response.create', ...next })
    await rig.until('the second turn', () => failures.length + said.length === 2)
    expect(failures).toEqual([])
    expect(said).toEqual(['resp_0', 'resp_1'])
    expect(provider.messages.map((text) => at(JSON.parse(text), 'input'))).toEqual([
      'ping',
      'again',
    ])
    expect(provider.heads[0]?.headers.get('authorization')).toBe(`Bearer ${REAL_KEY}`)
    expect(JSON.stringify([...(provider.heads[0]?.headers ?? [])])).not.toContain('slu_')
  } finally {
    link.close()
    await service.close()
    await provider.close()
  }
}

/** The Responses API over a WebSocket. */
export const openAiSocket: readonly Scenario[] = [{ name: 'Responses: WebSocket', run: socket }]
