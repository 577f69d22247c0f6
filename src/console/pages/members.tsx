import { PageHead } from '../parts/page-head.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { MemberList } from '../people/member-list.tsx'
import { RoleList } from '../people/role-list.tsx'

/** Who works here, and as what. */
export default function Members() {
  const [{ tab }, setFilters] = useFilters({ tab: 'members' })
  return (
    <>
      <PageHead
        title="Members/Roles"
        says="People, and the sets of permissions that they and service keys hold. Nobody gives more than they hold."
      />
      <div className="px-6 pb-6">
        <Tabs
          label="Members and roles"
          value={tab === 'roles' ? 'roles' : 'members'}
          onChange={(value) => setFilters({ tab: value })}
          tabs={[
            { value: 'members', label: 'Members', content: <MemberList /> },
            { value: 'roles', label: 'Roles', content: <RoleList /> },
          ]}
        />
      </div>
    </>
  )
}
