import { SelectField } from '../parts/field.tsx'
import { type Role, useGrantable } from './use-roles.ts'

/** A choice among the roles that this person may give; says which they may not, and why. */
export function RoleSelect({
  scope,
  label = 'Role',
  value,
  onChange,
  needs,
}: {
  scope: Role['access_scope']
  label?: string
  value: string
  onChange: (roleId: string) => void
  /** Says beside a role that it lacks this permission, where it is about to be needed. */
  needs?: string
}) {
  const { roles, withheld } = useGrantable(scope)
  const chosen = roles.find((role) => role.id === value)
  const lacks = needs !== undefined && chosen && !chosen.permissions.includes(needs)
  return (
    <SelectField
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={lacks ? `${chosen.display_name} does not hold ${needs}.` : undefined}
      hint={
        withheld.length === 0
          ? chosen?.permissions.join(', ')
          : `Not yours to give: ${withheld
              .map(({ role, missing }) => `${role.display_name} (you lack ${missing})`)
              .join('; ')}.`
      }
      options={[
        { value: '', label: 'Choose a role' },
        ...roles.map((role) => ({ value: role.id, label: role.display_name })),
      ]}
    />
  )
}
