import { VERSION } from 'openai/version'
import type { Family } from './family.ts'
import { openAiChat } from './openai-chat.ts'
import { PING } from './openai-client.ts'
import { openAiRefused } from './openai-refused.ts'
import { openAiResponses } from './openai-responses.ts'
import { openAiRoutes } from './openai-routes.ts'
import { openAiSocket } from './openai-socket.ts'

/** The official OpenAI SDK. */
export const openAi: Family = {
  client: 'openai',
  version: VERSION,
  async probe(rig, model) {
    const { status } = await fetch(`${rig.service.url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...PING, model }),
    })
    return status
  },
  scenarios: [
    ...openAiChat,
    ...openAiResponses,
    ...openAiRefused,
    ...openAiRoutes,
    ...openAiSocket,
  ],
}
