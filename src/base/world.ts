/** Cancels a timer; calling it twice does nothing. */
export interface Timer extends Disposable {
  cancel(): void
}

/** The only source of time. Real programs use `systemClock`; tests and the simulation drive their own. */
export interface Clock {
  /** Wall clock in milliseconds since the Unix epoch: for showing and for ids, never for deadlines. */
  now(): number
  /** Milliseconds that never jump: for deadlines and durations. */
  monotonic(): number
  /** Runs `run` once, `delayMs` from now. Does not keep the process alive. */
  after(delayMs: number, run: () => void): Timer
}

/** The only source of chance. */
export interface Dice {
  /** `length` bytes fit for keys (cryptographic in real programs, seeded in tests). */
  bytes(length: number): Uint8Array
  /** A number in [0, 1): for jitter only. */
  fraction(): number
}

export type LogFields = Readonly<
  Record<string, string | number | boolean | bigint | null | undefined>
>

/** One line per event. Fields never hold content, keys or provider secrets. */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** What a part may know of the world outside; handed in so that the same code runs in tests and simulation. */
export interface World {
  readonly clock: Clock
  readonly dice: Dice
  readonly log: Log
}
