import { type SubmitEvent, useEffect, useState } from 'react'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Section } from '../parts/page-head.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'
import { useOrganization, useOrganizationChange } from './use-organization.ts'

/** The organisation's name, to be read and changed. */
export function OrganizationName() {
  const { may, organizationId } = useSession()
  const organization = useOrganization()
  const [name, setName] = useState('')
  const save = useOrganizationChange(() => announce('The name is saved'))
  const stored = organization.data?.display_name
  useEffect(() => setName(stored ?? ''), [stored])
  const mayManage = may('organization:manage')
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate({ display_name: name.trim() })
  }
  return (
    <Section title="Organisation" says={`Id ${organizationId}`}>
      {!may('organization:read') ? (
        <NotAllowed needs={['organization:read']} what="see the organisation" />
      ) : organization.isPending ? (
        <Loading what="the organisation" />
      ) : organization.error ? (
        <Trouble error={organization.error} retry={() => void organization.refetch()} />
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-3 p-4">
          <div className="flex flex-wrap items-end gap-3">
            <div className="min-w-64 flex-1">
              <TextField
                label="Organisation name"
                className="w-full"
                maxLength={200}
                disabled={!mayManage}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </div>
            <Button
              type="submit"
              busy={save.isPending}
              disabled={!mayManage || name.trim() === '' || name.trim() === stored}
            >
              Save name
            </Button>
          </div>
          <Refusal error={save.error} />
        </form>
      )}
    </Section>
  )
}
