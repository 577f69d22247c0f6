/** An `Error` whose message says what is wrong and, on a line of its own, what to do about it. */
export function postgresFault(says: string, fix: string, cause?: unknown): Error {
  return new Error(`${says}\nFix: ${fix}`, cause === undefined ? {} : { cause })
}

/** The `code` of a system error (`ENOENT`, `EACCES`, …), or `''` for anything else. */
export function systemCode(cause: unknown): string {
  if (!(cause instanceof Error) || !('code' in cause)) return ''
  return typeof cause.code === 'string' ? cause.code : ''
}

const UNUSABLE = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'ENAMETOOLONG',
])

/** Turns a full disk or an unusable directory into a sentence with a fix; gives every other cause back as it came. */
export function diskFault(cause: unknown, dir: string): unknown {
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return postgresFault(
      `No space left for the embedded PostgreSQL in ${dir}.`,
      'free some disk space (about 300 MB) or set SLUICE_DATA_DIR to a larger disk',
      cause,
    )
  if (UNUSABLE.has(code))
    return postgresFault(
      `The data directory ${dir} cannot be made or written by this user.`,
      'set SLUICE_DATA_DIR to a directory this user owns',
      cause,
    )
  return cause
}
