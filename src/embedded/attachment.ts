import { textMember } from '../base/json.ts'

/** The line between a worker process and the supervisor that started it. */
export interface Attachment {
  /** False when the program was started alone: `ready` then does nothing. */
  readonly isSupervised: boolean
  /** Tells the supervisor that this process serves. Call it once listening. */
  ready(): void
}

export interface AttachOptions {
  /**
   * Drains and resolves when nothing is left to lose; the process then exits with 0. Called at most once: on SIGTERM, on
   * SIGINT, or when the supervisor is gone for good.
   */
  stop(reason: StopReason): Promise<void>
  /** Defaults to `process`; tests give their own. */
  readonly host?: ProcessHost
}

export type StopReason = 'asked' | 'supervisor_gone'

/** The part of `process` that is used here. */
export interface ProcessHost {
  // Optional as in Node: only a process started with a channel has it.
  readonly send?: ((message: unknown) => unknown) | undefined
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect' | 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  exit(code: number): void
}

/**
 * Ties the running program to its supervisor: answers its health pings, and stops on SIGTERM, SIGINT or when the supervisor
 * is gone, so that no worker outlives it. Without a supervisor only the two signals count.
 */
export function attach(options: AttachOptions): Attachment {
  const host: ProcessHost = options.host ?? process
  const isSupervised = host.send !== undefined
  let stopping = false
  const stop = (reason: StopReason): void => {
    if (stopping) return
    stopping = true
    options.stop(reason).then(
      () => host.exit(0),
      () => host.exit(1),
    )
  }
  host.on('SIGTERM', () => stop('asked'))
  host.on('SIGINT', () => stop('asked'))
  if (isSupervised) {
    host.on('disconnect', () => stop('supervisor_gone'))
    host.on('message', (message) => {
      if (textMember(message, 'type') === 'ping') tell(host, { type: 'pong' })
    })
  }
  return { isSupervised, ready: () => tell(host, { type: 'ready', pings: true }) }
}

/** A supervisor that dies at this moment must not take the worker's drain with it. */
function tell(host: ProcessHost, message: unknown): void {
  try {
    host.send?.(message)
  } catch {
    // The channel is closed: 'disconnect' follows and is acted on.
  }
}
