import { describe, expect, test } from 'bun:test'
import { docsSite, manual } from '../../src/docs/index.ts'
import { PAGES } from '../../src/docs/pages.ts'
import { isDocsPath } from '../../src/docs/paths.ts'
import { render } from '../../src/docs/render.ts'

const BASES = ['', '/gateway']
const siteAt = (basePath: string) => docsSite({ basePath, version: '1.2.3' })

async function get(path: string, basePath = '', headers: Record<string, string> = {}) {
  const response = await siteAt(basePath).handle(
    new Request(`http://localhost${path}`, { headers }),
  )
  return { response, text: await response.text() }
}

/** Every address that a page of the site refers to. */
function references(html: string): string[] {
  return [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1] ?? '')
}

describe('the site', () => {
  for (const base of BASES)
    test(`every link of every page leads somewhere below '${base}/docs', search and assets included`, async () => {
      const seen = new Set<string>()
      const queue = [`${base}/docs`, `${base}/docs/search?q=cap`]
      for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
        if (seen.has(path)) continue
        seen.add(path)
        const { response, text } = await get(path, base)
        expect({ path, status: response.status }).toEqual({ path, status: 200 })
        if (!(response.headers.get('content-type') ?? '').startsWith('text/html')) continue
        for (const reference of references(text)) {
          const [place = '', anchor] = reference.split('#')
          if (place === '' && anchor !== undefined) expect(text).toContain(`id="${anchor}"`)
          else if (isDocsPath(place.split('?')[0] ?? '', base)) queue.push(place)
          else
            expect(['/console', '/swagger', '/swagger/json'].map((each) => base + each)).toContain(
              place,
            )
        }
      }
      expect(seen.size).toBeGreaterThan(PAGES.length * 2)
    })

  test('every answer forbids foreign and inline code, sniffing and framing', async () => {
    const paths = ['/docs', '/docs/quickstart', '/docs/quickstart.md', '/docs/nothing', '/llms.txt']
    for (const path of paths) {
      const { response, text } = await get(path)
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(text).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=/)
    }
  })

  test('pages are there as Markdown for machines, without the marks of the generator', async () => {
    for (const { name, title } of PAGES) {
      const { response, text } = await get(`/docs/${name}.md`)
      expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
      expect(text).toStartWith(`# ${title}\n`)
      expect(text).not.toContain('<!--')
    }
  })

  test('llms.txt names every page, llms-full.txt holds them', async () => {
    const { text: index } = await get('/gateway/llms.txt', '/gateway')
    const { text: full } = await get('/llms-full.txt')
    expect(index).toStartWith('# Sluice\n\n> ')
    for (const { name, title } of PAGES) {
      expect(index).toContain(`- [${title}](/gateway/docs/${name}.md): `)
      expect(full).toContain(`# ${title}\n`)
    }
  })

  test('a browser that has a page is told so; assets never change under their address', async () => {
    const { response, text } = await get('/docs/limits')
    const etag = response.headers.get('etag') ?? ''
    const again = await get('/docs/limits', '', { 'if-none-match': etag })
    expect(again.response.status).toBe(304)
    expect(again.text).toBe('')
    const style = references(text).find((each) => each.endsWith('.css')) ?? ''
    expect((await get(style)).response.headers.get('cache-control')).toContain('immutable')
  })

  test('what is not there is 404, also what lies beside the pages', async () => {
    for (const path of [
      '/docs/nothing',
      '/docs/..%2findex.ts',
      '/docs/README.md',
      '/docs/a/b',
      '/docs/assets/x.css',
    ])
      expect({ path, status: (await get(path)).response.status }).toEqual({ path, status: 404 })
  })

  test('only its own paths are its own', () => {
    expect(isDocsPath('/docs', '')).toBe(true)
    expect(isDocsPath('/gateway/llms.txt', '/gateway')).toBe(true)
    expect(isDocsPath('/docs', '/gateway')).toBe(false)
    expect(isDocsPath('/docsets', '')).toBe(false)
    expect(isDocsPath('/llms.txt.bak', '')).toBe(false)
  })
})

describe('search', () => {
  test('finds what people ask for, best first', async () => {
    const first = async (query: string): Promise<string> =>
      (await manual.search(query, 3)).map(({ path }) => path).join(' ')
    expect(await first('spend cap')).toContain('spend-policies')
    expect(await first('claude code')).toContain('coding-agents')
    expect(await first('ceiling_price')).toContain(
      'spend-policies#calls-whose-cost-cannot-be-bounded',
    )
    expect(await first('backup restore')).toContain('operations')
    expect(await first('placeholders')).toContain('redaction#placeholders')
    expect(await first('403 allow-list models')).toContain('rate-limits#model-access')
  })

  test('a hostile question is text on the page and costs little', async () => {
    const attack = '"><script>alert(1)</script>'
    const { text } = await get(`/docs/search?q=${encodeURIComponent(attack)}`)
    expect(text).not.toContain('<script>alert')
    const long = 'a'.repeat(100_000)
    expect((await get(`/docs/search?q=${long}`)).response.status).toBe(200)
    expect(await manual.search('* ^ ( ) \u0000', 5)).toEqual([])
    expect((await get('/docs/search')).text).toContain('Type a few words')
  })

  test('what is found can be read', async () => {
    for (const { page, path } of await manual.search('key', 20)) {
      expect(manual.read(page)).toBeDefined()
      const [address, anchor] = path.split('#')
      expect(address).toBe(`/docs/${page}`)
      if (anchor === undefined) continue
      const { headings } = render(manual.read(page) ?? '', '/docs')
      expect(headings.map((each) => each.anchor)).toContain(anchor)
    }
  })
})

describe('Markdown', () => {
  test('raw HTML and script addresses do not pass', () => {
    const { html } = render('# T\n\n<img src=x onerror=alert(1)>\n\n`<b>` <i>x</i>\n', '/docs')
    expect(html).not.toContain('<img')
    expect(html).not.toContain('<i>')
    expect(html).toContain('&lt;b&gt;')
  })
})
