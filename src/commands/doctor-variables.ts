import { VARIABLES } from '../config.ts'
import type { Finding } from './doctor-machine.ts'
import { nearest } from './suggest.ts'
import { withoutPassword } from './up-proxies.ts'

/** One environment variable as `doctor` lists it. */
export interface VariableLine {
  readonly name: string
  /** The value in force, never a secret. */
  readonly value: string
  readonly isDefault: boolean
  readonly says: string
}

const SECRET = /_KEY(_PREVIOUS)?$|TOKEN|PASSWORD|SECRET/

/** Every variable that is read, with what holds now. */
export function variableLines(env: Readonly<Record<string, string | undefined>>): VariableLine[] {
  return VARIABLES.map(({ name, fallback, says }) => {
    const given = env[name]?.trim()
    if (!given) return { name, value: fallback, isDefault: true, says }
    const value = SECRET.test(name) ? '***' : shown(given)
    return { name, value, isDefault: false, says }
  })
}

/** A list of destinations holds headers with keys. */
function shown(value: string): string {
  return /^[[{]/.test(value) ? '(JSON)' : withoutPassword(value)
}

/** Set by our own programs and tests, by snippets, and by Kubernetes for a service of our name. */
const NOT_OURS = [
  /^SLUICE_(API_KEY|BOOT_PID|SUPERVISED|LOOPBACK_ONLY|FUZZ|SEED)$/,
  /^SLUICE_([A-Z0-9_]+_)?(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP)\w*)?)$/,
]

/** Variables that look like ours and that nobody reads. */
export function unreadVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly Finding[] {
  const known = VARIABLES.map(({ name }) => name)
  return Object.keys(env)
    .filter((name) => /^sluice_/i.test(name) && !known.includes(name))
    .filter((name) => !NOT_OURS.some((each) => each.test(name)))
    .sort()
    .map((name) => {
      const meant = nearest(name, known)
      if (meant === undefined) return { name, state: 'note', says: 'is not read by anything here' }
      return { name, state: 'problem', says: 'is not read', fix: `did you mean ${meant}?` }
    })
}
