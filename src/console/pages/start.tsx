import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask } from '../client.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { IconCheck } from '../parts/icons.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { NotAllowed } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useSession } from '../session.tsx'
import { CLIENTS, gatewayUrl } from '../start/clients.ts'
import { FirstCall } from '../start/first-call.tsx'
import { MakeKey } from '../start/make-key.tsx'
import { ProviderSecret } from '../start/provider-secret.tsx'
import { Step } from '../start/step.tsx'

/** From an empty gateway to the first traced call. */
export default function Start() {
  const { workspace, may } = useSession()
  const [key, setKey] = useState<string>()
  const [{ client }, setFilters] = useFilters({ client: 'demo' })
  const mayWrite = may('workspaces:manage')
  const secrets = useQuery({
    queryKey: ['secrets', workspace?.id],
    queryFn: () => ask(api.workspaces.current.secrets.get()),
    enabled: may('workspaces:read'),
  })
  const names = (secrets.data ?? []).map((each) => each.key)
  const mayMakeKeys = may('workspaces:manage-keys') || may('organization:manage')
  const target = { url: gatewayUrl(), key: key ?? '<your gateway key>' }
  const chosen = CLIENTS.find((each) => each.id === client) ?? CLIENTS[0]
  return (
    <>
      <PageHead
        title="Get started"
        says="Four steps to the first traced call. The built-in model answers without any provider key."
      />
      <ol className="m-0 flex max-w-4xl list-none flex-col gap-4 px-6 pb-8">
        <Step
          number={1}
          title="Provider key"
          isDone={names.length > 0}
          says="The gateway calls the provider with it; nobody else needs a copy. Skip this to try the built-in model."
        >
          {mayWrite ? (
            <ProviderSecret names={names} />
          ) : (
            <NotAllowed needs={['workspaces:manage']} what="set provider secrets" />
          )}
        </Step>
        <Step
          number={2}
          title="Gateway key"
          isDone={key !== undefined}
          says="What your client sends instead of the provider’s key."
        >
          {mayMakeKeys ? (
            <MakeKey made={key} onMade={setKey} />
          ) : (
            <NotAllowed needs={['workspaces:manage-keys']} what="make keys" />
          )}
        </Step>
        <Step number={3} title="Client" says="Point your client at the gateway and make a call.">
          <Tabs
            label="Clients"
            value={chosen.id}
            onChange={(value) => setFilters({ client: value })}
            tabs={CLIENTS.map((each) => ({
              value: each.id,
              label: each.label,
              content: (
                <CodeBlock
                  text={each.text(target)}
                  what={`settings for ${each.label}`}
                  caption={`${each.summary} · ${each.place}`}
                />
              ),
            }))}
          />
          {key === undefined && (
            <p className="m-0 mt-2 flex items-center gap-1.5 text-ink-faint">
              <IconCheck size={12} /> With a key from step 2 these lines work as they stand.
            </p>
          )}
        </Step>
        <Step number={4} title="First call" says="Waits here for it, and opens its trace.">
          {may('runs:read') ? <FirstCall /> : <NotAllowed needs={['runs:read']} what="see calls" />}
        </Step>
      </ol>
    </>
  )
}
