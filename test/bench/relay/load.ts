/**
 * The load as its own process, steered over IPC by `bench.ts`: holds paced streams, probes the time to the first byte,
 * or runs bursts. Raw sockets; one connection per stream, kept alive between bursts and probes.
 */
import type { Socket } from 'bun'
import type { Ask, Reply, Target } from './protocol.ts'

/** One connection and the answer on it. */
interface Line {
  socket: Socket<Line> | undefined
  sentMs: number
  /** The answer's head while it is coming in, then the last bytes: kept so that a mark cut in two is found. */
  last: string
  /** Body bytes still to come; undefined while in the head, NaN when the answer is chunked. */
  left: number | undefined
  first: (() => void) | undefined
  end: ((ok: boolean) => void) | undefined
}

let chunks = 0
let broken = 0
const held = new Set<Line>()
const MARK = Buffer.from('"delta"')
/** In each delta once; the fake provider writes whole events, so a mark is cut only by a full buffer. */
function countChunks(bytes: Buffer): number {
  let found = 0
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 7)) found++
  return found
}

/** A server that has the whole body at hand sends its length, otherwise chunks. */
function isEnd(line: Line, bytes: Buffer): boolean {
  let body = bytes.length
  if (line.left === undefined) {
    line.last += bytes.toString('latin1')
    const end = line.last.indexOf('\r\n\r\n')
    if (end < 0) return false
    line.left = Number(/^content-length: *(\d+)/im.exec(line.last.slice(0, end))?.[1])
    body = line.last.length - end - 4
  } else line.last += bytes.toString('latin1', Math.max(0, bytes.length - 16))
  line.last = line.last.slice(-16)
  line.left -= body
  return Number.isNaN(line.left) ? line.last.endsWith('\r\n0\r\n\r\n') : line.left <= 0
}

const handlers = {
  data(socket: Socket<Line>, bytes: Buffer): void {
    const line = socket.data
    const found = countChunks(bytes)
    chunks += found
    if (line.first && found > 0) {
      line.first()
      line.first = undefined
    }
    if (isEnd(line, bytes)) line.end?.(true)
  },
  close(socket: Socket<Line>): void {
    if (held.delete(socket.data)) broken++
    socket.data.end?.(false)
  },
  error(): void {},
}

async function connect(target: Target): Promise<Line> {
  const line: Line = {
    socket: undefined,
    sentMs: 0,
    last: '',
    left: undefined,
    first: undefined,
    end: undefined,
  }
  const { hostname, port } = target
  line.socket = await Bun.connect({ hostname, port, data: line, socket: handlers })
  line.socket.setNoDelay(true)
  return line
}

function ask(line: Line, target: Target, pace: string): void {
  const body = `{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true},"user":"bench-${pace}","messages":[{"role":"user","content":"Say hello."}]}`
  line.last = ''
  line.left = undefined
  line.sentMs = performance.now()
  line.socket?.write(
    `POST ${target.path} HTTP/1.1\r\nhost: ${target.hostname}:${target.port}\r\nauthorization: Bearer ${target.key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
}

function firstByte(line: Line): Promise<number> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(10_000), 10_000)
    line.first = () => {
      clearTimeout(late)
      resolve(performance.now() - line.sentMs)
    }
  })
}

function ending(line: Line): Promise<boolean> {
  return new Promise((resolve) => {
    line.end = resolve
  })
}

/** Opens streams one after another over `rampMs` and leaves them running. */
async function hold(
  target: Target,
  streams: number,
  rampMs: number,
  pace: string,
): Promise<number[]> {
  const started = performance.now()
  const firsts: Promise<number>[] = []
  for (let index = 0; index < streams; index++) {
    const due = started + (index * rampMs) / streams
    if (due > performance.now()) await Bun.sleep(due - performance.now())
    const line = await connect(target)
    held.add(line)
    firsts.push(firstByte(line))
    ask(line, target, pace)
  }
  return Promise.all(firsts)
}

/** Streams one after another on `lanes` connections for `ms`: the time to the first byte of each. */
async function probe(target: Target, lanes: number, ms: number, pace: string): Promise<number[]> {
  const until = performance.now() + ms
  const found: number[] = []
  const lane = async (): Promise<void> => {
    let line = await connect(target)
    while (performance.now() < until) {
      const [first, end] = [firstByte(line), ending(line)]
      ask(line, target, pace)
      found.push(await first)
      if (!(await end)) line = await connect(target)
      await Bun.sleep(5)
    }
    line.end = undefined
    line.socket?.terminate()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return found
}

/** As many whole streams as possible with `lanes` in flight. */
async function burst(target: Target, lanes: number, ms: number, pace: string): Promise<number> {
  const until = performance.now() + ms
  let whole = 0
  const lane = async (): Promise<void> => {
    let line = await connect(target)
    while (performance.now() < until) {
      const end = ending(line)
      ask(line, target, pace)
      if (await end) whole++
      else line = await connect(target)
    }
    line.end = undefined
    line.socket?.terminate()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return whole
}

async function obey(message: Ask): Promise<Reply> {
  const { target } = message
  if (message.do === 'hold')
    return { times: await hold(target, message.streams, message.ms, message.pace) }
  if (message.do === 'probe')
    return { times: await probe(target, message.streams, message.ms, message.pace) }
  if (message.do === 'burst')
    return { count: await burst(target, message.streams, message.ms, message.pace) }
  if (message.do === 'count') return { count: chunks, broken }
  for (const line of held) {
    held.delete(line)
    line.socket?.terminate()
  }
  broken = 0
  return {}
}

process.on('message', (message: Ask) => {
  obey(message).then(
    (reply) => process.send?.({ ...reply, id: message.id }),
    (cause) => process.send?.({ id: message.id, error: String(cause) }),
  )
})
process.on('disconnect', () => process.exit(0))
