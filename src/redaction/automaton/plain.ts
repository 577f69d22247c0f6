import type { Window } from './window.ts'

/** As many units without a space are no plain text. */
export const PLAIN_RUN_UNITS_MAX = 12

/**
 * Tells plain text: no digit, no capital, no bracket, and no long run without a space. Words whose values cannot be plain are dropped by
 * it, however many there are: every unit is looked at once.
 */
export interface PlainText {
  /** Forgets what was seen, as when positions have changed their meaning. */
  restart(): void
  /** True when the `reach` units from `position` on have arrived and are plain. */
  is(position: number, reach: number): boolean
}

/** Opens the look at the text in `window`. Positions must not go back further than the last `restart`. */
export function openPlainText(window: Window): PlainText {
  const { units } = window
  /** All of `[from, to)` is plain, and the run of units without a space that ends at `to`. */
  let from = 0
  let to = -1
  let run = 0
  return {
    restart() {
      to = -1
    },
    is(position, reach) {
      if (position < from || position > to) {
        from = position
        to = position
        run = 0
      }
      const until = position + reach
      if (until > window.end) return false
      for (; to < until; to++) {
        const unit = units[to] ?? 0
        if (unit === 0x20 || unit === 0x0a || unit === 0x09 || unit > 127) run = 0
        else if ((unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5b)) return false
        else if (++run >= PLAIN_RUN_UNITS_MAX) {
          // Looked at again from here it is as long.
          run--
          return false
        }
      }
      return true
    },
  }
}
