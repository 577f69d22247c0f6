import { pinned } from './machine.ts'
import type { Ask, Reply, Target } from './protocol.ts'

/** The load process, steered. */
export interface Driver {
  /** Leaves `streams` paced streams running, begun over `ms`; gives their milliseconds to the first byte. */
  hold(target: Target, streams: number, ms: number, pace: string): Promise<readonly number[]>
  /** Streams one after another on `lanes` connections for `ms`; gives their milliseconds to the first byte. */
  probe(target: Target, lanes: number, ms: number, pace: string): Promise<readonly number[]>
  /** Gives how many whole streams came back in `ms` with `lanes` in flight. */
  burst(target: Target, lanes: number, ms: number, pace: string): Promise<number>
  /** Chunks received so far; rejects when a held stream has broken. */
  chunks(): Promise<number>
  /** Ends all held streams and lets the target come to rest. */
  drop(): Promise<void>
  stop(): void
}

const NOWHERE: Target = { hostname: '127.0.0.1', port: 0, path: '/', key: '' }
/** Long enough for the slowest target to answer a thousand streams; then something is stuck. */
const ANSWER_MS = 60_000

/** Starts the load process `command` away from the target's core. */
export function driver(command: readonly string[]): Driver {
  const waiting = new Map<number, (reply: Reply) => void>()
  let count = 0
  const child = Bun.spawn(pinned(command, 'others'), {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc(message: Reply & { readonly id: number }) {
      waiting.get(message.id)?.(message)
      waiting.delete(message.id)
    },
  })
  const ask = async (part: Partial<Ask> & Pick<Ask, 'do'>): Promise<Reply> => {
    const id = ++count
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const late = setTimeout(() => reject(new Error(`load: no answer to ${part.do}`)), ANSWER_MS)
    waiting.set(id, resolve)
    // A running target also holds functions, which do not travel.
    const { hostname, port, path, key } = part.target ?? NOWHERE
    const target = { hostname, port, path, key }
    child.send({ streams: 0, ms: 0, pace: '', ...part, target, id })
    const reply = await promise
    clearTimeout(late)
    if (reply.error !== undefined) throw new Error(`load: ${reply.error}`)
    return reply
  }
  const times = async (
    what: 'hold' | 'probe',
    target: Target,
    streams: number,
    ms: number,
    pace: string,
  ): Promise<readonly number[]> => (await ask({ do: what, target, streams, ms, pace })).times ?? []
  return {
    hold: (target, streams, ms, pace) => times('hold', target, streams, ms, pace),
    probe: (target, lanes, ms, pace) => times('probe', target, lanes, ms, pace),
    burst: async (target, lanes, ms, pace) =>
      (await ask({ do: 'burst', target, streams: lanes, ms, pace })).count ?? 0,
    async chunks() {
      const { count: received = 0, broken = 0 } = await ask({ do: 'count' })
      if (broken > 0) throw new Error(`${broken} held streams broke`)
      return received
    },
    async drop() {
      await ask({ do: 'drop' })
      await Bun.sleep(200)
    },
    stop: () => child.kill(),
  }
}
