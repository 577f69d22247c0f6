import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')

test('every benchmark and every file that the README names as proof of a claim is there', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const benches = [...text.matchAll(/bun run bench ([a-z]+)/g)].map(
    ([, name]) => `test/bench/${name}.ts`,
  )
  const files = [...text.matchAll(/`(?:[^`]*\s)?\(?(test\/[\w/.-]+)/g)].map(
    ([, path]) => path ?? '',
  )
  expect(new Set(benches).size).toBeGreaterThan(4)
  expect(files.length).toBeGreaterThan(10)
  for (const path of [...benches, ...files])
    expect({ path, isThere: existsSync(join(ROOT, path)) }).toEqual({ path, isThere: true })
})
