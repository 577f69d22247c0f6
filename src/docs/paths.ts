/** True for the paths of `docsSite`: `/docs*`, `/llms.txt` and `/llms-full.txt` below the base path. */
export function isDocsPath(pathname: string, basePath: string): boolean {
  const path = pathname.slice(basePath.length)
  if (!pathname.startsWith(basePath)) return false
  return path === '/docs' || path.startsWith('/docs/') || /^\/llms(-full)?\.txt$/.test(path)
}
