import { useQuery } from '@tanstack/react-query'
import { Destinations, readExports } from '../exports/destinations.tsx'
import { ParkedList } from '../exports/parked.tsx'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Empty, Loading, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'

const POLL_MS = 5_000

/** Where calls go besides this console, whether they arrive, and what did not. */
export default function Exports() {
  const { workspace } = useSession()
  const found = useQuery({
    queryKey: ['exports', workspace?.id],
    queryFn: readExports,
    refetchInterval: POLL_MS,
  })
  return (
    <>
      <PageHead
        title="Exports"
        says="Calls go to the trace store and to every destination of SLUICE_EXPORTS, each with a place of its own in the queue."
      />
      {found.isPending ? (
        <Loading what="destinations" />
      ) : found.error ? (
        <Trouble error={found.error} retry={() => void found.refetch()} />
      ) : (
        <div className="flex flex-col gap-4 px-6 pb-6">
          <Section title="Destinations" says="Waiting: messages that one has not yet taken.">
            <Destinations rows={found.data.data} />
            {found.data.data.every((each) => !each.outside) && (
              <Empty title="No destination outside">
                OTLP, LangSmith, Langfuse, Phoenix, Datadog, a webhook or stdout: name them in{' '}
                <code>SLUICE_EXPORTS</code> and start the gateway again.
              </Empty>
            )}
          </Section>
          <ParkedList />
        </div>
      )}
    </>
  )
}
