import { besideAllowed } from '../redaction/allowed.ts'
import type { Finding } from '../redaction/detector.ts'
import { redactor } from '../redaction/redact.ts'
import { vault } from '../redaction/vault.ts'
import type { TextFilter } from '../stream/filter.ts'
import { type GuardRules, guardRules } from './guard-rules.ts'
import { isMistaken, type Mistake } from './kind.ts'
import { guard } from './kinds/guard.ts'
import type { Guard } from './policy.ts'

/** What is done without a policy: everything is found and replaced. */
const EVERYTHING = { detect: { pii: true, secrets: true } }

/** One text on its way through a guard, outside any call. */
export interface GuardedText extends TextFilter {
  /** What was found so far, in order, by its place in the text as it came; at most `FINDINGS_MAX`. */
  findings(): readonly Finding[]
  /** True once something was found for which the whole request would be refused. */
  blocked(): boolean
}

/** Reads a guard's config as a new policy is read, or gives every mistake; everything is on without one. */
export function readGuard(config?: unknown): Guard | readonly Mistake[] {
  const parsed = guard.parse(config ?? EVERYTHING)
  if (isMistaken(parsed)) return parsed
  const wrong = guard.review?.(parsed) ?? []
  if (wrong.length > 0) return wrong
  if (parsed.kind !== 'guard') throw new Error('the guard kind parsed something else')
  return parsed
}

/** The rules of one guard as a try-out applies them: those of requests, unless it looks at answers only. */
export function tryOutRules(policy: Guard): GuardRules {
  const rules = guardRules([policy], policy.direction === 'response' ? 'response' : 'request')
  if (!rules) throw new Error('a guard looks one way at least')
  return rules
}

/** Opens a text. `key` seeds its placeholders: with a key that nobody keeps they open nothing anywhere. */
export function guardText(rules: GuardRules, key: Uint8Array): GuardedText {
  const hide = redactor(
    rules.compiled,
    (detector, entity) => rules.operatorFor(detector, entity) ?? 'observe',
    vault({ key, scope: 'try-out' }),
  )
  const beside = rules.allowed && besideAllowed(hide, rules.allowed, vault({ key, scope: 'aside' }))
  const { push, end, held } = beside ?? hide
  return {
    ...{ push, end, held },
    findings: () =>
      hide
        .findings()
        .filter(({ detector, entity }) => rules.operatorFor(detector, entity) !== undefined)
        .flatMap((found) => (beside ? (beside.original(found) ?? []) : found)),
    blocked: () => hide.blocked(),
  }
}
