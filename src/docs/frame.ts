import { GROUPS, PAGES, type Page } from './pages.ts'
import type { Rendered } from './render.ts'
import type { Hit } from './search.ts'

/** Where the site stands and which files it loads. */
export interface Site {
  /** `''` or `/something`. */
  readonly basePath: string
  readonly version: string
  /** Addresses of the stylesheet and the script. */
  readonly style: string
  readonly script: string
}

const esc = Bun.escapeHTML

/** A page of the documentation in its frame. */
export function pageHtml(site: Site, page: Page, { html, headings }: Rendered): string {
  const at = `${site.basePath}/docs`
  const place = PAGES.indexOf(page)
  const [before, after] = [PAGES[place - 1], PAGES[place + 1]]
  const step = (to: Page | undefined, says: string, rel: string): string =>
    to
      ? `<a rel="${rel}" href="${at}/${to.name}"><span>${says}</span>${esc(to.title)}</a>`
      : '<i></i>'
  const list = headings
    .filter(({ depth }) => depth === 2)
    .map(({ text, anchor }) => `<li><a href="#${anchor}">${esc(text)}</a></li>`)
    .join('')
  const beside =
    list === ''
      ? ''
      : `<nav class="toc" aria-label="On this page"><h2>On this page</h2><ul>${list}</ul></nav>`
  return framed(
    site,
    page.title,
    page.says,
    `<main id="content"><article>${html}</article>
<footer><nav class="steps" aria-label="Neighbouring pages">${step(before, 'Before', 'prev')}${step(after, 'Next', 'next')}</nav>
<p><a href="${at}/${page.name}.md">This page as Markdown</a></p></footer></main>${beside}`,
    page,
  )
}

/** The front page: every page with its line. */
export function frontHtml(site: Site): string {
  const at = `${site.basePath}/docs`
  const group = (name: string): string => {
    const cards = PAGES.filter((each) => each.group === name)
      .map(
        (each) =>
          `<li><a href="${at}/${each.name}"><b>${esc(each.title)}</b>${esc(each.says)}</a></li>`,
      )
      .join('')
    return `<section><h2>${name}</h2><ul class="cards">${cards}</ul></section>`
  }
  return framed(
    site,
    'Documentation',
    'How to install, govern and operate Sluice.',
    `<main id="content"><article><h1>Sluice documentation</h1>
<p class="lead">A self-hosted LLM gateway: hard spend caps, redaction while the answer streams, one trace for every call.</p>
${GROUPS.map(group).join('')}
<p class="for-machines">For agents: <a href="${site.basePath}/llms.txt">llms.txt</a>,
<a href="${site.basePath}/llms-full.txt">everything in one file</a>, and the <a href="${at}/mcp">MCP server</a>.</p></article></main>`,
  )
}

/** What a search found. */
export function searchHtml(site: Site, query: string, hits: readonly Hit[]): string {
  const found = hits
    .map(
      ({ path, title, heading, excerpt }) =>
        `<li><a href="${site.basePath}${esc(path)}"><b>${esc(heading)}</b>${heading === title ? '' : `<span>${esc(title)}</span>`}</a><p>${esc(excerpt)}</p></li>`,
    )
    .join('')
  const none =
    query === ''
      ? 'Type a few words into the field above.'
      : 'Nothing fits. Try fewer or other words.'
  const count = hits.length === 1 ? 'One section' : `${hits.length} sections`
  const said = hits.length === 0 ? none : `${count} for “${esc(query)}”.`
  return framed(
    site,
    query === '' ? 'Search' : `Search: ${query}`,
    'Search in the documentation of Sluice.',
    `<main id="content"><article><h1>Search</h1><p role="status">${said}</p><ol class="hits">${found}</ol></article></main>`,
    undefined,
    query,
  )
}

/** The page for an address that leads nowhere. */
export function missingHtml(site: Site): string {
  return framed(
    site,
    'No such page',
    'This page does not exist.',
    `<main id="content"><article><h1>There is no such page</h1>
<p>Search above, or begin at the <a href="${site.basePath}/docs">list of all pages</a>.</p></article></main>`,
  )
}

function framed(
  site: Site,
  title: string,
  says: string,
  body: string,
  current?: Page,
  query = '',
): string {
  const at = `${site.basePath}/docs`
  const link = (each: Page): string =>
    `<li><a href="${at}/${each.name}"${each === current ? ' aria-current="page"' : ''}>${esc(each.title)}</a></li>`
  const menu = GROUPS.map(
    (name) =>
      `<h2>${name}</h2><ul>${PAGES.filter((each) => each.group === name)
        .map(link)
        .join('')}</ul>`,
  ).join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${esc(title)} · Sluice</title>
<meta name="description" content="${esc(says)}">
<link rel="icon" href="${at}/assets/icon.svg">
<link rel="stylesheet" href="${site.style}">
${current ? `<link rel="alternate" type="text/markdown" href="${at}/${current.name}.md">` : ''}
<script defer src="${site.script}"></script>
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header>
<a class="brand" href="${at}"><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M3 7c3 0 3 2 6 2s3-2 6-2 3 2 6 2M3 12c3 0 3 2 6 2s3-2 6-2 3 2 6 2M3 17c3 0 3 2 6 2s3-2 6-2 3 2 6 2"/></svg>Sluice</a>
<form role="search" action="${at}/search" method="get"><input type="search" name="q" aria-label="Search the documentation" placeholder="Search" maxlength="200" autocomplete="off" value="${esc(query)}"><kbd aria-hidden="true">/</kbd></form>
<nav aria-label="Elsewhere"><a href="${site.basePath}/console">Console</a><a href="${site.basePath}/swagger">API</a><span class="version">${esc(site.version)}</span></nav>
</header>
<div class="columns">
<nav class="menu" aria-label="Pages"><details open><summary>Pages</summary>${menu}</details></nav>
${body}
</div>
</body>
</html>
`
}
