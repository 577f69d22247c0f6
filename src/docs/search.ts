import { marked, type Token } from 'marked'
import MiniSearch from 'minisearch'
import { PAGES, textOf } from './pages.ts'
import { anchorsOnce, plain } from './render.ts'

/** A section that was found. */
export interface Hit {
  readonly page: string
  readonly title: string
  /** The section's heading; the page's title for its beginning. */
  readonly heading: string
  /** Below the base path. */
  readonly path: string
  readonly excerpt: string
}

/** More characters of a question tell no more, and fuzzy search takes time for each. */
export const QUERY_UNITS_MAX = 200
const EXCERPT_UNITS = 220

interface Section {
  readonly id: number
  readonly page: string
  readonly title: string
  readonly heading: string
  readonly path: string
  readonly text: string
}

interface Index {
  readonly find: MiniSearch<Section>
  readonly sections: readonly Section[]
}

let index: Promise<Index> | undefined

/** The sections that fit best, best first. The index is built when first asked for. */
export async function search(query: string, limit: number): Promise<readonly Hit[]> {
  index ??= build()
  const { find, sections } = await index
  const found = find.search(query.slice(0, QUERY_UNITS_MAX), {
    boost: { heading: 6, title: 4 },
    prefix: (term) => term.length > 2,
    fuzzy: (term) => (term.length > 5 ? 0.2 : 0),
  })
  return found.slice(0, limit).flatMap(({ id, terms }) => {
    const section = sections[Number(id)]
    if (!section) return []
    const { page, title, heading, path, text } = section
    return [{ page, title, heading, path, excerpt: excerptOf(text, terms) }]
  })
}

/** Page by page with a breath between them: 0.2 s of CPU in one piece would stop every stream of this process. */
async function build(): Promise<Index> {
  const sections: Section[] = []
  const find = new MiniSearch<Section>({ fields: ['heading', 'title', 'text'], idField: 'id' })
  for (const { name, title } of PAGES)
    for (const each of sectionsOf(name, title)) {
      const section = { ...each, id: sections.length }
      sections.push(section)
      find.add(section)
      await Bun.sleep(0)
    }
  return { find, sections }
}

function sectionsOf(page: string, title: string): Omit<Section, 'id'>[] {
  const anchors = anchorsOnce()
  let open = { page, title, heading: title, path: `/docs/${page}`, words: [] as string[] }
  const all = [open]
  for (const token of marked.lexer(textOf(page) ?? '')) {
    if (token.type !== 'heading') {
      open.words.push(wordsOf(token))
      continue
    }
    const heading = plain(token.tokens ?? [])
    const anchor = anchors(heading)
    if (token.depth === 1) continue
    open = { page, title, heading, path: `/docs/${page}#${anchor}`, words: [] }
    all.push(open)
  }
  return all
    .map(({ words, ...section }) => ({
      ...section,
      text: words.join(' ').replace(/\s+/g, ' ').trim(),
    }))
    .filter(({ text }) => text !== '')
}

/** What a person reads of a block. */
function wordsOf(token: Token): string {
  if (token.type === 'html') return ''
  if (token.type === 'code') return token.text
  return token.raw
    .replace(/\]\([^)]*\)/g, '')
    .replace(/^[\s|:-]+$/gm, ' ')
    .replace(/^\s*(?:[-*]|\d+\.) /gm, ' ')
    .replace(/[`*[\]]/g, '')
    .replace(/\|/g, ' ')
}

function excerptOf(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase()
  const places = terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0)
  const first = places.length === 0 ? 0 : Math.min(...places)
  const start = first < 60 ? 0 : text.indexOf(' ', first - 60) + 1
  const end = start + EXCERPT_UNITS
  const cut = text.slice(start, end)
  return `${start > 0 ? '… ' : ''}${end < text.length ? `${cut.replace(/\s\S*$/, '')} …` : cut}`
}
