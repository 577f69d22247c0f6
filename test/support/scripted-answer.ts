import type { Socket } from 'node:net'

/** Destroys the connection (TCP reset) at this place of an answer. */
export const BREAK = Symbol('break')
/** Sends nothing more and keeps the connection open until the caller or `close()` ends it. */
export const HANG = Symbol('hang')

/** A part of a body: bytes, a gate the test opens, a function run (and awaited) when reached, or an end that is none. */
export type Piece =
  | string
  | Uint8Array
  | Promise<unknown>
  | (() => unknown)
  | typeof BREAK
  | typeof HANG

/** What to send. Give `raw` alone for byte-exact answers, head included. */
export interface Answer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[]
  /** One write per piece. */
  readonly body?: Piece | readonly Piece[]
  /**
   * `chunked` (default): one HTTP chunk per piece. `length`: content-length of the bytes given (set
   * `content-length` in `headers` to lie). `close`: no framing, ends with the connection. `none`: head only.
   */
  readonly framing?: 'chunked' | 'length' | 'close' | 'none'
  /** Compresses the whole body into one piece and says so in `content-encoding`. Only for gateless bodies. */
  readonly gzip?: boolean
  /** Sent as it is instead of everything above. */
  readonly raw?: readonly Piece[]
  /** Closes the connection after this answer. */
  readonly close?: boolean
}

/** Something a test opens: put `promise` between two pieces and call `open()` when the next may go. */
export function gate(): { readonly promise: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, open: () => resolve() }
}

/** Server-sent events: each text becomes `data: …\n\n`, one piece each. */
export function sse(...events: readonly string[]): string[] {
  return events.map((event) => `data: ${event}\n\n`)
}

/** Writes one answer in the script's pieces; ends early when the caller has left. */
export async function sendAnswer(socket: Socket, method: string, answer: Answer): Promise<void> {
  const pieces = listed(answer.body)
  if (answer.raw) {
    await sendPieces(socket, answer.raw, false)
  } else {
    const body = answer.gzip ? [Bun.gzipSync(joined(pieces))] : pieces
    const framing = answer.framing ?? (method === 'HEAD' ? 'none' : 'chunked')
    await write(socket, headText(answer, framing, joined(body).length))
    if (method !== 'HEAD' && framing !== 'none') {
      const ended = await sendPieces(socket, body, framing === 'chunked')
      if (ended && framing === 'chunked') await write(socket, '0\r\n\r\n')
    }
    if (framing === 'close') socket.end()
  }
  if (answer.close) socket.end()
}

function headText(answer: Answer, framing: string, length: number): string {
  const headers: (readonly [string, string])[] = isPairs(answer.headers)
    ? [...answer.headers]
    : Object.entries(answer.headers ?? {})
  const has = (name: string): boolean => headers.some(([each]) => each.toLowerCase() === name)
  if (answer.gzip) headers.push(['content-encoding', 'gzip'])
  if (framing === 'chunked' && !has('transfer-encoding'))
    headers.push(['transfer-encoding', 'chunked'])
  if (framing === 'length' && !has('content-length'))
    headers.push(['content-length', String(length)])
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${answer.status ?? 200} Scripted\r\n${lines}\r\n`
}

/** False when the answer broke off, or the caller left, before all pieces were sent. */
async function sendPieces(
  socket: Socket,
  pieces: readonly Piece[],
  chunked: boolean,
): Promise<boolean> {
  for (const piece of pieces) {
    if (socket.destroyed) return false
    if (piece === BREAK) {
      socket.resetAndDestroy()
      return false
    }
    if (piece === HANG) {
      await new Promise<void>((resolve) => socket.on('close', () => resolve()))
      return false
    }
    if (piece instanceof Promise || typeof piece === 'function') {
      await (typeof piece === 'function' ? piece() : piece)
      continue
    }
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    if (bytes.length === 0) continue
    if (chunked) {
      const head = Buffer.from(`${bytes.length.toString(16)}\r\n`)
      await write(socket, Buffer.concat([head, bytes, Buffer.from('\r\n')]))
    } else await write(socket, bytes)
  }
  return true
}

/** Waits for `drain` so that a big answer is not piled up in memory. */
async function write(socket: Socket, bytes: string | Uint8Array): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

function joined(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  return Buffer.concat(
    pieces.map((piece) =>
      typeof piece === 'string'
        ? Buffer.from(piece)
        : piece instanceof Uint8Array
          ? piece
          : new Uint8Array(0),
    ),
  )
}

function isPairs(headers: Answer['headers']): headers is readonly (readonly [string, string])[] {
  return Array.isArray(headers)
}

function listed(body: Answer['body']): readonly Piece[] {
  if (body === undefined) return []
  return isPieces(body) ? body : [body]
}

function isPieces(body: Piece | readonly Piece[]): body is readonly Piece[] {
  return Array.isArray(body)
}
