import { VARIABLES } from '../config.ts'
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
    const value = SECRET.test(name) ? '***' : withoutPassword(given)
    return { name, value, isDefault: false, says }
  })
}
