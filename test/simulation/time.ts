import { drainMicrotasks } from 'bun:jsc'
import { timer } from '../../src/base/clock.ts'
import { Failure } from '../../src/base/failure.ts'
import type { Dice, World } from '../../src/base/world.ts'
import { silentLog } from '../support/world.ts'

/** Virtual time and seeded chance: one seed is one run, to the last event. */
export interface Time {
  /** Milliseconds since the start of the run. */
  now(): number
  /** Epoch milliseconds, as the database's clock shows them. */
  wall(): number
  readonly dice: Dice
  /** A number in [0, 1). */
  random(): number
  /** A whole number from low to high, both included. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  /** Runs `run` later, unless `owner` has died by then. */
  after(delayMs: number, owner: string, run: () => void): () => void
  sleep(delayMs: number, owner: string): Promise<void>
  /** What a process may know of the world. */
  world(owner: string): World
  /** From now on nothing of this owner happens any more: its timers, its answers, its calls. */
  kill(owner: string): void
  isDead(owner: string): boolean
  /** Plays events until the given moment, within the turn of the event loop in which it is called. */
  play(untilMs: number): void
  readonly events: () => number
}

interface Event {
  readonly at: number
  readonly order: number
  readonly owner: string
  readonly run: () => void
}

/** Twenty seconds before a full hour, so that windows roll in the middle of a run. */
const START_MS = Date.UTC(2026, 10, 22, 8, 59, 40)

export function simulatedTime(seed: number): Time {
  const random = mulberry(seed)
  const heap: Event[] = []
  const dead = new Set<string>()
  let now = 0
  let order = 0
  let played = 0
  const dice: Dice = {
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256)),
    fraction: random,
  }
  const time: Time = {
    now: () => now,
    wall: () => START_MS + now,
    dice,
    random,
    between: (low, high) => low + Math.floor(random() * (high - low + 1)),
    chance: (probability) => random() < probability,
    after(delayMs, owner, run) {
      let cancelled = false
      const at = now + Math.max(0, delayMs)
      push(heap, { at, order: order++, owner, run: () => cancelled || run() })
      return () => {
        cancelled = true
      }
    },
    sleep: (delayMs, owner) =>
      new Promise((resolve) => {
        time.after(delayMs, owner, resolve)
      }),
    world: (owner) => ({
      clock: {
        now: () => START_MS + now,
        monotonic: () => now,
        after: (delayMs, run) => timer(time.after(delayMs, owner, run)),
      },
      dice,
      log: silentLog,
    }),
    kill: (owner) => dead.add(owner),
    isDead: (owner) => dead.has(owner),
    play: (untilMs) =>
      withoutTurns((settle) => {
        for (;;) {
          const next = heap[0]
          if (!next || next.at > untilMs) break
          pop(heap)
          now = next.at
          played++
          if (dead.has(next.owner)) continue
          next.run()
          settle()
        }
        now = untilMs
      }),
    events: () => played,
  }
  return time
}

/** What a store that is away says. */
export function away(): Failure {
  return new Failure('store_unavailable', { retryAfterMs: 1_000 })
}

/**
 * Runs `play` in one turn of the event loop. What the product puts off to the end of a turn runs in `settle`, which
 * lets promises run dry and the batches begun meanwhile be sent. Two real turns an event took a third of all time.
 */
function withoutTurns(play: (settle: () => void) => void): void {
  const { setImmediate } = globalThis
  const putOff: (() => void)[] = []
  globalThis.setImmediate = Object.assign((run: () => void) => void putOff.push(run), setImmediate)
  try {
    play(() => {
      drainMicrotasks()
      for (let run = putOff.shift(); run; run = putOff.shift()) {
        run()
        drainMicrotasks()
      }
    })
  } finally {
    globalThis.setImmediate = setImmediate
  }
}

/** A small generator with 32 bits of state: the same numbers everywhere. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1
  while (at > 0) {
    const up = (at - 1) >> 1
    const parent = heap[up]
    if (!parent || !before(event, parent)) break
    heap[at] = parent
    at = up
  }
  heap[at] = event
}

function pop(heap: Event[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = at * 2 + 1
    const left = heap[child]
    if (!left) break
    const right = heap[child + 1]
    if (right && before(right, left)) child++
    const least = heap[child]
    if (!least || !before(least, last)) break
    heap[at] = least
    at = child
  }
  heap[at] = last
}
