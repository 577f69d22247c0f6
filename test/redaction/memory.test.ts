import { heapStats } from 'bun:jsc'
import { describe, expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { restrictCompiled } from '../../src/redaction/automaton/restrict.ts'
import { customScanner } from '../../src/redaction/custom-scanner.ts'
import { DETECTORS } from '../../src/redaction/detectors/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { vault } from '../../src/redaction/vault.ts'

const compiled = compileDetectors(DETECTORS)
const store = vault({ key: new Uint8Array(32), scope: '' })
const UNITS = 1_000_000

/** Bytes that `make` leaves behind, the least of a few tries: others may let go of something meanwhile. */
function bytesKept(make: () => unknown): number {
  const tries = [1, 2, 3].map(() => {
    Bun.gc(true)
    const before = heapStats()
    const made = make()
    Bun.gc(true)
    const after = heapStats()
    expect(made).toBeDefined()
    return after.heapSize + after.extraMemorySize - before.heapSize - before.extraMemorySize
  })
  return Math.min(...tries)
}

describe('memory of redaction', () => {
  test('clean text leaves without being copied', () => {
    const text = 'Nobody had read the report, which was 42 pages long. '
      .repeat(UNITS / 53)
      .replace(/^N/, 'n')
    const through = () => {
      const filter = redactor(compiled, () => 'replace', store)
      const out = filter.push(text)
      // Whoever reads it has its units stand together.
      return [out, out.charCodeAt(out.length - 1), filter.end()]
    }
    through()
    expect(bytesKept(through)).toBeLessThan(UNITS / 10)
  })

  test('a policy with detectors of its own brings no automaton along', () => {
    for (let index = 0; index < 20; index++) {
      const own = customScanner({
        id: `own-${index}`,
        kind: 'secret',
        entity: 'OWN',
        pattern: `EMP${index}-[0-9]{4}`,
      })
      const view = restrictCompiled(compiled, { keeps: () => true, adds: [own] })
      expect(view.engine).toBe(compiled.engine)
      expect(view.window).toBe(compiled.window)
      const filter = redactor(view, () => 'mask', store)
      expect(filter.push(`EMP${index}-2041 `) + filter.end()).not.toContain('2041')
    }
  })
})
