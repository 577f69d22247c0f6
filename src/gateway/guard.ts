import type { FindingCount } from '../base/exchange.ts'
import { Failure } from '../base/failure.ts'
import type { MergedGuard } from '../policies/decide.ts'
import type { Compiled } from '../redaction/automaton/compile.ts'
import { compileDetectors } from '../redaction/automaton/compile.ts'
import type { Detector } from '../redaction/detector.ts'
import { DETECTORS } from '../redaction/detectors/index.ts'
import type { OperatorFor } from '../redaction/operator.ts'
import { type Redactor, redactor } from '../redaction/redact.ts'
import { restorer } from '../redaction/restore.ts'
import { vault } from '../redaction/vault.ts'
import type { TextFilter } from '../stream/filter.ts'

/** The data policies of one call at work: one vault for its request and answer, forgotten with it. */
export interface ExchangeGuard {
  readonly merged: MergedGuard
  /** The text as it may leave towards the provider; the same string when nothing was found. */
  cleanRequest(text: string): string
  /** A filter for one slot of the answer: new sensitive values are hidden, then the caller's own are restored. */
  openFilter(kind: 'text' | 'json'): TextFilter
  /** What was found so far: counts by detector and direction, never values. */
  findings(): readonly FindingCount[]
  /** Throws `content_blocked` as soon as something was found that a policy blocks. */
  check(): void
}

/** What makes a vault's letters: secret bytes of the installation, and whose letters are equal. */
export interface GuardScope {
  readonly key: Uint8Array
  /** The gateway key's id, or the exchange's when letters must not be linkable. */
  readonly scope: string
}

/** Opens the guard of one call. Compiling is done once per set of detectors. */
export function openGuard(merged: MergedGuard, scope: GuardScope): ExchangeGuard {
  const compiled = compiledFor(merged)
  const kinds = new Map(compiled.detectors.map(({ id, kind }) => [id, kind]))
  const entities = new Map(compiled.detectors.map(({ id, entity }) => [id, entity]))
  const operatorFor: OperatorFor = (detector) =>
    (kinds.get(detector) === 'secret' ? merged.secrets : merged.pii) ?? 'observe'
  const store = vault(scope)
  // What the model makes up is hidden for good: only the caller's own values have a way back.
  const madeUp = vault(scope)
  const opened: Redactor[] = []

  function openHiding(): Redactor {
    const made = redactor(compiled, operatorFor, madeUp)
    opened.push(made)
    return made
  }
  // One redactor serves a whole request string by string: its counts add up, its text state ends with each.
  const requestCounts = new Map<string, number>()
  let isBlocked = false

  return {
    merged,
    cleanRequest(text) {
      const made = redactor(compiled, operatorFor, store)
      const clean = made.push(text) + made.end()
      for (const [id, count] of made.counts())
        requestCounts.set(id, (requestCounts.get(id) ?? 0) + count)
      isBlocked ||= made.blocked()
      return made.changed() ? clean : text
    },
    openFilter(kind) {
      const hide = openHiding()
      const show = restorer(store, kind === 'json' ? escapedOnce : undefined)
      return {
        push: (text) => show.push(hide.push(text)),
        end: () => show.push(hide.end()) + show.end(),
        held: () => hide.held() + show.held(),
      }
    },
    findings() {
      const counts: FindingCount[] = []
      const add = (direction: 'request' | 'response', found: ReadonlyMap<string, number>) => {
        for (const [detector, count] of found)
          counts.push({ detector, entity: entities.get(detector) ?? detector, direction, count })
      }
      add('request', requestCounts)
      add('response', summed(opened.map((each) => each.counts())))
      return counts
    },
    check() {
      if (!isBlocked && !opened.some((each) => each.blocked())) return
      const names = merged.policies.map((policy) => policy.name).join(', ')
      throw new Failure('content_blocked', {
        says: `Request blocked by gateway policies: ${names}`,
        details: { policies: merged.policies.map((policy) => ({ ...policy })) },
      })
    },
  }
}

/** Sets of detectors kept ready; policies differ in few ways. */
const SETS_MAX = 64
const sets = new Map<string, readonly Detector[]>()

function compiledFor(guard: MergedGuard): Compiled {
  const wants = { secret: guard.secrets !== undefined, pii: guard.pii !== undefined }
  const name = `${wants.secret}/${wants.pii}/${[...guard.except].sort().join(',')}`
  let set = sets.get(name)
  if (!set) {
    const except = new Set(guard.except)
    set = DETECTORS.filter((each) => wants[each.kind] && !except.has(each.id))
    if (sets.size >= SETS_MAX) sets.clear()
    sets.set(name, set)
  }
  return compileDetectors(set)
}

function summed(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const total = new Map<string, number>()
  for (const counts of all)
    for (const [id, count] of counts) total.set(id, (total.get(id) ?? 0) + count)
  return total
}

/** An original fit for text that is itself JSON: tool arguments stay parseable whatever was hidden. */
function escapedOnce(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
