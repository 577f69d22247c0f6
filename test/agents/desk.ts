import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, RecordedRequest } from '../support/scripted-provider.ts'
import { type Service, startService } from '../support/service.ts'
import { until } from '../support/world.ts'
import type { Agent } from './agent.ts'
import { agentProgram, agentsPlace } from './install.ts'
import { openTap, type Tap } from './tap.ts'

/** How one headless run ended. */
export interface Ended {
  readonly code: number
  /** What a user would have seen: both streams. */
  readonly shown: string
  readonly work: string
}

/** A turn to be answered. */
export interface AgentTurn {
  readonly request: RecordedRequest
  /** Where the agent works. */
  readonly work: string
}

export interface TaskOptions {
  /** Default: the agent's usual model. */
  readonly model?: string
  /** The run is ended when this settles: some agents wait for an hour when they are told to. */
  readonly enough?: () => Promise<unknown>
}

/** A service and an agent that can be sent to it with a task. */
export interface Office {
  readonly agent: Agent
  readonly service: Service
  readonly tap: Tap
  /** The turns that reached the provider since the last task began. */
  turns(): readonly RecordedRequest[]
  /** Runs the agent on `prompt`; the provider answers its turns with `answers` in order, the last one again. */
  task(
    prompt: string,
    answers: readonly (Answer | ((turn: AgentTurn) => Answer))[],
    options?: TaskOptions,
  ): Promise<Ended>
  close(): Promise<void>
}

/** A headless run takes seconds; one that waits for somebody must not hold the suite. */
const RUN_MS = 90_000

/** Starts the service, the wire and the room for one agent. */
export async function openOffice(agent: Agent, env: Record<string, string> = {}): Promise<Office> {
  const program = agentProgram(agent.bin)
  if ('missing' in program) throw new Error(program.missing)
  const service = await startService({ status: 500 }, { env })
  const tap = await openTap(service.serving.port)
  const place = join(agentsPlace(), 'homes')
  mkdirSync(place, { recursive: true })
  // Not below /tmp: agents treat temporary directories as they treat nobody's.
  const room = mkdtempSync(join(place, `${agent.bin}-`))
  let from = 0
  let runs = 0
  const turns = () => service.provider.requests.slice(from).filter(agent.isTurn)
  return {
    agent,
    service,
    tap,
    turns,
    async task(prompt, answers, { model = agent.models.usual, enough } = {}) {
      from = service.provider.requests.length
      tap.clear()
      const [home, work] = [join(room, `home-${++runs}`), join(room, `work-${runs}`)]
      for (const directory of [home, work]) mkdirSync(directory)
      service.provider.script((request) => {
        if (!agent.isTurn(request)) return agent.aside()
        const answer = answers[Math.min(turns().length, answers.length) - 1]
        const given = typeof answer === 'function' ? answer({ request, work }) : answer
        return given ?? { status: 500 }
      })
      const key = service.first.gatewayKey
      const { args, env: own } = agent.prepare({ url: tap.url, key, home, work, model, prompt })
      const child = Bun.spawn([program.path, ...args], {
        cwd: work,
        env: { PATH: process.env.PATH ?? '', HOME: home, TERM: 'dumb', NO_COLOR: '1', ...own },
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own: the programs start others, which would outlive them and hold the pipes open.
        detached: true,
      })
      const stop = () => stopGroup(child.pid)
      const late = setTimeout(stop, RUN_MS)
      if (enough) void enough().finally(stop)
      const [out, err] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      clearTimeout(late)
      return { code: await child.exited, shown: `${out}\n${err}`, work }
    },
    async close() {
      await tap.close()
      await service.close()
      rmSync(room, { recursive: true, force: true })
    },
  }
}

function stopGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** The stored runs of the newest calls, newest first. */
export async function runsOf(office: Office): Promise<readonly Record<string, unknown>[]> {
  const { service } = office
  const ask = (method: string, path: string, body?: object) =>
    service.admin(method, path, body, service.first.gatewayKey)
  const project = await until('the project', async () => {
    return (await ask('GET', '/sessions?name=gateway')).body?.[0]?.id
  })
  const { body } = await ask('POST', '/runs/query', { session: [project], limit: 100 })
  return body.runs
}
