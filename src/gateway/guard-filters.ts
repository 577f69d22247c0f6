import { Failure } from '../base/failure.ts'
import type { Compiled } from '../redaction/automaton/compile.ts'
import { redactor } from '../redaction/redact.ts'
import { restorer } from '../redaction/restore.ts'
import type { Vault } from '../redaction/vault.ts'
import type { TextFilter } from '../stream/filter.ts'

/** One filter behind another. */
export function chained(first: TextFilter, second: TextFilter): TextFilter {
  return {
    push: (text) => second.push(first.push(text)),
    end: () => second.push(first.end()) + second.end(),
    held: () => first.held() + second.held(),
  }
}

/**
 * `hide` with some values left alone: they are taken out in front of it, where stand-ins go through in their place that
 * no detector reads across, and put back behind it.
 */
export function besideAllowed(hide: TextFilter, allowed: Compiled, aside: Vault): TextFilter {
  const takeOut = redactor(allowed, () => 'replace', aside)
  return chained(chained(takeOut, hide), restorer(aside))
}

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
