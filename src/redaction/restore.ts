import type { TextFilter } from '../stream/filter.ts'
import { PLACEHOLDER_START } from './automaton/window.ts'
import { PLACEHOLDER_UNITS_MAX, type Vault } from './vault.ts'

/** A text filter that puts originals back. */
export interface Restorer extends TextFilter {
  /** Placeholder look-alikes that this vault does not hold; they stay as they are. */
  unknown(): number
  /** Placeholders put back. */
  restored(): number
}

const PLACEHOLDER = /^\[SAFE_TO_USE:[A-Z0-9_]{1,40}_[a-z]{8}\]$/

/**
 * Opens a filter that replaces the placeholders of `vault`, wherever they are cut. `encode` makes an original fit for the
 * place where it goes; default: as it is. `follow` is given all that is left as it is, up to each such place.
 */
export function restorer(
  vault: Vault,
  encode: (value: string) => string = asItIs,
  follow?: (text: string) => void,
): Restorer {
  /** Text from an opening bracket on that may still become a placeholder. */
  let tail = ''
  let unknown = 0
  let restored = 0

  function take(text: string, final: boolean): string {
    const whole = tail === '' ? text : tail + text
    let out = ''
    let from = 0
    let followed = 0
    tail = ''
    for (;;) {
      const start = whole.indexOf('[', from)
      if (start < 0) {
        follow?.(whole.slice(followed))
        return out + whole.slice(from)
      }
      const length = candidate(whole, start)
      if (length === undefined && !final) {
        tail = whole.slice(start)
        follow?.(whole.slice(followed, start))
        return out + whole.slice(from, start)
      }
      const text = length ? whole.slice(start, start + length) : ''
      const value = length ? vault.open(text) : undefined
      if (length && value === undefined) unknown++
      if (value === undefined) out += whole.slice(from, start + 1)
      else {
        restored++
        follow?.(whole.slice(followed, start))
        followed = start + text.length
        out += whole.slice(from, start) + encode(value)
      }
      from = value === undefined ? start + 1 : start + text.length
    }
  }

  return {
    push: (text) => take(text, false),
    end: () => take('', true),
    held: () => tail.length,
    unknown: () => unknown,
    restored: () => restored,
  }
}

/** Length of the placeholder at `start`, 0 when there is none, undefined while that is open. */
function candidate(text: string, start: number): number | undefined {
  const shared = Math.min(PLACEHOLDER_START.length, text.length - start)
  if (!text.startsWith(PLACEHOLDER_START.slice(0, shared), start)) return 0
  const close = text.indexOf(']', start)
  if (close < 0) return text.length - start > PLACEHOLDER_UNITS_MAX ? 0 : undefined
  const length = close + 1 - start
  return length <= PLACEHOLDER_UNITS_MAX && PLACEHOLDER.test(text.slice(start, close + 1))
    ? length
    : 0
}

function asItIs(value: string): string {
  return value
}
