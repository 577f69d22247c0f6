/** Sends one request over a connection that may take less than it is given. */
export interface RequestWriter {
  /** Goes on writing: call when the connection opened and whenever it drained. */
  pump(): void
  /** Stops reading the body's source and drops what is left. */
  stop(): void
  /** True once the connection took a byte. */
  readonly sent: boolean
  /** True when everything was taken. */
  readonly finished: boolean
  /** True while it is the body's source that is slow, not the connection. */
  readonly starving: boolean
}

/** What a writer needs and tells. */
export interface WriterEvents {
  /** Gives how many bytes from `offset` on the connection took; 0 or less when it takes none now. */
  write(bytes: Uint8Array, offset: number): number
  /** Some bytes were taken. */
  onProgress(): void
  onFinished(): void
  /** The body's source failed or did not keep to its length: the request cannot be completed. */
  onSourceFailed(cause: unknown): void
}

/** Up to here head and body travel in one write (one packet, one TLS record) at the price of a copy. */
const JOINED_BYTES_MAX = 64 * 1024
const NOTHING = new Uint8Array(0)
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** A writer for `head` and `body`; a stream is sent chunked when `length` is undefined. */
export function requestWriter(
  head: Buffer,
  body: Uint8Array | ReadableStream<Uint8Array> | undefined,
  length: number | undefined,
  events: WriterEvents,
): RequestWriter {
  const whole = body instanceof Uint8Array ? body : NOTHING
  const source = body instanceof ReadableStream ? body : undefined
  const joined = whole.length > 0 && head.length + whole.length <= JOINED_BYTES_MAX
  /** What the connection has not taken yet, and the whole body behind it when it was too big to join. */
  let current: Uint8Array = joined ? Buffer.concat([head, whole]) : head
  let next: Uint8Array = joined ? NOTHING : whole
  let offset = 0
  let missing = length ?? Number.POSITIVE_INFINITY
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let exhausted = source === undefined
  let stopped = false
  const writer = { sent: false, finished: false, starving: false, pump, stop }

  function pump(): void {
    while (!stopped && !writer.finished) {
      if (offset < current.length) {
        const taken = events.write(current, offset)
        if (taken <= 0) return
        offset += taken
        writer.sent = true
        events.onProgress()
      } else if (next.length > 0) {
        current = next
        next = NOTHING
        offset = 0
      } else if (exhausted) {
        writer.finished = true
        events.onFinished()
      } else {
        if (!writer.starving) void fetchPiece()
        return
      }
    }
  }

  async function fetchPiece(): Promise<void> {
    writer.starving = true
    try {
      reader ??= source?.getReader()
      const piece = await reader?.read()
      if (stopped) return
      writer.starving = false
      take(piece?.done === false ? piece.value : undefined)
      pump()
    } catch (cause) {
      if (!stopped) events.onSourceFailed(cause)
    }
  }

  function take(piece: Uint8Array | undefined): void {
    if (piece === undefined) {
      if (length !== undefined && missing > 0)
        throw new Error('the body is shorter than its length')
      exhausted = true
      current = length === undefined ? LAST_CHUNK : NOTHING
    } else {
      missing -= piece.length
      if (missing < 0) throw new Error('the body is longer than its length')
      current = length === undefined && piece.length > 0 ? chunk(piece) : piece
    }
    offset = 0
  }

  function stop(): void {
    if (stopped) return
    stopped = true
    if (source && !exhausted) {
      // A source nobody has read yet is cancelled directly; its failure concerns nobody any more.
      const cancelled = reader ? reader.cancel() : source.locked ? undefined : source.cancel()
      cancelled?.catch(() => {})
    }
  }
  return writer
}

function chunk(piece: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, CRLF])
}

const CRLF = Buffer.from('\r\n')
