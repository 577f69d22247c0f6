import type { Subject } from './match.ts'
import type { ModelAccess, Policy } from './policy.ts'

/** Tiers from narrow to broad: the narrowest with a matching policy replaces all broader ones. */
const TIERS = ['api_key_id', 'user_id', 'workspace_id']

/**
 * The model access policies that deny the call: those of the narrowest matching tier that do not list its model.
 * Without any policy everything is allowed. A write that names no model is allowed only where the whole provider is.
 */
export function modelsDenying(
  enabled: readonly Policy[],
  subject: Subject,
  reads: boolean,
): readonly Policy[] {
  const access = enabled.filter((policy) => policy.config.kind === 'models')
  if (access.length === 0) return []
  const tierOf = (policy: Policy): number => {
    const at = TIERS.findIndex((key) => policy.matchers.some((matcher) => matcher.key === key))
    return at < 0 ? TIERS.length : at
  }
  const narrowest = Math.min(...access.map(tierOf))
  return access.filter(
    (policy) =>
      tierOf(policy) === narrowest &&
      policy.config.kind === 'models' &&
      !allows(policy.config, subject, reads),
  )
}

/** True when one policy's list holds the model, by the name asked for or by its price identity. */
export function allows(access: ModelAccess, subject: Subject, reads: boolean): boolean {
  const listed = access.providers.get(subject.provider)
  if (listed === undefined) return false
  if (listed === 'all') return true
  const names = [subject.model, subject.requestModel].filter((name) => name !== undefined)
  if (names.length === 0) return reads
  return names.some((name) => listed.some((pattern) => fits(pattern, name)))
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
