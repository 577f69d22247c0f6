import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at } from '../clients/rig.ts'
import type { Answer } from '../support/scripted-provider.ts'
import { BREAK, gate } from '../support/scripted-provider.ts'
import { REAL_KEY } from '../support/service.ts'
import { until } from '../support/world.ts'
import type { Agent } from './agent.ts'
import { type Ended, type Office, runsOf } from './desk.ts'

/** One thing an agent must be able to do through the gateway. */
export interface Task {
  readonly name: string
  /** Throws when it cannot. */
  run(office: Office): Promise<void>
}

/** Every turn reached the provider as the agent sent it, with the provider's key instead of the gateway's. */
export function assertPassed(office: Office): void {
  const turns = office.turns()
  expect(turns.length).toBeGreaterThan(0)
  for (const turn of turns) {
    if (!office.tap.carried(turn.body)) throw new Error('the body changed on its way')
    const head = JSON.stringify(turn.headers) + turn.target
    expect(head).not.toContain('slu_')
    expect(head.split(REAL_KEY)).toHaveLength(2)
  }
}

function assertFinished(ended: Ended, says: string): void {
  expect(ended.shown).toContain(says)
  expect(ended.code).toBe(0)
}

async function answers(office: Office): Promise<void> {
  const { agent } = office
  const ended = await office.task('Say pong.', [agent.says('pong from afar')])
  assertFinished(ended, 'pong from afar')
  expect(office.turns()).toHaveLength(1)
  assertPassed(office)
}

/** The provider goes on only when the agent's side of the wire has what it said so far. */
async function streams(office: Office): Promise<void> {
  const { agent, tap } = office
  const { promise, open } = gate()
  const whole = piecesOf(agent.says('pong from afar'))
  const half = whole.findIndex((piece) => piece.includes('pong')) + 1
  const body = [...whole.slice(0, half), promise, ...whole.slice(half)]
  const running = office.task('Say pong.', [{ ...agent.says(''), body }])
  try {
    await until('the first word on the wire', () => tap.received('pong'), 60_000)
    expect(tap.received('afar')).toBe(false)
  } finally {
    open()
  }
  assertFinished(await running, 'pong from afar')
  assertPassed(office)
}

async function editsFile(office: Office): Promise<void> {
  const { agent } = office
  const ended = await office.task('Write the notes.', [
    ({ work }) => agent.writes(join(work, 'notes.txt'), 'forty-two'),
    agent.says('The notes are written.'),
  ])
  assertFinished(ended, 'The notes are written.')
  expect(readFileSync(join(ended.work, 'notes.txt'), 'utf8').trim()).toBe('forty-two')
  expect(office.turns()).toHaveLength(2)
  assertPassed(office)
}

async function runsCommand(office: Office): Promise<void> {
  const { agent } = office
  // Without `$(`, which Gemini CLI takes for an injection.
  const sum = 'expr 40000 + 2 | tee sum.txt'
  const ended = await office.task('Add them.', [agent.runs(sum), agent.says('Added.')])
  assertFinished(ended, 'Added.')
  expect(readFileSync(join(ended.work, 'sum.txt'), 'utf8')).toContain('40002')
  // The command's output is in the next turn, so the model has read it.
  expect(office.turns()[1]?.text()).toContain('40002')
  assertPassed(office)
}

/** Both turns of one session stand under one id in the trace, where the agent tells it. */
async function grouped(office: Office): Promise<void> {
  const { agent } = office
  await office.task('Add them.', [agent.runs('echo 42'), agent.says('Added.')])
  const turns = office.turns()
  expect(turns).toHaveLength(2)
  const sessions = new Set(turns.map((turn) => turn.header(agent.sessionHeader ?? '')))
  expect(sessions.size).toBe(1)
  const [session] = sessions
  await until('both turns on the trace', async () => {
    const runs = await runsOf(office)
    if (session === undefined) return runs.length >= 2
    return runs.filter((run) => threadOf(run) === session).length === turns.length
  })
  assertPassed(office)
}

async function capped(office: Office): Promise<void> {
  const { agent, service } = office
  const model = agent.models.capped
  await policy(office, 'R&D Spend Cap', model, 'spend_cap', {
    window: 'daily',
    limit_usd: 0.000001,
  })
  const before = service.provider.requests.length
  const ended = await office.task('Say pong.', [agent.says('never')], { model })
  expect(ended.shown).toContain('Request blocked by gateway policies: R&D Spend Cap')
  expect(office.tap.calls()).toBeLessThanOrEqual(2)
  expect(service.provider.requests).toHaveLength(before)
}

async function limited(office: Office): Promise<void> {
  const { agent } = office
  const model = agent.models.limited
  const limits = [{ metric: 'requests', window: 'hour', value: 1 }]
  await policy(office, 'One an hour', model, 'rate_limit', { limits })
  assertFinished(await office.task('Say pong.', [agent.says('pong')], { model }), 'pong')
  const ended = await office.task('Say pong.', [agent.says('NOT THIS')], {
    model,
    // Codex and Gemini CLI wait for as long as they are told: how often they ask in five seconds is what is looked at.
    enough: async () => {
      await until('the first call', () => office.tap.calls() > 0, 60_000)
      await Bun.sleep(5_000)
    },
  })
  expect(office.turns()).toHaveLength(0)
  expect(ended.code).not.toBe(0)
  expect(ended.shown).not.toContain('NOT THIS')
  expect(office.tap.received('Request blocked by gateway policies: One an hour')).toBe(true)
  expect(office.tap.calls()).toBeLessThanOrEqual(3)
}

async function providersError(office: Office): Promise<void> {
  const { agent } = office
  const ended = await office.task('Say pong.', [agent.fails(400, 'The answer is not known here.')])
  expect(ended.shown).toContain('The answer is not known here.')
  expect(ended.code).not.toBe(0)
  // Claude Code asks again without one beta feature after the other when it does not know a 400.
  expect(office.turns().length).toBeLessThanOrEqual(6)
  assertPassed(office)
}

/** A half answer is never taken for a whole one: the agent asks again and finishes. */
async function broken(office: Office): Promise<void> {
  const { agent } = office
  const whole = piecesOf(agent.says('half an answer'))
  const cut = whole.findIndex((piece) => piece.includes('half')) + 1
  const half = { ...agent.says(''), body: [...whole.slice(0, cut), BREAK] } satisfies Answer
  const ended = await office.task('Say pong.', [
    half,
    // Claude Code asks again without a stream.
    ({ request }) => agent.says('a whole answer', request),
  ])
  assertFinished(ended, 'a whole answer')
  expect(office.turns()).toHaveLength(2)
  assertPassed(office)
}

const PLACEHOLDER = /\[SAFE_TO_USE:ANTHROPIC_API_KEY_[a-z]{8}\]/

/** What the agent is told never reaches the provider, and what the model makes of its placeholder is whole again on the agent's disk. */
async function guarded(office: Office): Promise<void> {
  const { agent, service } = office
  await policy(office, 'Nothing leaves', '', 'guard', {
    detect: { secrets: true, pii: true },
  })
  const token = `sk-ant-api03-${'Zq4wB8nQ7L'.repeat(9)}AA`
  const ended = await office.task(`Write ${token} of Orla McTrantow into the notes.`, [
    ({ request, work }) => {
      const known = PLACEHOLDER.exec(request.text())?.[0] ?? 'nothing'
      return agent.writes(join(work, 'notes.txt'), `key=${known}`)
    },
    agent.says('The notes are written.'),
  ])
  assertFinished(ended, 'The notes are written.')
  expect(readFileSync(join(ended.work, 'notes.txt'), 'utf8').trim()).toBe(`key=${token}`)
  const turns = office.turns()
  expect(turns).toHaveLength(2)
  expect(service.provider.requests.some((request) => request.text().includes(token))).toBe(false)
  // The second turn holds the tool call as the agent knows it: the key is hidden anew, under its name.
  expect(turns.every((turn) => PLACEHOLDER.test(turn.text()))).toBe(true)
}

function threadOf(run: Record<string, unknown>): unknown {
  return at(run, 'extra', 'metadata', 'thread_id')
}

function piecesOf(answer: Answer): string[] {
  const pieces = Array.isArray(answer.body) ? answer.body : [answer.body]
  return pieces.filter((piece) => typeof piece === 'string')
}

/** A real spend cap on one model that no call fits under. */
export function capModel(office: Office, name: string, model: string): Promise<void> {
  return policy(office, name, model, 'spend_cap', { window: 'daily', limit_usd: 0.000001 })
}

/** Creates a policy on one model, or on the whole organisation when none is named, and waits until the gateway knows it. */
async function policy(office: Office, name: string, model: string, type: string, config: object) {
  const { service } = office
  const path = '/platform/gateway-policies'
  const whole = { key: 'organization_id', value: service.first.organizationId }
  const make = async (body: object, of: string): Promise<string> => {
    const subject_matchers = [of === '' ? whole : { key: 'model', value: of }]
    const made = await service.admin('POST', path, { ...body, subject_matchers })
    expect(made.status).toBe(201)
    return made.body.id
  }
  await make({ name, policy_type: type, config }, model)
  // A cap made after it, on the model that nobody is asked for: who refuses that one knows both.
  const cap = { window: 'daily', limit_usd: 0 }
  const last = await make({ name: 'Last', policy_type: 'spend_cap', config: cap }, 'demo/echo')
  await until('the gateway knows the policies', async () => {
    const response = await fetch(`${service.url}/demo/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${service.first.gatewayKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'x' }] }),
    })
    await response.text()
    return response.status === 402
  })
  expect((await service.admin('DELETE', `${path}/${last}`)).status).toBe(204)
}

/** What every agent is asked to do. Gemini CLI tells no session: its turns are on the trace one by one. */
export const tasksFor = ({ sessionHeader }: Agent): readonly Task[] => [
  { name: 'answers', run: answers },
  { name: 'streams', run: streams },
  { name: 'edits a file by a tool call', run: editsFile },
  { name: 'runs a command by a tool call', run: runsCommand },
  {
    name: sessionHeader ? 'one session on the trace' : 'every turn on the trace',
    run: grouped,
  },
  { name: '402 by a spend cap', run: capped },
  { name: '429 by a rate limit', run: limited },
  { name: "provider's error", run: providersError },
  { name: 'broken stream', run: broken },
  // Last: its policy stays.
  { name: 'works behind a data policy', run: guarded },
]
