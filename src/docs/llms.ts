import { GROUPS, PAGES, textOf } from './pages.ts'

/**
 * The index for machines (the llms.txt convention): title, summary, and a link with a line for every page. Links are
 * paths below `basePath`, because the gateway does not know under which name it was reached.
 */
export function llmsIndex(basePath: string): string {
  const line = (each: (typeof PAGES)[number]): string =>
    `- [${each.title}](${basePath}/docs/${each.name}.md): ${each.says}`
  const parts = GROUPS.map((group) =>
    [`## ${group}`, '', ...PAGES.filter((each) => each.group === group).map(line)].join('\n'),
  )
  return [
    '# Sluice',
    '',
    '> A self-hosted LLM gateway: clients change one base URL and use one key; Sluice enforces hard spend caps, redacts secrets and personal data while answers stream, and traces every call with its exact cost.',
    '',
    `Everything in one file: ${basePath}/llms-full.txt. Admin API as OpenAPI: ${basePath}/swagger/json. MCP server: ${basePath}/mcp.`,
    '',
    ...parts.flatMap((part) => [part, '']),
  ].join('\n')
}

/** Every page in reading order as one Markdown text. */
export function llmsFull(): string {
  return PAGES.map(({ name }) => withoutMarks(textOf(name) ?? '')).join('\n\n---\n\n')
}

/** A page without the marks that only its generator reads. */
export function withoutMarks(markdown: string): string {
  return markdown.replace(/<!--[\s\S]*?-->\n?/g, '')
}
