import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One line of the table: what a client was asked to do and whether it could. */
export interface Row {
  readonly client: string
  readonly version: string
  readonly scenario: string
  readonly verdict: 'PASS' | 'FAIL' | 'SKIP'
  /** Why it was not tried. */
  readonly note?: string
}

/** Prints one line per row, and keeps them for the README's table when `SLUICE_ROWS` names a directory. */
export function publish(rows: readonly Row[]): void {
  const lines = rows.map(
    ({ verdict, client, version, scenario, note }) =>
      `${verdict} ${client} ${version} ${scenario}${note ? ` (${note})` : ''}`,
  )
  console.log(lines.join('\n'))
  const directory = process.env.SLUICE_ROWS
  const [first] = rows
  if (!directory || !first) return
  mkdirSync(directory, { recursive: true })
  const file = `${first.client}-${first.version}`.replaceAll(/[^\w.]+/g, '-')
  const path = join(directory, `${file}.json`)
  // One client may be asked by several suites.
  const before: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
  const all = [...(Array.isArray(before) ? before : []), ...rows]
  writeFileSync(path, `${JSON.stringify(all, null, 1)}\n`)
}

/** All rows kept in `directory`, clients in the order of their names. */
export function kept(directory: string): Row[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'))
  return files.sort().flatMap((name): Row[] => {
    const rows: unknown = JSON.parse(readFileSync(join(directory, name), 'utf8'))
    return Array.isArray(rows) ? rows : []
  })
}
