import { heapStats } from 'bun:jsc'
import type { Compiled } from '../../../src/redaction/automaton/compile.ts'
import { redactor } from '../../../src/redaction/redact.ts'
import { vault } from '../../../src/redaction/vault.ts'
import { PLAIN } from './texts.ts'

const prose = PLAIN.prose ?? ''
const store = vault({ key: new Uint8Array(32), scope: 'bench' })

/** How much memory the released text takes beside the text that came in; a copy of it would be one byte a unit. */
export function measureKept(name: string, compiled: Compiled): void {
  for (const units of [prose.length, 400, 4]) {
    const pieces: string[] = []
    for (let at = 0; at < prose.length; at += units) pieces.push(read(prose.slice(at, at + units)))
    const through = () => {
      const filter = redactor(compiled, () => 'replace', store)
      return pieces.map((piece) => read(filter.push(piece)))
    }
    through()
    const bytes = Math.min(...[1, 2, 3].map(() => bytesKept(through)))
    console.log(
      `${name}, pieces of ${units} units: ${(bytes / prose.length).toFixed(2)} bytes kept for a unit that went through, ` +
        `${(bytes / pieces.length).toFixed(0)} a piece`,
    )
  }
}

/** Has the units of a string stand together, as a writer would. */
function read(text: string): string {
  if (text !== '') text.charCodeAt(text.length - 1)
  return text
}

function bytesKept(make: () => unknown): number {
  Bun.gc(true)
  const before = heapStats()
  const made = make()
  Bun.gc(true)
  const after = heapStats()
  return made === undefined
    ? 0
    : after.heapSize + after.extraMemorySize - before.heapSize - before.extraMemorySize
}
