/** True for the paths that belong to `adminApi`: `/api/v1/*`, `/swagger*` and `/mcp` below the base path. */
export function isAdminPath(pathname: string, basePath: string): boolean {
  return ['/api/v1', '/swagger', '/mcp'].some(
    (each) => pathname === basePath + each || pathname.startsWith(`${basePath + each}/`),
  )
}
