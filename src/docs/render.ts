import { Marked, type Token, type Tokens } from 'marked'

/** A heading below the title, for the list beside the page. */
export interface Heading {
  readonly depth: number
  readonly text: string
  /** The part after `#` of its address. */
  readonly anchor: string
}

/** A page as HTML. */
export interface Rendered {
  readonly html: string
  readonly headings: readonly Heading[]
}

/**
 * Markdown of ours as HTML. Links to other pages, written as files, become addresses below `at` (such as `/docs`);
 * links that leave the site open no window and tell nothing of where they come from. Raw HTML is not passed on.
 */
export function render(markdown: string, at: string): Rendered {
  const headings: Heading[] = []
  const anchors = anchorsOnce()
  const marked = new Marked({ gfm: true })
  marked.use({
    // A bare address in a text is an address that is spoken of, not a link.
    tokenizer: { url: () => undefined },
    renderer: {
      heading({ tokens, depth }) {
        const text = plain(tokens)
        const anchor = anchors(text)
        if (depth > 1) headings.push({ depth, text, anchor })
        const inner = this.parser.parseInline(tokens)
        return depth === 1
          ? `<h1>${inner}</h1>\n`
          : `<h${depth} id="${anchor}"><a href="#${anchor}">${inner}</a></h${depth}>\n`
      },
      link({ href, tokens }) {
        const target = Bun.escapeHTML(addressOf(href, at))
        const rel = /^https?:/.test(target) ? ' rel="noreferrer"' : ''
        return `<a href="${target}"${rel}>${this.parser.parseInline(tokens)}</a>`
      },
      code({ text, lang }) {
        const name = lang ? ` data-lang="${Bun.escapeHTML(lang)}"` : ''
        return `<pre${name} tabindex="0"><code>${Bun.escapeHTML(text)}</code></pre>\n`
      },
      table(token) {
        return `<div class="table" tabindex="0">${tableOf(token, (cell) =>
          this.parser.parseInline(cell.tokens),
        )}</div>\n`
      },
      html: () => '',
    },
  })
  const html = marked.parse(markdown, { async: false })
  return { html, headings }
}

/** `spend-policies.md#holds` → `/docs/spend-policies#holds`; anything else stays. */
function addressOf(href: string, at: string): string {
  const page = /^([a-z-]+)\.md(#.*)?$/.exec(href)
  if (page) return `${at}/${page[1]}${page[2] ?? ''}`
  // Addresses of the gateway itself stand below the same base path as the documentation.
  return href.startsWith('/') ? at.replace(/\/docs$/, '') + href : href
}

function tableOf(token: Tokens.Table, cell: (cell: Tokens.TableCell) => string): string {
  const row = (cells: readonly Tokens.TableCell[], tag: 'td' | 'th'): string => {
    const scope = tag === 'th' ? ' scope="col"' : ''
    return `<tr>${cells.map((each) => `<${tag}${scope}>${cell(each)}</${tag}>`).join('')}</tr>`
  }
  const body = token.rows.map((each) => row(each, 'td')).join('\n')
  return `<table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table>`
}

/** The anchor of a heading: words with hyphens; a repeated one is numbered. */
export function anchorsOnce(): (text: string) => string {
  const taken = new Map<string, number>()
  return (text) => {
    const base = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
    const times = taken.get(base) ?? 0
    taken.set(base, times + 1)
    return times === 0 ? base : `${base}-${times}`
  }
}

/** The words of inline tokens without their marks. */
export function plain(tokens: readonly Token[]): string {
  return tokens
    .map((each) =>
      'tokens' in each && each.tokens ? plain(each.tokens) : 'text' in each ? each.text : '',
    )
    .join('')
}
