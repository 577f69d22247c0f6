/**
 * Shows the rows that the last `test:clients` and `test:agents` left as one table, client × scenario:
 * `bun test/clients/table.ts [clients|agents] [--write]`. With `--write` it replaces the README's table.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { kept, type Row } from './rows.ts'

const ROOT = dirname(dirname(import.meta.dir))
const [BEGIN, END] = ['<!-- clients:begin -->', '<!-- clients:end -->']
const KINDS = ['clients', 'agents'] as const

const wanted = process.argv.slice(2).filter((each) => !each.startsWith('-'))
const texts = KINDS.filter((kind) => wanted.length === 0 || wanted.includes(kind)).flatMap(
  (kind) => {
    const directory = join(ROOT, '.sluice/rows', kind)
    const rows = existsSync(directory) ? kept(directory) : []
    return rows.length === 0 ? [] : [markdown(rows)]
  },
)
if (texts.length === 0) console.error('no rows: run test:clients or test:agents first')
else if (!process.argv.includes('--write')) console.log(texts.join('\n\n'))
else write(texts.join('\n\n'))

/** Scenarios down, clients across, both in the order in which they were first seen. */
function markdown(rows: readonly Row[]): string {
  const clients = [...new Set(rows.map(({ client, version }) => `${client} ${version}`))]
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))]
  const verdicts = new Map(
    rows.map((row) => [`${row.client} ${row.version}\n${row.scenario}`, row.verdict]),
  )
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(['', ...clients]),
    line(['---', ...clients.map(() => '---')]),
    ...scenarios.map((name) =>
      line([name, ...clients.map((client) => verdicts.get(`${client}\n${name}`) ?? '–')]),
    ),
  ].join('\n')
}

function write(table: string): void {
  const path = join(ROOT, 'README.md')
  const readme = readFileSync(path, 'utf8')
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END}`)
  const [before, after] = [readme.slice(0, begin + BEGIN.length), readme.slice(end)]
  writeFileSync(path, `${before}\n${table}\n${after}`)
}
