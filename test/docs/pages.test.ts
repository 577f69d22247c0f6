import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isWrong, readDeclaration } from '../../src/admin/declaration-check.ts'
import { FAILURES } from '../../src/base/failure.ts'
import { LIMITS } from '../../src/base/limits.ts'
import { PERMISSIONS } from '../../src/base/permission.ts'
import { COMMANDS } from '../../src/commands/index.ts'
import { VARIABLES } from '../../src/config.ts'
import { PAGES } from '../../src/docs/pages.ts'
import { render } from '../../src/docs/render.ts'
import { readDestinations } from '../../src/exporter/destinations.ts'
import { checkPolicy, isRefused } from '../../src/policies/input.ts'
import { fileOf, PART_NAMES, renewed, shownParts } from './generated.ts'

const ROOT = join(import.meta.dir, '../..')
const TEXTS = PAGES.map(({ name }) => ({ name, text: readFileSync(fileOf(name), 'utf8') }))
const ALL = TEXTS.map(({ text }) => text).join('\n')

/** Fenced blocks of a language, as `page: text`. */
function blocks(language: string): { page: string; text: string }[] {
  return TEXTS.flatMap(({ name, text }) =>
    [...text.matchAll(/```(\w*)\n([\s\S]*?)```/g)]
      .filter((match) => match[1] === language)
      .map((match) => ({ page: name, text: match[2] ?? '' })),
  )
}

describe('what pages take from the code', () => {
  test('every generated part is as the code says it now (renew: bun test/docs/generated.ts --write)', async () => {
    for (const { name, text } of TEXTS)
      expect({ name, text: await renewed(text) }).toEqual({ name, text })
  })

  test('every part that can be shown is shown: errors, limits, variables, detectors, commands, routes, …', () => {
    expect(PART_NAMES.filter((name) => !shownParts().has(name))).toEqual([])
  })

  test('the table of errors is complete', () => {
    const page = TEXTS.find(({ name }) => name === 'api-formats')?.text ?? ''
    for (const [code, { status }] of Object.entries(FAILURES))
      expect(page).toContain(`| ${status} | \`${code}\` |`)
  })

  test('the table of limits is complete, each with its reason', () => {
    const rows = [
      ...(TEXTS.find(({ name }) => name === 'limits')?.text ?? '').matchAll(
        /^\| `(\w+)` \| (.+?) \| (.*) \|$/gm,
      ),
    ]
    expect(rows.map((row) => row[1])).toEqual(Object.keys(LIMITS))
    expect(rows.filter((row) => (row[3] ?? '').length < 10)).toEqual([])
  })
})

describe('what pages say', () => {
  test('each has its file, a title of its own and no other file lies about', () => {
    const files = readdirSync(join(ROOT, 'src/docs/pages')).sort()
    expect(files).toEqual(PAGES.map(({ name }) => `${name}.md`).sort())
    for (const { name, title } of PAGES)
      expect(TEXTS.find((each) => each.name === name)?.text.split('\n')[0]).toBe(`# ${title}`)
  })

  test('every link resolves: pages, headings, addresses of the gateway', () => {
    const anchors = new Map(
      TEXTS.map(({ name, text }) => [
        name,
        new Set(render(text, '').headings.map(({ anchor }) => anchor)),
      ]),
    )
    const served = ['/swagger', '/swagger/json']
    const dead = TEXTS.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, href = '']) => {
        const link = /^([a-z-]+)\.md(?:#(.+))?$/.exec(href)
        if (!link) return served.includes(href) ? [] : [`${name}: ${href}`]
        const [, page = '', anchor] = link
        const known = anchors.get(page)
        const fine = known && (anchor === undefined || known.has(anchor))
        return fine ? [] : [`${name}: ${href}`]
      }),
    )
    expect(dead).toEqual([])
  })

  test('every command that is named exists, and every command is described', () => {
    const known = new Set(COMMANDS.map(({ name }) => name))
    const named = [...ALL.matchAll(/npm run sluice -- ([a-z]+)/g)].map((match) => match[1] ?? '')
    expect(named.filter((name) => !known.has(name))).toEqual([])
    for (const name of known) expect(ALL).toContain(`### ${name}\n`)
  })

  test('every environment variable that is named exists, and every one is described', () => {
    const known = new Set(VARIABLES.map(({ name }) => name))
    const named = [...ALL.matchAll(/\b(SLUICE_[A-Z_]+|[A-Z]+_UPSTREAM_URL|OIDC_[A-Z_]+)\b/g)].map(
      (match) => match[1] ?? '',
    )
    // What pages let a reader put into the own shell, and an entity.
    const readers = new Set(['SLUICE_URL', 'SLUICE_API_KEY', 'SLUICE_KEY'])
    expect([...new Set(named)].filter((name) => !known.has(name) && !readers.has(name))).toEqual([])
    for (const name of known) expect(ALL).toContain(`| \`${name}\` |`)
  })

  test('every permission and failure code in a table of needs exists', () => {
    const named = [
      ...ALL.matchAll(
        /`((?:organization|workspaces|gateway|projects|runs|policies|audit|usage):[a-z:-]+)`/g,
      ),
    ]
    const known: readonly string[] = PERMISSIONS
    expect(named.length).toBeGreaterThan(20)
    expect(named.map((match) => match[1] ?? '').filter((name) => !known.includes(name))).toEqual([])
  })

  test('files that are named are in the project', () => {
    const named = [...ALL.matchAll(/`((?:deploy|src|test)\/[\w./-]+)`/g)].map(
      (match) => match[1] ?? '',
    )
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

describe('code on pages', () => {
  test('every JSON block parses', () => {
    const json = blocks('json')
    expect(json.length).toBeGreaterThan(10)
    for (const { page, text } of json) expect(() => JSON.parse(text), page).not.toThrow()
  })

  test('every policy on a page is one that the gateway takes', () => {
    const bodies = [...blocks('json').map(({ text }) => text), ...inShell()]
    const policies = bodies.map((text) => JSON.parse(text)).filter((body) => 'policy_type' in body)
    expect(policies.length).toBeGreaterThan(7)
    for (const body of policies) {
      const checked = checkPolicy(
        {
          type: body.policy_type,
          name: body.name,
          description: body.description ?? '',
          matchers: body.subject_matchers ?? [],
          config: body.config,
          enabled: true,
          priority: 0,
        },
        '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d',
      )
      expect({ name: body.name, mistakes: isRefused(checked) ? checked : [] }).toEqual({
        name: body.name,
        mistakes: [],
      })
    }
  })

  test('every list of destinations and every configuration file on a page is one that is taken', () => {
    const env = { LANGSMITH_API_KEY: 'made-up', HOOK_SECRET: 'made-up' }
    const lists = blocks('json').filter(({ text }) => text.startsWith('['))
    expect(lists.length).toBeGreaterThan(1)
    for (const { page, text } of lists)
      expect(() => readDestinations(text, env), page).not.toThrow()
    const files = blocks('yaml')
    expect(files.length).toBeGreaterThan(0)
    for (const { page, text } of files) {
      const read = readDeclaration(parse(text))
      expect({ page, mistakes: isWrong(read) ? read : [] }).toEqual({ page, mistakes: [] })
    }
  })

  test('no page holds a whole key or the name of a person', () => {
    expect(ALL).not.toMatch(/slu_(sk|pt)_[0-9A-Za-z]{12}_/)
    expect(ALL).not.toMatch(/sk-[A-Za-z0-9]{20}/)
  })
})

/** JSON that shell blocks send. */
function inShell(): string[] {
  return blocks('sh').flatMap(({ text }) =>
    [...text.matchAll(/-d '(\{[\s\S]*?\})'/g)].map((match) => match[1] ?? ''),
  )
}
