import type { Declaration, DeclaredSecret, DeclaredWorkspace } from '../../admin/declared.ts'
import { textMember } from '../../base/json.ts'
import { planMembers } from './plan-tenancy.ts'
import type { WorkspaceNow } from './state.ts'
import { differencesOf, type Planning } from './step.ts'

/** As the API wants values: they become headers. */
const VALUE = /^[\x21-\x7e]{8,8192}$/

/** Workspaces, with the people and the provider secrets in them. */
export function planWorkspaces(planning: Planning, { workspaces }: Declaration): void {
  if (workspaces === undefined) return
  const { ask, state, removals } = planning
  const present = (handle: string): WorkspaceNow | undefined =>
    state.workspaces.find((each) => each.handle === handle || each.id === handle)
  for (const declared of workspaces) {
    const now = present(declared.tenant_handle)
    if (now) change(planning, declared, now)
    else create(planning, declared)
  }
  for (const [at, { tenant_handle, members, secrets }] of workspaces.entries()) {
    const now = present(tenant_handle)
    const pointer = `/workspaces/${at}`
    planMembers(planning, {
      pointer: `${pointer}/members`,
      workspace: tenant_handle,
      declared: members,
      present: now?.members ?? [],
    })
    planSecrets(planning, { pointer, handle: tenant_handle, secrets, now })
  }
  for (const now of state.workspaces) {
    if (workspaces.some(({ tenant_handle }) => present(tenant_handle) === now)) continue
    removals.unshift({
      action: 'delete',
      resource: 'workspace',
      name: now.handle,
      differences: [],
      run: async () => void (await ask('DELETE', `/workspaces/${now.id}`)),
    })
  }
}

function create(planning: Planning, declared: DeclaredWorkspace): void {
  const { ask, names, steps } = planning
  const { tenant_handle, display_name, capture_content } = declared
  steps.push({
    action: 'create',
    resource: 'workspace',
    name: tenant_handle,
    differences: differencesOf(undefined, { display_name, capture_content }),
    async run() {
      const made = await ask('POST', '/workspaces', { display_name, tenant_handle })
      const id = textMember(made, 'id') ?? ''
      names.put('workspace', tenant_handle, id)
      if (capture_content === true) await ask('PATCH', `/workspaces/${id}`, { capture_content })
    },
  })
}

function change(planning: Planning, declared: DeclaredWorkspace, now: WorkspaceNow): void {
  const { ask, steps } = planning
  const { display_name, capture_content = now.captureContent } = declared
  const before = { display_name: now.displayName, capture_content: now.captureContent }
  const after = { display_name, capture_content }
  const differences = differencesOf(before, after)
  if (differences.length === 0) return
  steps.push({
    action: 'update',
    resource: 'workspace',
    name: declared.tenant_handle,
    differences,
    run: async () => void (await ask('PATCH', `/workspaces/${now.id}`, after)),
  })
}

interface Secrets {
  readonly pointer: string
  readonly handle: string
  readonly secrets: readonly DeclaredSecret[] | undefined
  readonly now: WorkspaceNow | undefined
}

/**
 * Provider secrets by reference. The gateway never gives a value back, only its last four characters: a value with the
 * same ones is taken for the same, unless all are to be written again.
 */
function planSecrets(planning: Planning, { pointer, handle, secrets, now }: Secrets): void {
  if (secrets === undefined) return
  const { ask, names, steps, removals, notes, mistakes } = planning
  const write = (key: string, value: string | null) =>
    ask('POST', '/workspaces/current/secrets', [{ key, value }], names.must('workspace', handle))
  for (const [at, secret] of secrets.entries()) {
    const from = secret.from_env ?? secret.from_file ?? ''
    const stored = now?.secrets.find(({ name }) => name === secret.key)
    const value = planning.secretOf(secret)
    if (value === undefined) {
      if (stored) notes.push(`secret ${secret.key} in ${handle}: not compared, ${from} is not here`)
      else
        mistakes.push({
          pointer: `${pointer}/secrets/${at}`,
          says: `refers to ${from}, which is not here`,
        })
      continue
    }
    if (!VALUE.test(value)) {
      mistakes.push({
        pointer: `${pointer}/secrets/${at}`,
        says: `${from} must hold 8 to 8192 printable characters without blanks`,
      })
      continue
    }
    if (stored?.lastFour === value.slice(-4) && !planning.rewriteSecrets) continue
    steps.push({
      action: stored ? 'update' : 'create',
      resource: `secret of ${handle}`,
      name: secret.key,
      differences: [
        {
          path: 'value',
          ...(stored ? { before: '(another value)' } : {}),
          after: `(the value of ${from})`,
        },
      ],
      run: async () => void (await write(secret.key, value)),
    })
  }
  for (const { name } of now?.secrets ?? []) {
    if (secrets.some(({ key }) => key === name)) continue
    removals.unshift({
      action: 'delete',
      resource: `secret of ${handle}`,
      name,
      differences: [],
      run: async () => void (await write(name, null)),
    })
  }
}
