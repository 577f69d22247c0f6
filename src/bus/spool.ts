import type { Clock, Timer } from '../base/world.ts'

/** One message waiting for its acknowledgement. `id` is the same at every repeat. */
export interface SpoolMessage {
  readonly subject: string
  readonly id: string
  readonly bytes: Uint8Array
  /** Events inside: what the drop counter counts. */
  readonly events: number
  /** Called once it is acknowledged or refused: what stood for it elsewhere may go. */
  readonly release?: (() => void) | undefined
}

/** `acked`: stored by the server. `refused`: it will never be taken (too large). `later`: try again. */
export type SendResult = 'acked' | 'refused' | 'later'

export interface SpoolOptions {
  readonly clock: Clock
  /** Bytes held, waiting and in flight together; past it the oldest waiting messages go. */
  readonly bytesMax: number
  /** Messages sent and not yet answered. */
  readonly inFlightMax: number
  /** Must not throw and must end by a deadline of its own. */
  send(message: SpoolMessage): Promise<SendResult>
  /** While false nothing is sent; `wake()` asks again. */
  isReady(): boolean
  /** Told how many events were given up, and why. */
  onDrop(events: number, reason: 'full' | 'refused'): void
  /** Offered the oldest message before it is dropped as `full`; true means it was taken elsewhere. */
  overflow?: ((message: SpoolMessage) => boolean) | undefined
  /** Asked for more once nothing waits here. */
  refill?: (() => SpoolMessage | undefined) | undefined
}

export interface SpoolStats {
  readonly bytes: number
  readonly messages: number
  readonly acked: number
  readonly dropped: number
  /** Milliseconds the oldest message has waited; 0 when empty. */
  readonly oldestMs: number
}

/**
 * Holds messages until they are acknowledged: nothing waits for it, and it never grows past its bound. Closing it offers what is
 * left to `overflow`.
 */
export interface Spool {
  push(message: SpoolMessage): void
  /** The way out is (again) open. */
  wake(): void
  /** Resolves true once empty, false at the deadline. */
  drained(deadlineMs: number): Promise<boolean>
  stats(): SpoolStats
  close(): void
}

interface Entry {
  readonly message: SpoolMessage
  readonly since: number
}

const PAUSE_MS = 100
/** A server that refuses or stays silent is asked again at least this often. */
const PAUSE_MS_MAX = 5_000

/** An empty spool. Messages leave in order of arrival, but for those that failed, which go first. */
export function openSpool(options: SpoolOptions): Spool {
  const { clock } = options
  let waiting: Entry[] = []
  // Index of the oldest waiting entry: shifting a long array for each message would be quadratic.
  let head = 0
  const failed: Entry[] = []
  let flying = 0
  let flyingBytes = 0
  const airborne = new Set<Entry>()
  let waitingBytes = 0
  let acked = 0
  let dropped = 0
  let pauseMs = PAUSE_MS
  let pause: Timer | undefined
  let closed = false
  let waiters: (() => void)[] = []

  function take(): Entry | undefined {
    const entry = failed.shift() ?? waiting[head]
    if (entry !== undefined && entry === waiting[head]) {
      head++
      if (head > 1024 && head * 2 > waiting.length) {
        waiting = waiting.slice(head)
        head = 0
      }
    }
    if (entry !== undefined) waitingBytes -= entry.message.bytes.length
    return entry
  }

  function makeRoom(): void {
    while (waitingBytes + flyingBytes > options.bytesMax) {
      const entry = take()
      if (entry === undefined) return
      const isTaken = options.overflow?.(entry.message) ?? false
      entry.message.release?.()
      if (isTaken) continue
      dropped += entry.message.events
      options.onDrop(entry.message.events, 'full')
    }
  }

  function pump(): void {
    if (closed || pause !== undefined) return
    while (flying < options.inFlightMax && options.isReady()) {
      const entry = take() ?? refill()
      if (entry === undefined) break
      fly(entry)
    }
    if (size() === 0) settleWaiters()
  }

  function refill(): Entry | undefined {
    const message = options.refill?.()
    return message === undefined ? undefined : { message, since: clock.monotonic() }
  }

  function fly(entry: Entry): void {
    flying++
    flyingBytes += entry.message.bytes.length
    airborne.add(entry)
    options.send(entry.message).then(
      (result) => land(entry, result),
      () => land(entry, 'later'),
    )
  }

  function land(entry: Entry, result: SendResult): void {
    if (closed) return
    flying--
    airborne.delete(entry)
    flyingBytes -= entry.message.bytes.length
    if (result !== 'later') entry.message.release?.()
    if (result === 'acked') {
      acked += entry.message.events
      pauseMs = PAUSE_MS
    } else if (result === 'refused') {
      dropped += entry.message.events
      options.onDrop(entry.message.events, 'refused')
    } else {
      failed.push(entry)
      waitingBytes += entry.message.bytes.length
      makeRoom()
      rest()
    }
    pump()
  }

  function rest(): void {
    if (pause !== undefined) return
    pause = clock.after(pauseMs, () => {
      pause = undefined
      pump()
    })
    pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)
  }

  function size(): number {
    return flying + failed.length + waiting.length - head
  }

  function settleWaiters(): void {
    const all = waiters
    waiters = []
    for (const each of all) each()
  }

  return {
    push(message) {
      waiting.push({ message, since: clock.monotonic() })
      waitingBytes += message.bytes.length
      makeRoom()
      pump()
    },
    wake() {
      pause?.cancel()
      pause = undefined
      pauseMs = PAUSE_MS
      pump()
    },
    drained(deadlineMs) {
      if (size() === 0) return Promise.resolve(true)
      return new Promise((resolve) => {
        const timer = clock.after(deadlineMs, () => resolve(size() === 0))
        waiters.push(() => {
          timer.cancel()
          resolve(true)
        })
      })
    },
    stats() {
      const oldest = failed[0] ?? waiting[head]
      return {
        bytes: waitingBytes + flyingBytes,
        messages: size(),
        acked,
        dropped,
        oldestMs: oldest === undefined ? 0 : clock.monotonic() - oldest.since,
      }
    },
    close() {
      closed = true
      pause?.cancel()
      // What has a place elsewhere already needs no second one.
      for (const { message } of [...failed, ...waiting.slice(head), ...airborne])
        if (message.release === undefined) options.overflow?.(message)
      settleWaiters()
    },
  }
}
