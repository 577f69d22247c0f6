import { useState } from 'react'
import { announce } from '../parts/announcer.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { ConfirmByName } from '../parts/dialog.tsx'
import { PageHead, Section } from '../parts/page-head.tsx'
import { Refusal, wordsOf } from '../parts/refusal.tsx'
import { Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { Switch } from '../parts/switch.tsx'
import { useSession } from '../session.tsx'
import { useOrganization, useOrganizationChange } from '../settings/use-organization.ts'
import { PAGES } from './index.ts'

/** The gateway's own switch, and where what it needs is set up. */
export default function GatewaySettings() {
  const { may } = useSession()
  const organization = useOrganization()
  const [turningOff, setTurningOff] = useState(false)
  const change = useOrganizationChange(() => {
    setTurningOff(false)
    announce('The gateway is switched')
  })
  const mayManage = may('organization:manage')
  const found = organization.data
  return (
    <>
      <PageHead
        title="LLM Gateway"
        says="Whether calls go through, and what stands between them and the providers."
      />
      {organization.isPending ? (
        <Loading what="the gateway" />
      ) : organization.error ? (
        <Trouble error={organization.error} retry={() => void organization.refetch()} />
      ) : (
        <div className="flex max-w-4xl flex-col gap-4 px-6 pb-6">
          <Section title="Gateway">
            <div className="flex items-center justify-between gap-6 px-4 py-3">
              <div>
                <p className="m-0 font-medium">
                  LLM Gateway is {found?.llm_gateway_enabled ? 'on' : 'off'}
                </p>
                <p className="m-0 text-ink-faint">
                  Off: every call and every change of a policy is answered with 403, everywhere
                  within a second. The setting is <code>llm_gateway_enabled</code>.
                </p>
              </div>
              <Switch
                label="LLM Gateway"
                on={found?.llm_gateway_enabled === true}
                disabled={!mayManage}
                busy={change.isPending}
                onChange={(on) =>
                  on ? change.mutate({ llm_gateway_enabled: true }) : setTurningOff(true)
                }
              />
            </div>
            {change.error && !turningOff && (
              <div className="px-4 pb-3">
                <Refusal error={change.error} />
              </div>
            )}
          </Section>
          <Section title="What the gateway works with">
            <ul className="m-0 list-none p-0">
              {PLACES.filter(({ to }) => PAGES.some((page) => page.path === to)).map((place) => (
                <li
                  key={place.to}
                  className="flex items-center justify-between gap-6 border-line border-b px-4 py-3 last:border-b-0"
                >
                  <div>
                    <p className="m-0 font-medium">{place.title}</p>
                    <p className="m-0 text-ink-faint">{place.says}</p>
                  </div>
                  <ButtonLink
                    to={place.to}
                    search={((old: Record<string, unknown>) => ({ w: old.w })) as never}
                  >
                    Open {place.title}
                  </ButtonLink>
                </li>
              ))}
            </ul>
          </Section>
        </div>
      )}
      {!mayManage && (
        <NotAllowed needs={['organization:manage']} what="switch the gateway on or off" />
      )}
      <ConfirmByName
        open={turningOff}
        onClose={() => setTurningOff(false)}
        title="Switch the gateway off?"
        says="Every call of every workspace is answered with 403 within a second, until it is switched on again. Nothing is lost."
        name={found?.display_name ?? ''}
        action="Switch off"
        busy={change.isPending}
        error={change.error ? wordsOf(change.error) : undefined}
        onConfirm={() => change.mutate({ llm_gateway_enabled: false })}
      />
    </>
  )
}

const PLACES = [
  {
    to: '/policies',
    title: 'Policies',
    says: 'Spend caps, rate limits, allowed models, and what is hidden from providers.',
  },
  {
    to: '/settings/secrets',
    title: 'Provider Secrets',
    says: 'The providers’ own keys that calls travel with.',
  },
  {
    to: '/settings/keys',
    title: 'Keys',
    says: 'What callers hold instead, each with its role, workspaces and end.',
  },
  {
    to: '/settings/members',
    title: 'Members/Roles',
    says: 'Who may call models: roles with gateway:invoke.',
  },
  { to: '/settings/exports', title: 'Exports', says: 'Where calls are traced besides here.' },
]
