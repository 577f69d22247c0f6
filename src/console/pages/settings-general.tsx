import { useQuery } from '@tanstack/react-query'
import { readExports } from '../exports/destinations.tsx'
import { Facts } from '../parts/facts.tsx'
import { count } from '../parts/format.ts'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'
import { OrganizationName } from '../settings/organization-name.tsx'
import { WorkspaceList } from '../settings/workspaces.tsx'

/** The organisation, its workspaces, and how long what is kept. */
export default function GeneralSettings() {
  return (
    <>
      <PageHead
        title="General"
        says="The organisation, its workspaces, and how long what is kept."
      />
      <div className="flex max-w-5xl flex-col gap-4 px-6 pb-6">
        <OrganizationName />
        <WorkspaceList />
        <Retention />
      </div>
    </>
  )
}

function Retention() {
  const { workspace, may } = useSession()
  const mayRead = may('organization:manage')
  const found = useQuery({
    queryKey: ['exports', workspace?.id],
    queryFn: readExports,
    enabled: mayRead,
  })
  return (
    <Section title="Retention" says="Set where the gateway is started; shown here.">
      {!mayRead ? (
        <NotAllowed needs={['organization:manage']} what="see how long what is kept" />
      ) : found.isPending ? (
        <Loading what="retention" />
      ) : found.error ? (
        <Trouble error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Facts
          facts={[
            ['Traces (SLUICE_TRACE_DAYS)', daysOf(found.data.trace_days)],
            ['Captured content (SLUICE_CONTENT_DAYS)', daysOf(found.data.content_days)],
            ['Audit log', 'for ever'],
          ]}
        />
      )}
    </Section>
  )
}

function daysOf(days: number | null): string {
  return days === null ? 'for ever' : `${count(days)} days`
}
