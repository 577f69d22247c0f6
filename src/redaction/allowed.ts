import type { TextFilter } from '../stream/filter.ts'
import type { Compiled } from './automaton/compile.ts'
import { redactor } from './redact.ts'
import { restorer } from './restore.ts'
import type { Vault } from './vault.ts'

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
