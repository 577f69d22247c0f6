import type { Usage } from '../base/usage.ts'
import type { AnswerSummary } from './dialect.ts'
import { isWord } from './fixed.ts'
import type { UsageReading } from './usage-rows.ts'

/** What one answer has told so far; written by a dialect's reader only. */
export interface Tally {
  usage: Usage | undefined
  usageSoFar: Usage | undefined
  usageSuspect: boolean
  tier: string | undefined
  model: string | undefined
  id: string | undefined
  /** Finish reason by answer (choice, candidate), in order of arrival. */
  readonly finish: Map<number, string>
  error: { readonly type: string; readonly message: string } | undefined
  complete: boolean
  outputBytes: number
}

/** Nothing told yet. */
export function newTally(): Tally {
  return {
    usage: undefined,
    usageSoFar: undefined,
    usageSuspect: false,
    tier: undefined,
    model: undefined,
    id: undefined,
    finish: new Map(),
    error: undefined,
    complete: false,
    outputBytes: 0,
  }
}

/** Takes usage that the provider told; `final` when nothing the answer still brings can raise it. */
export function tallyUsage(tally: Tally, reading: UsageReading | undefined, final: boolean): void {
  if (!reading) return
  // Absurd counts never replace plausible ones, but the answer stays marked.
  if (reading.suspect) tally.usageSuspect = true
  else if (final) tally.usage = reading.usage
  else tally.usageSoFar = reading.usage
}

/** The tally as the relay may see it. */
export function summaryOf(tally: Tally): AnswerSummary {
  return {
    usage: tally.usage,
    usageSoFar: tally.usage ? undefined : tally.usageSoFar,
    usageSuspect: tally.usageSuspect,
    tier: tally.tier,
    model: tally.model,
    id: tally.id,
    finishReasons: [...tally.finish.values()].map(asWord),
    error: tally.error && { ...tally.error, type: asWord(tally.error.type) },
    complete: tally.complete,
    outputBytes: tally.outputBytes,
  }
}

/** Words of the provider's end in traces and metrics, where its free text must not. */
function asWord(text: string): string {
  return isWord(text) || /^\d{1,6}$/.test(text) ? text : 'other'
}
