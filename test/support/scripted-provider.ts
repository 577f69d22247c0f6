import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { type ByteReader, byteReader } from './byte-reader.ts'
import { type Answer, sendAnswer } from './scripted-answer.ts'

export { type Answer, BREAK, gate, HANG, type Piece, sse } from './scripted-answer.ts'

/** One request as it came over the wire. */
export interface RecordedRequest {
  readonly method: string
  /** As sent: path and query, nothing decoded. */
  readonly target: string
  /** Target up to `?`. */
  readonly path: string
  /** Target after `?`, without it; `''` when there is none. */
  readonly query: string
  /** In order and case of arrival, repeated lines kept. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The first header of that name in any case. */
  header(name: string): string | undefined
  /** Without transfer coding; empty until it has arrived when the answer is given at the head. */
  readonly body: Uint8Array
  text(): string
  json(): unknown
  /** 1 for the first TCP connection to this provider: equal numbers show keep-alive. */
  readonly connection: number
  /** Resolves when this connection is gone, for whatever reason. */
  readonly gone: Promise<void>
}

/** An answer for all requests, one per request in order (the last repeats), or a function. */
export type Script =
  | Answer
  | readonly Answer[]
  | ((request: RecordedRequest, index: number) => Answer | Promise<Answer>)

export interface ProviderOptions {
  /** Answer as soon as the head is there (`head`), or after the body (`end`, default). */
  readonly answerAt?: 'head' | 'end'
  /** PEM texts: speak TLS. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Awaited before the body is read: a slow reader. */
  readonly beforeBody?: (request: RecordedRequest) => Promise<unknown>
}

export interface Provider {
  /** `http://127.0.0.1:port` (or https), without a trailing slash. */
  readonly url: string
  readonly port: number
  /** Whole requests in order of arrival (with `answerAt: 'head'`: from the head on). */
  readonly requests: readonly RecordedRequest[]
  /** TCP connections accepted so far. */
  readonly connections: number
  /** TCP connections open now. */
  readonly open: number
  /** The request with that index (0 first), waiting for it if needed; rejects after 30 s. */
  request(index: number): Promise<RecordedRequest>
  /** Changes the script for requests still to come; list indexes start at 0 again. */
  script(next: Script): void
  /** Resets every open connection, as a dying provider does. */
  reset(): void
  close(): Promise<void>
}

/** Starts a fake provider on a free loopback port that records every request and answers as scripted. */
export async function startProvider(
  script: Script,
  options: ProviderOptions = {},
): Promise<Provider> {
  const requests: RecordedRequest[] = []
  const waiting = new Map<number, (request: RecordedRequest) => void>()
  const sockets = new Set<Socket>()
  let current = script
  let scriptedFrom = 0
  let connections = 0
  const record = (request: RecordedRequest): number => {
    requests.push(request)
    const index = requests.length - 1
    waiting.get(index)?.(request)
    waiting.delete(index)
    return index
  }
  const answerTo = async (request: RecordedRequest, index: number): Promise<Answer> => {
    if (typeof current === 'function') return await current(request, index - scriptedFrom)
    if (!isList(current)) return current
    return current[Math.min(index - scriptedFrom, current.length - 1)] ?? { status: 500 }
  }
  const serve = (socket: Socket): void => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    converse(socket, ++connections, options, record, answerTo).catch(() => socket.destroy())
  }
  const server = options.tls
    ? createTlsServer({ ...options.tls, ALPNProtocols: ['http/1.1'] }, serve)
    : createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return connections
    },
    get open() {
      return sockets.size
    },
    request: (index) => {
      const there = requests[index]
      if (there) return Promise.resolve(there)
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no request ${index} within 30 s`)), 30_000)
        waiting.set(index, (request) => {
          clearTimeout(late)
          resolve(request)
        })
      })
    },
    script: (next) => {
      current = next
      scriptedFrom = requests.length
    },
    reset,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function converse(
  socket: Socket,
  connection: number,
  options: ProviderOptions,
  record: (request: RecordedRequest) => number,
  answerTo: (request: RecordedRequest, index: number) => Promise<Answer>,
): Promise<void> {
  const reader = byteReader(socket)
  const gone = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  for (;;) {
    const head = await reader.until('\r\n\r\n')
    if (head === undefined) return void socket.end()
    const request = readHead(head, connection, gone)
    await options.beforeBody?.(request)
    if (options.answerAt === 'head') {
      const index = record(request)
      const body = readBody(reader, request)
      body.catch(() => {})
      await sendAnswer(socket, request.method, await answerTo(request, index))
      await body
    } else {
      await readBody(reader, request)
      const index = record(request)
      await sendAnswer(socket, request.method, await answerTo(request, index))
    }
    if (socket.destroyed || socket.writableEnded) return
  }
}

function readHead(
  head: Uint8Array,
  connection: number,
  gone: Promise<void>,
): RecordedRequest & { body: Uint8Array } {
  const [first = '', ...lines] = Buffer.from(head).toString('latin1').split('\r\n')
  const [method = '', target = ''] = first.split(' ')
  const mark = target.indexOf('?')
  const headers = lines
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()]
    })
  return {
    method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    header: (name) => headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1],
    body: new Uint8Array(0),
    text() {
      return Buffer.from(this.body).toString('utf8')
    },
    json() {
      return JSON.parse(this.text())
    },
    connection,
    gone,
  }
}

async function readBody(
  reader: ByteReader,
  request: RecordedRequest & { body: Uint8Array },
): Promise<void> {
  if (request.header('transfer-encoding') === undefined) {
    const length = Number(request.header('content-length') ?? 0)
    request.body = await reader.exactly(length)
    return
  }
  const parts: Uint8Array[] = []
  for (;;) {
    const line = await reader.until('\r\n')
    const size = Number.parseInt(Buffer.from(line ?? []).toString('latin1'), 16)
    if (!Number.isInteger(size)) throw new Error('bad chunk from the dialler')
    parts.push(await reader.exactly(size))
    await reader.until('\r\n')
    if (size === 0) break
  }
  request.body = Buffer.concat(parts)
}

function isList(script: Answer | readonly Answer[]): script is readonly Answer[] {
  return Array.isArray(script)
}
