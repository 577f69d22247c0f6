import type { TextFilter } from '../stream/filter.ts'
import type { Compiled } from './automaton/compile.ts'
import { openScanner } from './automaton/scanner.ts'
import type { Finding } from './detector.ts'
import { MASK, type Operator, type OperatorFor } from './operator.ts'
import { openStreams } from './streams.ts'
import type { Vault } from './vault.ts'

/** A text filter that rewrites what the detectors find. */
export interface Redactor extends TextFilter {
  /** What was found so far, in order; at most `FINDINGS_MAX` (counts go on). */
  findings(): readonly Finding[]
  /** Detector id → how often, without a bound on the text. */
  counts(): ReadonlyMap<string, number>
  /** True once something was found whose operator is `block`. */
  blocked(): boolean
  /** True once the output differs from the input. */
  changed(): boolean
}

/** Findings kept with their places; beyond this only counts grow. */
export const FINDINGS_MAX = 4096

/** Opens a redactor for one text slot. `vault` may be shared by all slots of an exchange. */
export function redactor(compiled: Compiled, operatorFor: OperatorFor, vault: Vault): Redactor {
  const list: Finding[] = []
  const counted = new Map<string, number>()
  let blocked = false
  let changed = false
  /** Raw units that went by: where findings stand. */
  let at = 0
  let out = ''
  /** Clean text that was not put out yet: parts that follow each other leave as one, without a copy. */
  let cleanOf = ''
  let cleanStart = 0
  let cleanEnd = 0
  let current: Open | undefined
  const streams = openStreams(compiled, {
    clean(raw, start, end) {
      if (start !== cleanEnd || raw !== cleanOf) {
        putClean()
        cleanOf = raw
        cleanStart = start
      }
      cleanEnd = end
      at += end - start
    },
    found(detector, entity, raw, start, end) {
      putClean()
      current = openFinding(detector, entity, at)
      current.value = raw.slice(start, end)
      at += end - start
      commit(current)
      close(current)
    },
    begin(detector, raw, start, end) {
      putClean()
      current = openFinding(detector, undefined, at)
      current.value = raw.slice(start, end)
      at += end - start
      commit(current)
    },
    more(raw, start, end) {
      at += end - start
      if (current === undefined) return
      if (current.operator === 'observe') out += raw.slice(start, end)
      current.value += raw.slice(start, end)
    },
    finish() {
      if (current) close(current)
    },
    wall(raw, start, end) {
      putClean()
      const text = raw.slice(start, end)
      vault.avoid(text)
      out += text
      at += end - start
    },
  })

  function putClean(): void {
    if (cleanEnd === cleanStart) return
    const text = cleanOf.slice(cleanStart, cleanEnd)
    out = out === '' ? text : out + text
    cleanOf = ''
    cleanStart = 0
    cleanEnd = 0
  }

  function openFinding(detector: number, entity: string | undefined, start: number): Open {
    const info = compiled.detectors[detector] ?? UNKNOWN
    const operator = operatorFor(info.id, entity ?? info.entity)
    if (operator === 'block') blocked = true
    if (operator !== 'observe') changed = true
    counted.set(info.id, (counted.get(info.id) ?? 0) + 1)
    const { id, kind } = info
    return {
      id,
      kind,
      entity: entity ?? info.entity,
      operator,
      start,
      value: '',
      written: undefined,
    }
  }

  /**
   * Writes what stands for a finding at its verdict, so that nobody waits for its tail. Only a head that was seen
   * before waits: its tail decides whether this is the same value again.
   */
  function commit(finding: Open): void {
    const { operator, entity, value } = finding
    if (operator === 'replace' || operator === 'block') {
      const placeholder = vault.sealHead(entity, value)
      if (placeholder === undefined) return
      finding.written = placeholder
    } else finding.written = rewrite(finding)
    out += finding.written
  }

  function rewrite({ operator, entity, value }: Open): string {
    if (operator === 'observe') return value
    if (operator === 'mask') return MASK
    return operator === 'hash' ? `[HASHED:${entity}_${vault.digest(entity, value)}]` : ''
  }

  function close(finding: Open): void {
    const { operator, entity, value, written } = finding
    const sealed = operator === 'replace' || operator === 'block'
    if (written === undefined) out += vault.seal(entity, value)
    else if (sealed) vault.complete(written, value)
    const { id, kind, start } = finding
    if (list.length < FINDINGS_MAX) list.push({ kind, entity, detector: id, start, end: at })
    current = undefined
  }

  const scanner = openScanner(compiled, streams)
  function take(): string {
    putClean()
    const text = out
    out = ''
    return text
  }
  return {
    push(text) {
      scanner.push(text)
      streams.settle()
      return take()
    },
    end() {
      scanner.end()
      streams.end()
      return take()
    },
    held: () => scanner.held() + streams.held(),
    findings: () => list,
    counts: () => counted,
    blocked: () => blocked,
    changed: () => changed,
  }
}

interface Open {
  readonly id: string
  readonly kind: Finding['kind']
  readonly entity: string
  readonly operator: Operator
  readonly start: number
  /** What is known of the value so far. */
  value: string
  /** What was written for it, once something was. */
  written: string | undefined
}

const UNKNOWN = { id: '', kind: 'secret', entity: 'UNKNOWN' } as const
