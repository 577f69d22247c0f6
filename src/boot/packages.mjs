import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { cachePlace, isWritable, ROOT } from './places.mjs'
import { runTool, toolError } from './run.mjs'
import { BootError, step } from './tell.mjs'

const STAMP = join(ROOT, 'node_modules', '.sluice-stamp')

/**
 * Installs what `bun.lock` says, when that is not what is there. `mode` is `production` or `full`; a full installation
 * serves both. Nothing is asked of the network, and nothing written, when the stamp fits.
 */
export async function installPackages(bun, mode, env = process.env) {
  const wanted = fingerprint()
  if (fits(wanted, mode)) return
  if (!isWritable(join(ROOT, 'node_modules')))
    throw new BootError(
      `the packages are not installed and ${ROOT} cannot be written`,
      'run it once as the owner of that directory, or clone into one of your own',
    )
  mkdirSync(join(ROOT, '.sluice'), { recursive: true })
  await withLock(join(ROOT, '.sluice', 'install.lock'), async () => {
    if (fits(wanted, mode)) return
    await step('installing packages (once per version)', () => install(bun, mode, env))
    writeFileSync(STAMP, `${wanted} ${mode}\n`)
  })
}

async function install(bun, mode, env) {
  const args = ['install', '--frozen-lockfile', '--ignore-scripts', '--no-progress']
  if (mode === 'production') args.push('--production')
  const cache = cachePlace(env)
  const settings = { ...env }
  if (!cache.isHome) settings.BUN_INSTALL_CACHE_DIR ??= join(cache.directory, 'bun-install')
  const { code, output } = await runTool(bun, args, { cwd: ROOT, env: settings })
  if (code !== 0) throw toolError('installing packages', output)
}

function fits(wanted, mode) {
  if (!existsSync(STAMP)) return false
  const [hash, installed] = readFileSync(STAMP, 'utf8').trim().split(' ')
  return hash === wanted && (installed === mode || installed === 'full')
}

/** Of everything that decides what is installed: the lockfile, the dependency lists and the patches themselves. */
function fingerprint() {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'bun.lock')))
  for (const name of [
    'dependencies',
    'devDependencies',
    'optionalDependencies',
    'overrides',
    'patchedDependencies',
  ])
    hash.update(JSON.stringify(manifest[name] ?? null))
  for (const file of Object.values(manifest.patchedDependencies ?? {}))
    hash.update(readFileSync(join(ROOT, file)))
  return hash.update(`${process.platform}-${process.arch}`).digest('hex').slice(0, 32)
}
