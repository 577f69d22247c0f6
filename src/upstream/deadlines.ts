import type { UpstreamFault, UpstreamTimeouts } from './upstream.ts'
import type { Watch, Watched } from './watch.ts'

/** What a call is waiting for; each phase has its own bound. */
export type Phase = 'connecting' | 'sending' | 'answering' | 'streaming'

/** The clocks of one call. */
export interface Deadlines {
  /** Begins a phase now. */
  enter(phase: Phase): void
  /** Set when something moved: the idle bound starts again. A member, because it is set for every read. */
  moved: boolean
  stop(): void
}

/**
 * Watches one call from now on: connecting (TLS included), sending and streaming (between two bytes), answering
 * (until the head is complete) and the whole call. While `excused` (the caller is slow, not the provider) only
 * the last one runs. Tells `onLate` once, never early and at most two ticks late.
 */
export function startDeadlines(
  watch: Watch,
  timeouts: UpstreamTimeouts,
  excused: () => boolean,
  onLate: (fault: UpstreamFault) => void,
): Deadlines {
  let phase: Phase = 'connecting'
  const watched: Watched = {
    check(nowMs) {
      if (deadlines.moved || excused()) sinceMs = nowMs
      deadlines.moved = false
      const fault = nowMs >= callEndMs ? 'call_timeout' : overdue(nowMs - sinceMs)
      if (fault === undefined) return
      watch.remove(watched)
      onLate(fault)
    },
  }
  watch.add(watched)
  let sinceMs = watch.nowMs
  const callEndMs = watch.nowMs + timeouts.callMs

  function overdue(waitedMs: number): UpstreamFault | undefined {
    if (phase === 'connecting')
      return waitedMs >= timeouts.connectMs ? 'connect_timeout' : undefined
    if (phase === 'answering')
      return waitedMs >= timeouts.firstByteMs ? 'first_byte_timeout' : undefined
    return waitedMs >= timeouts.idleMs ? 'idle_timeout' : undefined
  }

  const deadlines: Deadlines = {
    moved: false,
    enter(next) {
      phase = next
      deadlines.moved = true
    },
    stop: () => watch.remove(watched),
  }
  return deadlines
}
