import type { Subject } from './match.ts'
import { subjectValue } from './match.ts'
import type { Matcher } from './policy.ts'

/** A default's matchers with its empty values filled by a subject, and the subject in words for the child's name. */
export function memberMatchers(
  matchers: readonly Matcher[],
  subject: Subject,
): { readonly matchers: readonly Matcher[]; readonly label: string } {
  const label: string[] = []
  const filled = matchers.map(({ key, value }) => {
    if (value !== '') return { key, value }
    // Without the header the child is the bucket of all calls without it: a custom key with an empty value.
    const own = subjectValue(key, subject) ?? ''
    label.push(own === '' ? `no ${key}` : own)
    return { key, value: own }
  })
  return { matchers: filled, label: label.join(', ') }
}
