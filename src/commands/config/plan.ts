import type { Declaration } from '../../admin/declared.ts'
import { namesOf } from './names.ts'
import { planKeys } from './plan-keys.ts'
import { planPolicies, planPrices } from './plan-rules.ts'
import { planMembers, planOrganization, planRoles } from './plan-tenancy.ts'
import { planWorkspaces } from './plan-workspaces.ts'
import { type Ask, readState } from './state.ts'
import type { Planning } from './step.ts'

/** What planning needs beside the file. */
export interface PlanningOptions {
  readonly ask: Ask
  readonly secretOf: Planning['secretOf']
  readonly ownShort: string | undefined
  /** Writes every secret, also those whose last four characters agree. */
  readonly rewriteSecrets: boolean
  /** Whether what is not in the file goes. */
  readonly prune: boolean
}

/**
 * Compares a declaration with the organisation: steps in the order they must be made (what others refer to comes
 * first), removals in the opposite order. Changes nothing. Throws `AdminError`.
 */
export async function planOf(
  declaration: Declaration,
  options: PlanningOptions,
): Promise<Planning> {
  const state = await readState(options.ask)
  const planning: Planning = {
    ...options,
    state,
    names: namesOf(state, declaration),
    steps: [],
    removals: [],
    notes: [],
    mistakes: [],
    newKeys: [],
    told: new Set(),
  }
  const switchOff = planOrganization(planning, declaration)
  planRoles(planning, declaration)
  planMembers(planning, {
    pointer: '/members',
    workspace: undefined,
    declared: declaration.members,
    present: state.members,
  })
  planWorkspaces(planning, declaration)
  planKeys(planning, declaration)
  planPrices(planning, declaration)
  planPolicies(planning, declaration)
  switchOff()
  return planning
}
