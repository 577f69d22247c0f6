import type { Family } from './family.ts'
import { type GeminiSdk, geminiBefore2, geminiNewest } from './gemini-client.ts'
import { geminiGenerate, PING } from './gemini-generate.ts'
import { geminiRefused } from './gemini-refused.ts'
import { geminiRoutes } from './gemini-routes.ts'

/** The official Google Gen AI SDK, as it is now and as it is inside most tools. */
export const gemini: Family = family(geminiNewest)
export const geminiOlder: Family = family(geminiBefore2)

function family(sdk: GeminiSdk): Family {
  return {
    client: '@google/genai',
    version: sdk.version,
    async probe(rig, model) {
      const path = `${sdk.api}/models/${model}:streamGenerateContent?alt=sse`
      const { status } = await fetch(`${rig.service.url}/gemini/${path}`, {
        method: 'POST',
        headers: { 'x-goog-api-key': rig.key, 'content-type': 'application/json' },
        body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: PING.contents }] }] }),
      })
      return status
    },
    scenarios: [...geminiGenerate(sdk), ...geminiRefused(sdk), ...geminiRoutes(sdk)],
  }
}
