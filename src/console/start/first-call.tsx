import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { CheckField } from '../parts/field.tsx'
import { useSession } from '../session.tsx'

const POLL_MS = 1_000
/** A call that was made while the page loaded counts as well. */
const SLACK_MS = 5_000
/** Long enough to see that it came, short enough not to wait for. */
const OPENS_AFTER_MS = 900

/** Waits for a call of this workspace that is made from now on, and opens its trace. */
export function FirstCall() {
  const { workspace } = useSession()
  const navigate = useNavigate()
  const [since] = useState(() => new Date(Date.now() - SLACK_MS).toISOString())
  const [opens, setOpens] = useState(true)
  const calls = useQuery({
    queryKey: ['first-call', workspace?.id, since],
    queryFn: () => ask(api.requests.get({ query: { limit: 1, from: since } })),
    refetchInterval: ({ state: { data } }) => (data?.data.length ? false : POLL_MS),
  })
  const call = calls.data?.data[0]
  const id = call?.id
  useEffect(() => {
    if (id === undefined) return
    announce('The first call has arrived')
    if (!opens) return
    const timer = setTimeout(
      () => void navigate({ to: '/requests/$id', params: { id }, search: (old: object) => old }),
      OPENS_AFTER_MS,
    )
    return () => clearTimeout(timer)
  }, [id, opens, navigate])
  return call === undefined ? (
    <div className="flex flex-col gap-3">
      <p role="status" className="m-0 flex items-center gap-2">
        <span
          aria-hidden="true"
          className="inline-block size-2 animate-pulse rounded-full bg-accent"
        />
        Waiting for a call…
      </p>
      <CheckField
        label="Open its trace when it comes"
        checked={opens}
        onChange={(event) => setOpens(event.target.checked)}
      />
    </div>
  ) : (
    <div className="flex flex-wrap items-center gap-3">
      <p role="status" className="m-0 font-medium text-good">
        It arrived: {call.request_model ?? call.operation}, {call.outcome}.
      </p>
      <ButtonLink
        look="main"
        to="/requests/$id"
        params={{ id: call.id }}
        search={(old: object) => old}
      >
        Open its trace
      </ButtonLink>
    </div>
  )
}
