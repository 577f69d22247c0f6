import type { Compiled } from './automaton/compile.ts'
import { openScanner } from './automaton/scanner.ts'
import type { Finding } from './detector.ts'
import { openStreams } from './streams.ts'

/** A whole text that comes in pieces. */
export interface Scan {
  push(text: string): void
  end(): void
}

/** Everything the compiled detectors find in a whole text, in order; offsets in UTF-16 units. */
export function scan(compiled: Compiled, text: string): Finding[] {
  const findings: Finding[] = []
  const open = openScan(compiled, (finding) => findings.push(finding))
  open.push(text)
  open.end()
  return findings
}

/** Opens a scan that tells each finding, in order, once it is complete. */
export function openScan(compiled: Compiled, tell: (finding: Finding) => void): Scan {
  let at = 0
  let started = 0
  let detector = 0
  const report = (index: number, entity: string | undefined, start: number, end: number): void => {
    const info = compiled.detectors[index]
    if (info)
      tell({ kind: info.kind, entity: entity ?? info.entity, detector: info.id, start, end })
  }
  const streams = openStreams(compiled, {
    clean(_, start, end) {
      at += end - start
    },
    found(index, entity, _, start, end) {
      report(index, entity, at, at + end - start)
      at += end - start
    },
    begin(index, _, start, end) {
      detector = index
      started = at
      at += end - start
    },
    more(_, start, end) {
      at += end - start
    },
    finish() {
      report(detector, undefined, started, at)
    },
    wall(_, start, end) {
      at += end - start
    },
  })
  const scanner = openScanner(compiled, streams)
  return {
    push(text) {
      scanner.push(text)
      streams.settle()
    },
    end() {
      scanner.end()
      streams.end()
    },
  }
}
