import { Type as t } from '@sinclair/typebox'
import { Failure } from '../../base/failure.ts'
import { type Tool, tool } from './tool.ts'

const HITS = 8

/** The documentation of this very version. */
export const DOCS_TOOLS: readonly Tool[] = [
  tool({
    name: 'search_docs',
    title: 'Search the documentation',
    says: 'Finds sections of the documentation of this gateway: set-up, policies, errors, limits, operations. Read a whole page with read_doc.',
    needs: 'any key',
    shape: t.Object(
      { query: t.String({ minLength: 1, maxLength: 200, description: 'A few words.' }) },
      { additionalProperties: false },
    ),
    async run({ query }, { deps }) {
      const results = (await deps.manual?.search(query, HITS)) ?? []
      return { results, ...(results.length === 0 ? { pages: deps.manual?.pages ?? [] } : {}) }
    },
  }),
  tool({
    name: 'read_doc',
    title: 'Read a page of the documentation',
    says: 'One page as Markdown, by the name search_docs gives.',
    needs: 'any key',
    shape: t.Object(
      { page: t.String({ minLength: 1, maxLength: 60, description: 'For example: quickstart' }) },
      { additionalProperties: false },
    ),
    run({ page }, { deps }) {
      const text = deps.manual?.read(page)
      if (text !== undefined) return text
      const names = (deps.manual?.pages ?? []).map((each) => each.page).join(', ')
      throw new Failure('not_found', { says: `There is no such page. The pages: ${names}.` })
    },
  }),
]
