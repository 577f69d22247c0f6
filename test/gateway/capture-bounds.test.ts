import { expect, test } from 'bun:test'
import type { ContentRecord } from '../../src/base/call.ts'
import { systemClock } from '../../src/base/clock.ts'
import { LIMITS } from '../../src/base/limits.ts'
import { openAiChat } from '../../src/dialects/openai-chat.ts'
import { openCapture } from '../../src/gateway/capture.ts'
import { until } from '../support/world.ts'

function someCapture(request?: string) {
  return openCapture({
    exchangeId: 'exchange',
    caller: {
      organizationId: 'organization',
      workspaceId: 'workspace',
      keyId: 'key',
      keyShort: 'short',
      userId: undefined,
    } as Parameters<typeof openCapture>[0]['caller'],
    dialect: openAiChat,
    guards: undefined,
    scope: { key: new Uint8Array(32), scope: 'key' },
    request,
    openAnswer: () => {
      throw new Error('there is no answer')
    },
    clock: systemClock,
  })
}

test('more captures than may wait are not kept, which is told once, and later ones are kept again', async () => {
  const kept: ContentRecord[] = []
  const told: unknown[] = []
  const end = () =>
    someCapture().end(
      (content) => kept.push(content),
      (cause) => told.push(cause),
    )
  for (let n = 0; n < LIMITS.capturedWaitingMax + 5; n++) end()
  await until('all that wait', () => kept.length === LIMITS.capturedWaitingMax)
  expect(told).toHaveLength(1)
  await until('room', () => {
    end()
    return kept.length > LIMITS.capturedWaitingMax
  })
  expect(told).toHaveLength(1)
})

test('of a request for which there is no room only the size in bytes is kept, and its room is given back', async () => {
  const kept: ContentRecord[] = []
  const keep = (request: string) =>
    new Promise<void>((resolve, reject) =>
      someCapture(request).end((content) => {
        kept.push(content)
        resolve()
      }, reject),
    )
  await keep('\u00e9'.repeat(LIMITS.capturedHeldBytesMax / 2 + 1))
  expect(kept[0]?.request).toEqual({
    text: '',
    bytes: LIMITS.capturedHeldBytesMax + 2,
    isCut: true,
  })
  await keep('x'.repeat(LIMITS.capturedHeldBytesMax))
  // Given back once the content is handed over, so perhaps a moment after.
  await until('its room', async () => {
    await keep('{"messages":[{"role":"user","content":"hello"}]}')
    return kept.at(-1)?.request?.isCut === false
  })
})
