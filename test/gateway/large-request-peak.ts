// Prints how far the memory of a process grows, at its peak, while it looks at a request with one string of eight megabytes.
import { readFileSync } from 'node:fs'
import type { JsonObject } from '../../src/base/json.ts'
import { openAiChat } from '../../src/dialects/openai-chat.ts'
import { redactRequest } from '../../src/gateway/redact-request.ts'
import { testWorld } from '../support/world.ts'
import { callGuard, MAIL, TOKEN } from './guarded.ts'

const LINES = 'for (const each of all) {\n\treturn "nothing"\n}\n'.repeat(400)

async function scanned(copies: number): Promise<number> {
  const content = `${LINES}${TOKEN} ${MAIL}\n`.repeat(copies)
  const text = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] })
  const body = JSON.parse(text) as JsonObject
  const read = {
    ask: openAiChat.readAsk(body, '/v1/chat/completions', new URLSearchParams()),
    original: undefined,
    contentLength: undefined,
    json: { text, body },
    encoding: undefined,
  }
  const guard = callGuard({ detect: { secrets: true, pii: true }, timeout_seconds: 30 })
  const parts = { clock: testWorld().clock, analyzer: undefined }
  await redactRequest(read, 'POST', openAiChat, guard, parts)
  return text.length
}

/** The most memory this process ever had, in bytes. */
function peak(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
}

await scanned(10)
Bun.gc(true)
const before = peak()
const body = await scanned(400)
console.log(JSON.stringify({ grown: peak() - before, body }))
