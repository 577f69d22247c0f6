import { type AnthropicSdk, anthropicBefore1, anthropicNewest } from './anthropic-client.ts'
import { anthropicMessages, PING } from './anthropic-messages.ts'
import { anthropicRefused } from './anthropic-refused.ts'
import { anthropicRoutes } from './anthropic-routes.ts'
import type { Family } from './family.ts'

/** The official Anthropic SDK, as it is now and as it is inside most tools. */
export const anthropic: Family = family(anthropicNewest)
export const anthropicOlder: Family = family(anthropicBefore1)

function family(sdk: AnthropicSdk): Family {
  return {
    client: '@anthropic-ai/sdk',
    version: sdk.version,
    async probe(rig, model) {
      const { status } = await fetch(`${rig.service.url}/anthropic/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': rig.key, 'content-type': 'application/json' },
        body: JSON.stringify({ ...PING, model }),
      })
      return status
    },
    scenarios: [...anthropicMessages(sdk), ...anthropicRefused(sdk), ...anthropicRoutes(sdk)],
  }
}
