/** A calendar period in UTC. The words are PostgreSQL's `date_trunc` units, so that both sides cut alike. */
export type Window = 'minute' | 'hour' | 'day' | 'week' | 'month' | typeof NO_WINDOW

/** The window of what never begins anew, such as the calls that run now: the longest that both sides can cut, to 2100. */
export const NO_WINDOW = 'century'

/** Every window, shortest first. */
export const WINDOWS: readonly Window[] = ['minute', 'hour', 'day', 'week', 'month', NO_WINDOW]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** 1970-01-01 was a Thursday: Mondays are four days after, or three before. */
const MONDAY_OFFSET_MS = 4 * DAY_MS
const WEEK_MS = 7 * DAY_MS

/** Start of the window that holds `atMs` (epoch milliseconds): weeks start on Monday, all in UTC. */
export function windowStart(window: Window, atMs: number): number {
  switch (window) {
    case 'minute':
      return atMs - modulo(atMs, MINUTE_MS)
    case 'hour':
      return atMs - modulo(atMs, HOUR_MS)
    case 'day':
      return atMs - modulo(atMs, DAY_MS)
    case 'week':
      return atMs - modulo(atMs - MONDAY_OFFSET_MS, WEEK_MS)
    case 'month': {
      const date = new Date(atMs)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
    }
    case 'century':
      return Date.UTC(firstYearOfCentury(atMs), 0, 1)
  }
}

/** First millisecond after the window that holds `atMs`. */
export function windowEnd(window: Window, atMs: number): number {
  const start = windowStart(window, atMs)
  switch (window) {
    case 'minute':
      return start + MINUTE_MS
    case 'hour':
      return start + HOUR_MS
    case 'day':
      return start + DAY_MS
    case 'week':
      return start + WEEK_MS
    case 'month': {
      const date = new Date(start)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    }
    case 'century':
      return Date.UTC(firstYearOfCentury(start) + 100, 0, 1)
  }
}

/** Centuries begin with their year 1, as PostgreSQL cuts them. */
function firstYearOfCentury(atMs: number): number {
  const year = new Date(atMs).getUTCFullYear()
  return year - modulo(year - 1, 100)
}

function modulo(dividend: number, divisor: number): number {
  return ((dividend % divisor) + divisor) % divisor
}
