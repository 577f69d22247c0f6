import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statfsSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { type Account, accounts, canReach } from './postgres-account.ts'
import { diskFault, postgresFault } from './postgres-fault.ts'

/** Where one embedded server lives and as whom it runs. */
export interface Place {
  readonly account: Account
  /** PGDATA, with every link resolved; it need not exist yet, its parent does. */
  readonly pgdata: string
  /** Where a copy of the runtime may go: reachable by the account. */
  readonly copyDir: string
}

/** The first cluster is 40 MB, and WAL grows beside it; less than this ends badly within minutes. */
const FREE_BYTES_MIN = 200 * 1024 * 1024
/** Linux allows 107 bytes, macOS 103; the server appends `/.s.PGSQL.5432`. */
const SOCKET_DIR_BYTES_MAX = 85
const ELSEWHERE = '/var/lib/sluice'

/**
 * Chooses the account and the cluster's directory for `dataDir`, creating `dataDir`. Root's own private
 * directories cannot be entered by another account: then a user namespace is used, and where that is
 * forbidden the cluster moves to /var/lib/sluice with a link from `dataDir`.
 */
export function choosePlace(dataDir: string): Place {
  const root = resolve(dataDir)
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
    checkSpace(root)
    const candidates = accounts()
    const link = join(root, 'postgres')
    if (process.getuid?.() !== 0) {
      const [self] = candidates
      if (self !== undefined) return placeIn(self, link, root)
    }
    // Only passing through is opened; the files inside keep their own 0600.
    const mode = statSync(root).mode & 0o777
    if ((mode & 0o011) !== 0o011) chmodSync(root, mode | 0o011)
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink())
      return elsewhere(candidates, readlinkSync(link))
    const fit = candidates.find((each) => canReach(each, root))
    if (fit !== undefined) return placeIn(fit, link, root)
    const target = join(ELSEWHERE, randomBytes(8).toString('hex'), 'postgres')
    symlinkSync(target, link)
    return elsewhere(candidates, target)
  } catch (cause) {
    throw diskFault(cause, root)
  }
}

/** Gives the cluster's files to the account when they belong to another one (root only). */
export function own(place: Place): void {
  const { uid, gid } = place.account
  const owner = statSync(place.pgdata).uid
  if (owner === uid) return
  if (process.getuid?.() !== 0)
    throw postgresFault(
      `The database in ${place.pgdata} belongs to user ${owner}, not to this one (${uid}).`,
      'start as the user that created it, or choose another SLUICE_DATA_DIR',
    )
  chownTree(place.pgdata, uid, gid)
}

/**
 * A private directory for the socket: short, because socket paths are limited to about 100 bytes, and derived
 * from the cluster's place, so that the next start finds the running server. Refuses one that is not ours.
 */
export function socketDirOf(place: Place): string {
  const { uid, gid } = place.account
  const digest = createHash('sha256').update(`${uid}:${place.pgdata}`).digest('hex').slice(0, 16)
  const roots = ['/tmp', tmpdir()].filter((dir) => statSync(dir, { throwIfNoEntry: false }))
  let last: unknown
  for (const root of roots) {
    const dir = join(root, `sluice-${digest}`)
    if (Buffer.byteLength(dir) > SOCKET_DIR_BYTES_MAX) continue
    try {
      return claim(dir, uid, gid)
    } catch (cause) {
      last = cause
    }
  }
  throw postgresFault(
    'There is no private directory for the database socket.',
    'make /tmp writable for this user, and remove a /tmp/sluice-* that belongs to somebody else',
    last,
  )
}

function claim(dir: string, uid: number, gid: number): string {
  const made = lstatSync(dir, { throwIfNoEntry: false }) === undefined
  if (made) {
    mkdirSync(dir, { recursive: false, mode: 0o700 })
    if (process.getuid?.() !== uid) chownSync(dir, uid, gid)
  }
  const stats = lstatSync(dir)
  // Anyone may create names in /tmp: a link or a stranger's directory would hand the database over.
  if (!stats.isDirectory() || stats.uid !== uid)
    throw new Error(`${dir} exists and is not a directory of user ${uid}`)
  if ((stats.mode & 0o777) !== 0o700) chmodSync(dir, 0o700)
  return dir
}

function placeIn(account: Account, pgdata: string, copyDir: string): Place {
  return { account, pgdata: join(realpathSync(copyDir), basename(pgdata)), copyDir }
}

function elsewhere(candidates: readonly Account[], pgdata: string): Place {
  const copyDir = join(pgdata, '..')
  // The link may outlive what it points to.
  mkdirSync(copyDir, { recursive: true, mode: 0o711 })
  const account = candidates.find((each) => canReach(each, copyDir))
  if (account !== undefined) return { account, pgdata, copyDir }
  throw postgresFault(
    'PostgreSQL refuses to run as root, and no other account can be used.',
    'start Sluice as a plain user, add a system user named sluice, or set DATABASE_URL',
  )
}

function checkSpace(dir: string): void {
  const disk = statfsSync(dir)
  const free = disk.bavail * disk.bsize
  if (free >= FREE_BYTES_MIN) return
  throw postgresFault(
    `Only ${Math.floor(free / 1024 / 1024)} MB are free in ${dir}.`,
    'free some disk space (about 300 MB) or set SLUICE_DATA_DIR to a larger disk',
  )
}

function chownTree(path: string, uid: number, gid: number): void {
  lchownSync(path, uid, gid)
  if (!lstatSync(path).isDirectory()) return
  for (const entry of readdirSync(path)) chownTree(join(path, entry), uid, gid)
}
