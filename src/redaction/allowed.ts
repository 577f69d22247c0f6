import type { TextFilter } from '../stream/filter.ts'
import type { Compiled } from './automaton/compile.ts'
import { PLACEHOLDER_START } from './automaton/window.ts'
import type { Finding } from './detector.ts'
import { FINDINGS_MAX, redactor } from './redact.ts'
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

/** A filter with values set aside in front of it. */
export interface BesideAllowed extends TextFilter {
  /**
   * Where a finding of the filter behind stands in the text as it came; undefined when more values were set aside than
   * places are kept.
   */
  original(finding: Finding): Finding | undefined
}

/**
 * `hide` with some values left alone: they are taken out in front of it, where stand-ins go through in their place that
 * no detector reads across, and put back behind it.
 */
export function besideAllowed(hide: TextFilter, allowed: Compiled, aside: Vault): BesideAllowed {
  const takeOut = redactor(allowed, () => 'replace', aside)
  return {
    ...chained(chained(takeOut, hide), restorer(aside)),
    original(finding) {
      const taken = takeOut.findings()
      let moved = 0
      for (const { start, end, entity } of taken) {
        if (start - moved >= finding.end)
          return { ...finding, start: finding.start + moved, end: finding.end + moved }
        moved += end - start - standInUnits(entity)
      }
      if (taken.length === FINDINGS_MAX) return undefined
      return { ...finding, start: finding.start + moved, end: finding.end + moved }
    },
  }
}

/** `[SAFE_TO_USE:<entity>_<8 letters>]`. */
function standInUnits(entity: string): number {
  return PLACEHOLDER_START.length + entity.length + 10
}
