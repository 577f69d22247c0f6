/** True for the paths that belong to `consoleApp`: `/console` and everything below it. */
export function isConsolePath(pathname: string, basePath: string): boolean {
  return pathname === `${basePath}/console` || pathname.startsWith(`${basePath}/console/`)
}
