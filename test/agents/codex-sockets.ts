import { expect } from 'bun:test'
import { at } from '../clients/rig.ts'
import { callItem, messageItem, responseEvents } from '../clients/script-responses.ts'
import { startSocketProvider } from '../clients/socket-provider.ts'
import { REAL_KEY } from '../support/service.ts'
import { codexOverSockets } from './codex.ts'
import { type Ended, type Office, openOffice } from './desk.ts'
import { assertPassed, capModel, type Task } from './tasks.ts'

/** Runs Codex before a provider that speaks WebSocket; it warms the socket up with a turn that generates nothing. */
async function overSocket(
  prompt: string,
  after: (ended: Ended, office: Office, provider: ReturnType<typeof startSocketProvider>) => void,
  before: (office: Office) => Promise<{ readonly model?: string }> = async () => ({}),
): Promise<void> {
  const provider = startSocketProvider((message, index) => {
    if (at(message, 'generate') === false) return responseEvents([], `resp_${index}`)
    const answered = JSON.stringify(message).includes('function_call_output')
    const item = answered
      ? messageItem('It is 42.')
      : callItem('exec_command', { cmd: 'expr 40 + 2' })
    return responseEvents([item], `resp_${index}`)
  })
  const office = await openOffice(codexOverSockets, { OPENAI_UPSTREAM_URL: provider.url })
  try {
    const options = await before(office)
    after(await office.task(prompt, [], options), office, provider)
  } finally {
    await office.close()
    await provider.close()
  }
}

async function works(): Promise<void> {
  await overSocket('Add them.', (ended, office, provider) => {
    expect(ended.shown).toContain('It is 42.')
    expect(ended.code).toBe(0)
    const [head] = provider.heads
    expect(head?.url).toEndWith('/v1/responses')
    expect(head?.headers.get('authorization')).toBe(`Bearer ${REAL_KEY}`)
    expect(head?.headers.get('openai-beta')).toContain('responses_websockets')
    expect(JSON.stringify([...(head?.headers ?? [])])).not.toContain('slu_')
    // One socket, no POST.
    expect(provider.heads).toHaveLength(1)
    expect(office.tap.calls()).toBe(1)
    expect(provider.messages.at(-1)).toContain('42')
  })
}

async function cappedOnSocket(): Promise<void> {
  await overSocket(
    'Add them.',
    (ended, office, provider) => {
      expect(ended.shown).toContain('Request blocked by gateway policies: R&D Spend Cap')
      expect(provider.messages).toEqual([])
      // Codex tries again what a socket refused, warm-up and turn, and then by POST as often as it is allowed to.
      expect(office.tap.calls()).toBeLessThanOrEqual(6)
    },
    async (office) => {
      const model = office.agent.models.capped
      await capModel(office, 'R&D Spend Cap', model)
      return { model }
    },
  )
}

/** The provider does not know sockets: the gateway answers 426, and Codex goes on with POST at once. */
async function fallsBack(office: Office): Promise<void> {
  const { agent } = office
  const ended = await office.task('Say pong.', [agent.says('pong by post')])
  expect(ended.shown).toContain('pong by post')
  expect(ended.code).toBe(0)
  expect(office.tap.received('HTTP/1.1 426')).toBe(true)
  expect(office.turns()).toHaveLength(1)
  expect(office.tap.calls()).toBeLessThanOrEqual(3)
  assertPassed(office)
}

/** What Codex is asked to do over WebSockets. */
export const SOCKET_TASKS: readonly Task[] = [
  { name: 'over a WebSocket', run: works },
  { name: '402 over a WebSocket', run: cappedOnSocket },
  { name: 'WebSocket refused: falls back to POST', run: fallsBack },
]
