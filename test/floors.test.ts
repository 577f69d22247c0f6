import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkFloors, type SourceFile } from './floors/check.ts'
import { readSources } from './floors/read.ts'

const sources = readSources(join(import.meta.dir, '..', 'src'))

/** Adds one file to the real tree and gives what the check says of it. */
function withPlanted(path: string, text: string): string[] {
  const planted: SourceFile[] = [...sources, { path, text }]
  return checkFloors(planted).filter((line) => line.startsWith(path))
}

describe('the floors', () => {
  test('the check sees the code base', () => {
    expect(sources.length).toBeGreaterThan(40)
  })

  test('no file imports from its own floor or from above, and none steps outside its rules', () => {
    expect(checkFloors(sources)).toEqual([])
  })

  test('a planted climbing import is caught', () => {
    const found = withPlanted(
      'base/planted.ts',
      "import { handle } from '../gateway/pipeline.ts'\n",
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('gateway')
  })

  test('a planted climbing type import is caught', () => {
    const text = "import type { Database } from '../store/database.ts'\nexport type A = Database\n"
    expect(withPlanted('policies/planted.ts', text)).toHaveLength(1)
  })

  test('a planted climbing require is caught', () => {
    const text = "export const late = () => require('../gateway/pipeline.ts')\n"
    expect(withPlanted('base/planted.ts', text)).toHaveLength(1)
  })

  test('rooms on the same floor do not see each other', () => {
    const text = "export { costOf } from '../pricing/price.ts'\n"
    expect(withPlanted('redaction/planted.ts', text)).toHaveLength(1)
  })

  test('a planted clock, dice or fetch on a pure floor is caught', () => {
    for (const text of ['Date.now()', 'Math.random()', 'setTimeout(f, 1)', 'fetch(url)'])
      expect(withPlanted('pricing/planted.ts', `export const a = () => ${text}\n`)).toHaveLength(1)
  })

  test('a package outside the room list is caught', () => {
    expect(withPlanted('dialects/planted.ts', "import postgres from 'postgres'\n")).toHaveLength(1)
  })

  test('a file over the wall of 300 lines is caught', () => {
    expect(withPlanted('gateway/planted.ts', '\n'.repeat(301))).toHaveLength(1)
  })

  test('a planted file on disk is found by the reader, so the check cannot go blind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'floors-'))
    writeFileSync(join(folder, 'planted.ts'), 'export {}\n')
    expect(readSources(folder).map((file) => file.path)).toEqual(['planted.ts'])
    rmSync(folder, { recursive: true })
  })
})
