import { Failure } from '../base/failure.ts'
import type { TextFilter } from '../stream/filter.ts'

/**
 * A filter whose own failure is a refusal (`scanner_unavailable`), or, with `passes`, lets the text through from there
 * on, what was held back first.
 */
export function safely(open: () => TextFilter, passes: boolean): TextFilter {
  let filter: TextFilter | undefined
  let failed = false
  /** The text that the filter holds, kept only where it may be needed. */
  let tail = ''

  function run(text: string, step: (filter: TextFilter) => string): string {
    if (failed) return text
    try {
      filter ??= open()
      const out = step(filter)
      if (passes) tail = lastUnits(tail + text, filter.held())
      return out
    } catch (cause) {
      if (!passes) throw new Failure('scanner_unavailable', { inside: cause })
      failed = true
      return tail + text
    }
  }

  return {
    push: (text) => run(text, (each) => each.push(text)),
    end: () => run('', (each) => each.end()),
    held: () => (failed ? 0 : (filter?.held() ?? 0)),
  }
}

function lastUnits(text: string, units: number): string {
  return units === 0 ? '' : text.slice(-units)
}
