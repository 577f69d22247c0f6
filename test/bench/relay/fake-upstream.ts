/**
 * A fake provider as its own process: answers every POST with an OpenAI chat stream. How is said in the request
 * body, which every target passes on: `bench-paced-<chunks per second>-<chunks>` or `bench-burst-<chunks>`.
 * Prints its port. Raw sockets, one timer for all streams: its own cost must stay far below the target's.
 */
import type { Socket } from 'bun'
import { leash } from './leash.ts'

interface Stream {
  readonly socket: Socket<Talk>
  readonly everyMs: number
  left: number
}

/** What has come in of a request, and what is going out. */
interface Talk {
  text: string
  stream: Stream | undefined
}

const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\nx-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n'
const event = (payload: object): string => {
  const data = `data: ${JSON.stringify(payload)}\n\n`
  return `${data.length.toString(16)}\r\n${data}\r\n`
}
const shared = {
  id: 'chatcmpl-BenchBenchBenchBench',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'gpt-4o-mini',
}
const DELTA = event({
  ...shared,
  choices: [{ index: 0, delta: { content: ' hello' }, logprobs: null, finish_reason: null }],
})
const usage = { prompt_tokens: 9, completion_tokens: 200, total_tokens: 209 }
const done = 'data: [DONE]\n\n'
const TAIL = `${event({ ...shared, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}${event({ ...shared, choices: [], usage })}${done.length.toString(16)}\r\n${done}\r\n0\r\n\r\n`
const CHUNK = Buffer.from(DELTA)

/** Streams by the millisecond they are due, as a ring: the longest pace is below its length. */
const RING_MS = 4096
const ring: Stream[][] = Array.from({ length: RING_MS }, () => [])
let ringMs = Math.floor(performance.now())

/** Nobody wakes it: a sleep that is finer than the timers of the event loop, and no spinning. */
const GROUPS = 5
const pillow = new Int32Array(new SharedArrayBuffer(4))

setInterval(() => {
  const now = Math.floor(performance.now())
  while (ringMs < now) {
    ringMs++
    const due = ring[ringMs % RING_MS] ?? []
    ring[ringMs % RING_MS] = []
    const group = Math.ceil(due.length / GROUPS)
    for (const [index, stream] of due.entries()) {
      send(stream)
      // Spread over the millisecond: chunks of real models come one by one, and each costs its own wake-up.
      const isLate = performance.now() > ringMs + 1
      if (!isLate && index % group === group - 1) Atomics.wait(pillow, 0, 0, 0.5 / GROUPS)
    }
  }
}, 1)

function send(stream: Stream): void {
  if (stream.socket.readyState !== 1) return
  if (stream.left-- > 0) {
    stream.socket.write(CHUNK)
    ring[(ringMs + stream.everyMs) % RING_MS]?.push(stream)
  } else {
    stream.socket.data.stream = undefined
    stream.socket.write(TAIL)
  }
}

function answer(socket: Socket<Talk>, body: string): void {
  const [, pace, first, second] = /bench-(paced|burst)-(\d+)(?:-(\d+))?/.exec(body) ?? []
  if (pace === 'burst') {
    writeAll(socket, Buffer.from(HEAD + DELTA.repeat(Number(first)) + TAIL))
    return
  }
  socket.write(HEAD)
  const stream = { socket, everyMs: Math.round(1000 / Number(first)), left: Number(second) }
  socket.data.stream = stream
  send(stream)
}

const unsent = new Map<Socket<Talk>, Buffer>()
function writeAll(socket: Socket<Talk>, bytes: Buffer): void {
  const taken = Math.max(0, socket.write(bytes))
  if (taken < bytes.length) unsent.set(socket, bytes.subarray(taken))
  else unsent.delete(socket)
}

const server = Bun.listen<Talk>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      socket.setNoDelay(true)
      socket.data = { text: '', stream: undefined }
    },
    data(socket, bytes) {
      const talk = socket.data
      talk.text += bytes.toString('latin1')
      const end = talk.text.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(talk.text)?.[1] ?? 0)
      if (talk.text.length < end + 4 + length) return
      const body = talk.text.slice(end + 4)
      talk.text = ''
      answer(socket, body)
    },
    drain(socket) {
      const rest = unsent.get(socket)
      if (rest) writeAll(socket, rest)
    },
    close: (socket) => void unsent.delete(socket),
    error() {},
  },
})
console.log(server.port)
leash()
