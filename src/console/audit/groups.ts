const KEY = ['service_key', 'personal_access_token']
const each = (verbs: readonly string[], things: readonly string[]) =>
  verbs.flatMap((verb) => things.map((thing) => `${verb}_${thing}`))

/** Operations by what they are about, for the filter above the log. */
export const GROUPS: readonly {
  readonly value: string
  readonly label: string
  readonly operations: readonly string[]
}[] = [
  { value: 'keys', label: 'Keys', operations: each(['create', 'update', 'rotate', 'delete'], KEY) },
  {
    value: 'policies',
    label: 'Policies and prices',
    operations: each(['create', 'update', 'delete'], ['gateway_policy', 'model_price']),
  },
  {
    value: 'people',
    label: 'Members and roles',
    operations: [
      ...each(['add', 'update', 'remove'], ['organization_member', 'workspace_member']),
      ...each(['create', 'update', 'delete'], ['role']),
      'create_password_link',
    ],
  },
  {
    value: 'secrets',
    label: 'Provider secrets',
    operations: ['update_workspace_secrets', 'rewrap_secrets'],
  },
  { value: 'sign-in', label: 'Sign-ins', operations: ['sign_in', 'sign_out', 'set_password'] },
  { value: 'content', label: 'Content that was read', operations: ['read_content'] },
  {
    value: 'settings',
    label: 'Organisation and workspaces',
    operations: [
      'create_organization',
      'update_organization',
      ...each(['create', 'update', 'delete'], ['workspace']),
      'update_issue',
      'replay_parked',
    ],
  },
]

/** The operations of a group; undefined for all of them. */
export function operationsOf(about: string): readonly string[] | undefined {
  return GROUPS.find(({ value }) => value === about)?.operations
}
