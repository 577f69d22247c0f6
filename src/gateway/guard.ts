import type { FindingCount, PolicyName } from '../base/exchange.ts'
import { Failure } from '../base/failure.ts'
import type { MergedGuard } from '../policies/guard-merge.ts'
import { type Direction, type GuardRules, guardRules } from '../policies/guard-rules.ts'
import { besideAllowed, chained } from '../redaction/allowed.ts'
import type { Finding } from '../redaction/detector.ts'
import { MASK, type OperatorFor } from '../redaction/operator.ts'
import { redactor } from '../redaction/redact.ts'
import { restorer } from '../redaction/restore.ts'
import { openScan } from '../redaction/scan.ts'
import { type Vault, vault } from '../redaction/vault.ts'
import type { TextFilter } from '../stream/filter.ts'
import { jsonNesting } from '../stream/json-nesting.ts'
import { safely } from './guard-filters.ts'

/** The data policies of one call at work: one vault for its request and answer, forgotten with it. */
export interface ExchangeGuard {
  readonly merged: MergedGuard
  /** False when all of them look at answers only. */
  readonly looksAtRequests: boolean
  /** A filter for one text of the request: what is found may be restored in the answer. */
  openRequest(): TextFilter
  /** Everything that stands in a text of the request; counts nothing. */
  look(text: string): readonly Finding[]
  /** The same for a text in pieces, and only of what is kept. */
  openLook(keepsOf: KeepsOf): Look
  /** True when it is only counted in requests. */
  observes(finding: Finding): boolean
  /** True when some policy looks for that in requests. */
  wants(detector: string, entity: string): boolean
  /** What is written for a finding in the request, and counts it. */
  rewrite(finding: Finding, value: string): string
  /** A filter for one slot of the answer: new sensitive values are hidden, then the caller's own are restored. */
  openFilter(kind: 'text' | 'json'): TextFilter
  /** What was found so far: counts by detector, entity and direction, never values. */
  findings(): readonly FindingCount[]
  /** Throws `content_blocked` as soon as something was found that a policy blocks. */
  check(): void
}

/** Makes a choice among findings that come in the order of the text; `wide` for those that only rule others out. */
export type KeepsOf = (wide: boolean) => (finding: Finding) => boolean

/** A text of the request that is looked at in pieces. */
export interface Look {
  push(text: string): void
  end(): readonly Finding[]
}

/** What makes a vault's letters: secret bytes of the installation, and whose letters are equal. */
export interface GuardScope {
  readonly key: Uint8Array
  /** The gateway key's id, or the exchange's when letters must not be linkable. */
  readonly scope: string
}

/** The scope of a call's letters: stable for one key unless a policy wants them unlinkable. */
export function guardScope(
  exchange: { readonly id: string },
  caller: { readonly keyId: string },
  merged: MergedGuard | undefined,
  { placeholderKey }: { readonly placeholderKey: Uint8Array },
): GuardScope {
  const scope = merged?.placeholderScope === 'exchange' ? exchange.id : caller.keyId
  return { key: placeholderKey, scope }
}

/** The rules of both directions; only tests and captured copies give their own. */
export type RulesOf = (direction: Direction) => GuardRules | undefined

/**
 * Opens the guard of one call. What it detects is compiled already; a call pays only for its text. `own` is the vault
 * where several calls share one.
 */
export function openGuard(
  merged: MergedGuard,
  scope: GuardScope,
  rulesOf: RulesOf = (direction) => guardRules(merged.guards, direction),
  own: Vault = vault(scope),
): ExchangeGuard {
  const isOpen = merged.failMode === 'open'
  const request = openSide(rulesOf('request'), own)
  // What the model makes up is hidden for good: only the caller's own values have a way back.
  const response = openSide(rulesOf('response'), vault(scope))

  return {
    merged,
    looksAtRequests: request !== undefined,
    openRequest: () => (request ? safely(request.open, isOpen) : NOTHING),
    look(text) {
      const open = request?.openLook(() => () => true)
      open?.push(text)
      return open?.end() ?? []
    },
    openLook: (keepsOf) => request?.openLook(keepsOf) ?? NOTHING_SEEN,
    observes: (finding) => request?.observes(finding) ?? false,
    wants: (detector, entity) => request?.wants(detector, entity) ?? false,
    rewrite: (finding, value) => request?.rewrite(finding, value) ?? value,
    openFilter(kind) {
      const show = showing(own, kind)
      return response ? chained(safely(response.open, isOpen), show) : show
    },
    findings: () => [
      ...(request?.findings('request') ?? []),
      ...(response?.findings('response') ?? []),
    ],
    check() {
      const blocked = new Set([...(request?.blockers() ?? []), ...(response?.blockers() ?? [])])
      if (blocked.size === 0) return
      const policies = merged.policies.filter((_, index) => blocked.has(index))
      throw blockedBy(policies)
    },
  }
}

const NOTHING_SEEN: Look = { push() {}, end: () => [] }
const NOTHING: TextFilter = { push: (text) => text, end: () => '', held: () => 0 }

function blockedBy(policies: readonly PolicyName[]): Failure {
  return new Failure('content_blocked', {
    says: `Request blocked by gateway policies: ${policies.map(({ name }) => name).join(', ')}`,
    details: { policies: policies.map((policy) => ({ ...policy })) },
  })
}

/** One direction's rules with what they found. */
function openSide(rules: GuardRules | undefined, store: Vault) {
  if (!rules) return undefined
  const counts = new Map<string, FindingCount>()
  const blocking = new Set<number>()
  // Values that are left alone stand aside in a vault of their own while the others are looked for.
  const aside = rules.allowed && {
    compiled: rules.allowed,
    vault: vault(ASIDE),
  }

  // Asked exactly once for every finding, so this is also where findings are counted.
  const operatorFor: OperatorFor = (detector, entity) => {
    const operator = rules.operatorFor(detector, entity)
    if (operator === undefined) return 'observe'
    const name = `${detector}\n${entity}`
    const count = (counts.get(name)?.count ?? 0) + 1
    counts.set(name, { detector, entity, direction: 'request', count })
    if (operator === 'block')
      for (const index of rules.blockers(detector, entity)) blocking.add(index)
    return operator
  }

  return {
    open(): TextFilter {
      const hide = redactor(rules.compiled, operatorFor, store)
      return aside ? besideAllowed(hide, aside.compiled, aside.vault) : hide
    },
    observes: ({ detector, entity }: Finding) => rules.operatorFor(detector, entity) === 'observe',
    openLook(keepsOf: KeepsOf): Look {
      const [keeps, keepsWide] = [keepsOf(false), keepsOf(true)]
      const found: Finding[] = []
      const left: Finding[] = []
      const looks = openScan(rules.compiled, (finding) => {
        const isWanted = rules.operatorFor(finding.detector, finding.entity) !== undefined
        if (isWanted && keeps(finding)) found.push(finding)
      })
      const leaves =
        rules.allowed &&
        openScan(rules.allowed, (finding) => {
          if (keepsWide(finding)) left.push(finding)
        })
      return {
        push(text) {
          looks.push(text)
          leaves?.push(text)
        },
        end() {
          looks.end()
          leaves?.end()
          if (left.length === 0) return found
          return found.filter(
            ({ start, end }) => !left.some((each) => each.start < end && start < each.end),
          )
        },
      }
    },
    wants: (detector: string, entity: string) => rules.operatorFor(detector, entity) !== undefined,
    rewrite({ detector, entity }: Finding, value: string): string {
      switch (operatorFor(detector, entity)) {
        case 'observe':
          return value
        case 'mask':
          return MASK
        case 'drop':
          return ''
        case 'hash':
          return `[HASHED:${entity}_${store.digest(entity, value)}]`
        default:
          return store.seal(entity, value)
      }
    },
    findings: (direction: Direction) =>
      [...counts.values()].map((count) => ({ ...count, direction })),
    blockers: () => blocking,
  }
}

/** Names nothing secret: what stands aside never leaves the process in that form. */
const ASIDE = { key: new Uint8Array(32), scope: 'aside' }

/**
 * Puts originals back, escaped as often as they stand in JSON in JSON: arguments of tools and answers in JSON stay
 * parseable whatever was hidden.
 */
function showing(own: Vault, kind: 'text' | 'json'): TextFilter {
  // Nothing was hidden, so nothing comes back.
  if (own.size === 0) return restorer(own)
  const nesting = jsonNesting()
  const least = kind === 'json' ? 1 : 0
  const escaped = (value: string): string => {
    let text = value
    for (let times = Math.max(least, nesting.depth()); times > 0; times--)
      text = JSON.stringify(text).slice(1, -1)
    return text
  }
  return restorer(own, escaped, nesting.pass)
}
