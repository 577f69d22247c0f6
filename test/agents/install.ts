/**
 * Obtains the agents from npm into the cache directory, once: `bun test/agents/install.ts`. They are tools of the
 * tests and never part of the product.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The agents as the scenarios were written for. */
export const VERSIONS = {
  '@anthropic-ai/claude-code': '2.1.330',
  '@openai/codex': '0.169.0',
  '@google/gemini-cli': '0.61.0',
} as const

/** npm writes some hundred megabytes; a slow line must not hold a test run for ever. */
const INSTALL_MS = 8 * 60_000

/** Where they are kept between clones. */
export function agentsPlace(): string {
  const { XDG_CACHE_HOME } = process.env
  const cache = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(homedir(), '.cache')
  return join(cache, 'sluice', 'agents')
}

/** The program of one agent, or why it is not there. */
export function agentProgram(
  bin: string,
): { readonly path: string } | { readonly missing: string } {
  const place = agentsPlace()
  const path = join(place, 'node_modules/.bin', bin)
  if (installed(place) && existsSync(path)) return { path }
  return { missing: 'not installed: run `bun run test:agents` where npm can reach its registry' }
}

/** Installs what is missing; true when all is there. */
export async function installAgents(): Promise<boolean> {
  const place = agentsPlace()
  if (installed(place)) return true
  const npm = Bun.which('npm')
  if (!npm || !Bun.which('node')) {
    console.error('the agents need node and npm on PATH')
    return false
  }
  mkdirSync(place, { recursive: true })
  const wanted = { private: true, dependencies: VERSIONS }
  writeFileSync(join(place, 'package.json'), `${JSON.stringify(wanted, null, 1)}\n`)
  const command = [npm, 'install', '--no-audit', '--no-fund', '--loglevel=error']
  const child = Bun.spawn(command, {
    cwd: place,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: INSTALL_MS,
  })
  if ((await child.exited) !== 0) return false
  writeFileSync(join(place, 'installed'), JSON.stringify(VERSIONS))
  return true
}

/** Written last, so that a broken installation is made again. */
function installed(place: string): boolean {
  try {
    return readFileSync(join(place, 'installed'), 'utf8') === JSON.stringify(VERSIONS)
  } catch {
    return false
  }
}

if (import.meta.main) process.exitCode = (await installAgents()) ? 0 : 1
