import { type ExchangeEvent, NO_POLICIES } from '../base/exchange.ts'
import { newId } from '../base/id.ts'
import { nanos } from '../base/money.ts'
import type { World } from '../base/world.ts'

/** Looks like any call at the destination, and says by its names that it is none. */
export function madeUpCall(world: World): ExchangeEvent {
  const id = newId(world)
  const now = world.clock.now()
  const nobody = '00000000-0000-7000-8000-000000000000'
  return {
    version: 1,
    opened: {
      id,
      organizationId: nobody,
      workspaceId: nobody,
      keyId: nobody,
      keyShort: 'export-test',
      userId: undefined,
      processId: nobody,
      startedAtMs: now - 1_000,
      provider: 'demo',
      dialect: 'openai.chat',
      operation: 'chat',
      method: 'POST',
      path: '/v1/chat/completions',
      requestModel: 'export/test',
      stream: true,
      traceId: id.replaceAll('-', ''),
      parentSpanId: undefined,
      traceState: undefined,
      sessionId: undefined,
      userAgent: 'sluice export test',
    },
    closed: {
      id,
      endedAtMs: now,
      outcome: 'ok',
      status: 200,
      errorCode: undefined,
      upstreamStatus: 200,
      upstreamRequestId: undefined,
      responseModel: 'export/test',
      responseId: undefined,
      finishReasons: ['stop'],
      usage: { inputTokens: 3, outputTokens: 5 },
      costNanos: nanos(8),
      costBasis: 'measured',
      firstByteMs: 120,
      overheadMs: 2,
      policies: NO_POLICIES,
      findings: [],
    },
  }
}
