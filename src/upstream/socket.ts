import type { World } from '../base/world.ts'
import { type Connection, type ConnectionUser, dial } from './connection.ts'
import { startDeadlines } from './deadlines.ts'
import { type Origin, originOf } from './origin.ts'
import { connectionPool, type Pool } from './pool.ts'
import { requestFraming, writeHead } from './request-head.ts'
import { requestWriter } from './request-writer.ts'
import { responseParser } from './response-parser.ts'
import type {
  Upstream,
  UpstreamCall,
  UpstreamFault,
  UpstreamRequest,
  UpstreamSink,
  UpstreamTimeouts,
} from './upstream.ts'
import { startWatch, type Watch } from './watch.ts'

/** What the socket dialler is made of. */
export interface SocketOptions {
  readonly world: Pick<World, 'clock' | 'log'>
  /** Trusted roots as PEM instead of the system's. */
  readonly ca?: string
}

interface Dialler extends SocketOptions {
  readonly watch: Watch
  readonly pool: Pool
}

/**
 * HTTP/1.1 over own sockets. Against the runtime's `fetch` it saves a second thread with its wake-ups per
 * chunk, has no cap on calls in flight and keeps as many idle sockets as needed (`test/bench`, `relay`).
 */
export function socketUpstream(options: SocketOptions): Upstream {
  const watch = startWatch(options.world.clock)
  const pool = connectionPool(watch)
  const dialler: Dialler = { ...options, watch, pool }
  return {
    send: (request, sink, timeouts) => {
      const origin = originOf(request.url)
      const head = origin ? writeHead(request) : new Error('neither http nor https')
      if (origin && !(head instanceof Error))
        return startCall(dialler, origin, head, request, sink, timeouts)
      let told = false
      queueMicrotask(() => {
        if (!told) sink.onFault('malformed', head)
      })
      const abort = (): void => {
        told = true
      }
      return { pause() {}, resume() {}, abort, sent: false }
    },
    close: () => pool.close(),
  }
}

function startCall(
  dialler: Dialler,
  origin: Origin,
  head: Buffer,
  request: UpstreamRequest,
  sink: UpstreamSink,
  timeouts: UpstreamTimeouts,
): UpstreamCall {
  const { world, ca, watch, pool } = dialler
  let connection: Connection
  /** True while on a pooled connection, whose death says nothing about the provider. */
  let pooled = false
  let opened = false
  let answered = false
  let paused = false
  let over = false

  const deadlines = startDeadlines(
    watch,
    timeouts,
    () => paused || (writer.starving && !answered),
    (fault) => fail(fault),
  )
  const parser = responseParser(request.method, {
    onHead(status, headers) {
      answered = true
      deadlines.enter('streaming')
      sink.onHead(status, headers)
    },
    onBody: sink.onData,
    onWhole: (reusable) => finish(reusable, () => sink.onEnd()),
    onBroken: (why) => fail('malformed', new Error(why)),
  })
  const framing = requestFraming(request)
  const length = typeof framing === 'number' ? framing : undefined
  const writer = requestWriter(head, request.body, length, {
    write: (bytes, offset) => connection.write(bytes, offset),
    onProgress() {
      deadlines.moved = true
    },
    onFinished: () => {
      if (!answered) deadlines.enter('answering')
    },
    onSourceFailed: (cause) => fail('aborted', cause),
  })
  const user: ConnectionUser = {
    onOpen() {
      opened = true
      if (paused) connection.pause()
      deadlines.enter('sending')
      writer.pump()
    },
    onBytes(bytes) {
      deadlines.moved = true
      // Not by `guarded`: this runs for every chunk and needs no closure of its own.
      try {
        parser.push(bytes)
      } catch (cause) {
        threw(cause)
      }
    },
    onDrain: () => writer.pump(),
    onClosed(inOrder, cause) {
      if (pooled && !writer.sent) return start(undefined)
      guarded(() => {
        if (!(inOrder && parser.close())) fail(opened ? 'reset' : 'unreachable', cause)
      })
    },
  }

  function start(idle: Connection | undefined): void {
    pooled = idle !== undefined
    connection = idle ?? dial(origin, user, ca)
    connection.user = user
    if (idle) user.onOpen()
    else deadlines.enter('connecting')
  }
  /** The one way out: everything stops, then `tell` is the last thing the sink hears. */
  function finish(reusable: boolean, tell: () => void): void {
    if (over) return
    over = true
    deadlines.stop()
    parser.stop()
    const clean = reusable && writer.finished
    writer.stop()
    if (clean) {
      if (paused) connection.resume()
      pool.put(origin.key, connection)
    } else connection.destroy()
    guarded(tell)
  }
  function fail(fault: UpstreamFault, cause?: unknown): void {
    finish(false, () => sink.onFault(fault, cause))
  }
  /** A sink that throws loses its own call and nothing else. */
  function guarded(tell: () => void): void {
    try {
      tell()
    } catch (cause) {
      threw(cause)
    }
  }
  function threw(cause: unknown): void {
    const error = cause instanceof Error ? cause.name : 'other'
    world.log.error('upstream_sink_threw', { error })
    fail('aborted', cause)
  }

  start(pool.take(origin.key))
  return {
    pause() {
      paused = true
      if (opened && !over) connection.pause()
    },
    resume() {
      paused = false
      if (opened && !over) connection.resume()
    },
    abort: () => finish(false, () => {}),
    get sent() {
      return writer.sent
    },
  }
}
