import type { Mistake } from '../../policies/kind.ts'
import type { Names } from './names.ts'
import type { Ask, State } from './state.ts'

/** One member that will be different. */
export interface Difference {
  readonly path: string
  /** Absent in what is made. */
  readonly before?: string
  /** Absent in what goes. */
  readonly after?: string
}

/** One change of one thing: one call of the admin API, one transaction, one entry in the audit log. */
export interface Step {
  readonly action: 'create' | 'update' | 'delete'
  /** What it is, as a person says it: `policy`. */
  readonly resource: string
  readonly name: string
  readonly differences: readonly Difference[]
  run(): Promise<void>
}

/** A token that has just been made; it cannot be read again. */
export interface NewKey {
  readonly description: string
  readonly id: string
  readonly key: string
}

/** What every planner works with, and what it adds to. */
export interface Planning {
  readonly ask: Ask
  readonly state: State
  readonly names: Names
  /** Values of references. Undefined: not to be had here. */
  readonly secretOf: (secret: {
    readonly from_env?: string
    readonly from_file?: string
  }) => string | undefined
  /** The public part of the key that asks: it is never deleted. */
  readonly ownShort: string | undefined
  readonly rewriteSecrets: boolean
  /** Whether what is not in the file goes. */
  readonly prune: boolean
  readonly steps: Step[]
  /** Deletions, in the order they would be made. */
  readonly removals: Step[]
  /** What nobody can do anything about here, or should know. */
  readonly notes: string[]
  /** What stands in the way, by pointer into the file. */
  readonly mistakes: Mistake[]
  readonly newKeys: NewKey[]
  /** Those of them that somebody has seen. */
  readonly told: Set<NewKey>
}

/** The members in which two flat values differ; an absent `before` means all of `after`. */
export function differencesOf(
  before: Readonly<Record<string, unknown>> | undefined,
  after: Readonly<Record<string, unknown>>,
): Difference[] {
  const flatBefore = flat(before ?? {})
  const flatAfter = flat(after)
  const paths = new Set([...flatBefore.keys(), ...flatAfter.keys()])
  return [...paths].flatMap((path): Difference[] => {
    const was = flatBefore.get(path)
    const becomes = flatAfter.get(path)
    if (was === becomes || (was === undefined && becomes === '')) return []
    return [
      {
        path,
        ...(was === undefined ? {} : { before: was }),
        ...(becomes === undefined ? {} : { after: becomes }),
      },
    ]
  })
}

/** Leaves by dotted path; lists of plain values are one leaf, and null is as good as absent. */
function flat(value: Readonly<Record<string, unknown>>): Map<string, string> {
  const leaves = new Map<string, string>()
  const walk = (each: unknown, path: string): void => {
    if (each === undefined || each === null) return
    if (typeof each !== 'object') leaves.set(path, String(each))
    else if (Array.isArray(each) && each.every((one) => typeof one !== 'object'))
      leaves.set(path, each.join(', '))
    else
      for (const [name, one] of Object.entries(each))
        walk(one, path === '' ? name : `${path}.${name}`)
  }
  walk(value, '')
  return leaves
}
