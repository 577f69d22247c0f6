import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RESOURCES } from '../../src/admin/index.ts'
import { TOOLS } from '../../src/admin/mcp/index.ts'
import { FAILURES } from '../../src/base/failure.ts'
import { LIMITS } from '../../src/base/limits.ts'
import { SNIPPETS } from '../../src/base/snippets.ts'
import { COMMANDS } from '../../src/commands/index.ts'
import { VARIABLES } from '../../src/config.ts'
import { PAGES } from '../../src/docs/pages.ts'
import { builtInDetectors } from '../../src/redaction/built-in.ts'
import { BUILT_IN_ROLES } from '../../src/store/members.ts'

/** What a page may show of the code, by the name between its marks. Each gives Markdown. */
const PARTS: Readonly<Record<string, (argument: string) => string | Promise<string>>> = {
  errors: () =>
    table(
      ['Status', 'Code', 'Fixed by', 'Again?', 'What it says'],
      Object.entries(FAILURES)
        .sort(([, a], [, b]) => a.status - b.status)
        .map(([code, { status, owner, retryable, says }]) => [
          String(status),
          `\`${code}\``,
          owner,
          retryable ? 'may work later' : 'no',
          says,
        ]),
    ),
  limits: () => table(['Name', 'Value', 'Why'], limitRows()),
  variables: () =>
    table(
      ['Variable', 'Default', 'What it sets'],
      [...new Map(VARIABLES.map((each) => [each.name, each])).values()].map(
        ({ name, fallback, says }) => [
          `\`${name}\``,
          fallback.startsWith('(') ? fallback : `\`${fallback}\``,
          says,
        ],
      ),
    ),
  'detectors-pii': () => detectors('pii'),
  'detectors-secret': () => detectors('secret'),
  metrics: () => table(['Metric', 'What it tells'], metricRows()),
  commands: async () => {
    const all = await Promise.all(COMMANDS.map((each) => each.load()))
    return all
      .map(
        ({ name, summary, usage }) =>
          `### ${name}\n\n${sentence(summary)}\n\n${fence('text', usage)}`,
      )
      .join('\n\n')
  },
  snippet: (name) => {
    const found = SNIPPETS.find((each) => each.name === name)
    if (!found) throw new Error(`no snippet ${name}`)
    const target = { url: 'http://127.0.0.1:8787', key: '<your Sluice key>' }
    return fence(languageOf(name), found.text(target))
  },
  snippets: () =>
    table(
      ['Name', 'Client', 'Where it goes'],
      SNIPPETS.map(({ name, summary, place }) => [`\`${name}\``, summary, place]),
    ),
  routes: () => {
    const routes = Object.values(RESOURCES).flat()
    const tags = [...new Set(routes.map(({ tag }) => tag))]
    return tags
      .map((tag) => {
        const rows = routes
          .filter((each) => each.tag === tag)
          .map(({ method, path, summary, needs, needsSays, scope }) => [
            `\`${method} ${path.replace(/:([a-z_]+)/g, '{$1}')}\``,
            summary,
            needsSays?.replace(/^Needs: /, '') ??
              (scope === 'open'
                ? 'no key'
                : needs.map((each) => `\`${each}\``).join(', ') || 'any key'),
          ])
        return `### ${tag[0]?.toUpperCase()}${tag.slice(1)}\n\n${table(['Route', 'What', 'Needs'], rows)}`
      })
      .join('\n\n')
  },
  roles: () =>
    table(
      ['Role', 'Held in', 'Permissions'],
      BUILT_IN_ROLES.map(({ name, accessScope, permissions }) => [
        `\`${name}\``,
        accessScope,
        permissions.map((each) => `\`${each}\``).join(' '),
      ]),
    ),
  tools: () =>
    table(
      ['Tool', 'What it answers', 'Needs'],
      TOOLS.map(({ name, says, needs, writes }) => [
        `\`${name}\``,
        `${writes ? '**Changes something.** ' : ''}${says}`,
        needs,
      ]),
    ),
}

const PLACE = join(import.meta.dir, '../../src/docs/pages')
const MARKED = /(<!-- generated:([a-z-]+)(?: ([a-z-]+))? -->)[\s\S]*?(<!-- \/generated -->)/g

/** A page's text with every generated part as the code says it now. */
export async function renewed(text: string): Promise<string> {
  let result = ''
  let at = 0
  for (const match of text.matchAll(MARKED)) {
    const [whole, open = '', name = '', argument = '', close = ''] = match
    const make = PARTS[name]
    if (!make) throw new Error(`nothing generates '${name}'`)
    result += `${text.slice(at, match.index)}${open}\n\n${await make(argument)}\n\n${close}`
    at = match.index + whole.length
  }
  return result + text.slice(at)
}

/** The path of a page's file. */
export function fileOf(page: string): string {
  return join(PLACE, `${page}.md`)
}

/** The names of every part that some page shows. */
export function shownParts(): Set<string> {
  const texts = PAGES.map(({ name }) => readFileSync(fileOf(name), 'utf8'))
  return new Set(texts.flatMap((text) => [...text.matchAll(MARKED)].map((match) => match[2] ?? '')))
}

/** The names of every part that can be shown. */
export const PART_NAMES: readonly string[] = Object.keys(PARTS)

function limitRows(): string[][] {
  const source = readFileSync(join(import.meta.dir, '../../src/base/limits.ts'), 'utf8')
  const values = new Map<string, unknown>(Object.entries(LIMITS))
  const rows: string[][] = []
  let why = ''
  for (const [, comment, name] of source.matchAll(
    /\/\*\* ([^*]*(?:\*(?!\/)[^*]*)*) \*\/|^ {2}(\w+):/gm,
  )) {
    if (comment !== undefined) why = comment.replace(/\s+/g, ' ')
    else if (name !== undefined) rows.push([`\`${name}\``, amount(name, values.get(name)), why])
  }
  return rows
}

/** A bound with the unit that its name ends in. */
function amount(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value)
  if (/Ms$/.test(name)) {
    if (value % 3_600_000 === 0) return `${value / 3_600_000} h`
    if (value >= 120_000 && value % 60_000 === 0) return `${value / 60_000} min`
    return value % 1_000 === 0 ? `${value / 1_000} s` : `${value} ms`
  }
  if (/Bytes/.test(name)) {
    if (value % (1024 * 1024) === 0) return `${value / 1024 / 1024} MiB`
    return value % 1024 === 0 ? `${value / 1024} KiB` : `${value} bytes`
  }
  return value.toLocaleString('en').replaceAll(',', ' ')
}

function detectors(kind: 'pii' | 'secret'): string {
  const byEntity = new Map<string, string[]>()
  for (const each of builtInDetectors()) {
    if (each.kind !== kind) continue
    for (const entity of 'entities' in each ? each.entities : [each.entity])
      byEntity.set(entity, [...(byEntity.get(entity) ?? []), each.id])
  }
  const rows = [...byEntity].sort(([a], [b]) => (a < b ? -1 : 1))
  return table(
    ['Entity', 'Detectors'],
    rows.map(([entity, ids]) => [`\`${entity}\``, ids.map((id) => `\`${id}\``).join(' ')]),
  )
}

function metricRows(): string[][] {
  const files = ['metrics', 'exporter-metrics', 'process-metrics'].map((name) =>
    readFileSync(join(import.meta.dir, `../../src/telemetry/${name}.ts`), 'utf8'),
  )
  const told = /(?:name: |gauge\(\s*)'([a-z_]+)',\s*(?:help: )?'([^']+)'/g
  return files.flatMap((text) =>
    [...text.matchAll(told)].map(([, name, help]) => [`\`${name}\``, help ?? '']),
  )
}

function languageOf(name: string): string {
  if (/-js$/.test(name)) return 'js'
  if (/-python$/.test(name)) return 'python'
  if (name === 'codex') return 'toml'
  return name === 'claude-code' || name === 'device-management' ? 'json' : 'sh'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}

if (import.meta.main) {
  if (!process.argv.includes('--write'))
    throw new Error('usage: bun test/docs/generated.ts --write')
  for (const { name } of PAGES) {
    const text = readFileSync(fileOf(name), 'utf8')
    const now = await renewed(text)
    if (now !== text) writeFileSync(fileOf(name), now)
  }
}
