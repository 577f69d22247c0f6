import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, Problem } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Button, ButtonLink } from '../parts/button.tsx'
import { ConfirmByName, Dialog } from '../parts/dialog.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Loading, NotAllowed, Trouble } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useSession } from '../session.tsx'
import type { Names } from '../subjects/use-names.ts'
import { changeOf, type Draft, draftOf } from './draft.ts'
import { aboutOf, familyOf, labelOf, nameOf, type Policy, summaryOf } from './policy.ts'
import { PolicyForm } from './policy-form.tsx'
import { PolicyHistory } from './policy-history.tsx'
import { StateDiff } from './state-diff.tsx'

interface Loaded {
  readonly policy: Policy
  /** Names the state for `If-Match`. */
  readonly etag: string
}

async function loadPolicy(id: string): Promise<Loaded> {
  const reply = await api.platform['gateway-policies']({ id }).get()
  const policy = await ask(Promise.resolve(reply))
  return { policy, etag: reply.response.headers.get('etag') ?? '*' }
}

const NEEDS = ['organization:manage'] as const

/** One policy at the side of the list: change it, look at its history, delete it. */
export function PolicyPane({
  id,
  names,
  onClose,
}: {
  id: string
  names: Names
  onClose: () => void
}) {
  const { workspace } = useSession()
  const key = ['policies', workspace?.id, id] as const
  // Read once for each opening: what is being written must not change under the hands.
  const found = useQuery({
    queryKey: key,
    queryFn: () => loadPolicy(id),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  // Another state is another form: after a former one was put back, everything starts anew from what is there.
  return found.data ? (
    <Opened
      key={found.data.etag}
      loaded={found.data}
      names={names}
      onClose={onClose}
      onReload={() => void found.refetch()}
    />
  ) : (
    <Dialog pane open onClose={onClose} title="Policy">
      {found.error ? (
        <Trouble error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Loading what="the policy" />
      )}
    </Dialog>
  )
}

function Opened({
  loaded: { policy, etag },
  names,
  onClose,
  onReload,
}: {
  loaded: Loaded
  names: Names
  onClose: () => void
  onReload: () => void
}) {
  const { may } = useSession()
  const queries = useQueryClient()
  const [tab, setTab] = useState('edit')
  const [draft, setDraft] = useState<Draft>(() => draftOf(policy))
  const [deleting, setDeleting] = useState(false)
  const [theirs, setTheirs] = useState<Loaded>()
  const mayWrite = may('organization:manage')
  const route = api.platform['gateway-policies']({ id: policy.id })
  const done = (says: string) => {
    announce(says)
    void queries.invalidateQueries({ queryKey: ['policies'] })
  }
  const save = useMutation({
    mutationFn: (match: string) =>
      ask(route.patch(changeOf(draft), { headers: { 'if-match': match } })),
    onSuccess: () => {
      done(`${draft.name} is saved`)
      onClose()
    },
    onError: async (error) => {
      if (error instanceof Problem && error.status === 412)
        setTheirs(await loadPolicy(policy.id).catch(() => undefined))
    },
  })
  const remove = useMutation({
    mutationFn: () => ask(route.delete(undefined, { headers: { 'if-match': etag } })),
    onSuccess: () => {
      done(`${policy.name} is deleted`)
      onClose()
    },
  })
  const isDefault = policy.policy_type.startsWith('default_')
  return (
    <>
      <Dialog
        pane
        open
        onClose={onClose}
        title={nameOf(policy, names)}
        says={`${labelOf(familyOf(policy.policy_type))}${isDefault ? ', one for each' : ''}`}
        footer={
          mayWrite && (
            <>
              <Button look="danger" className="mr-auto" onClick={() => setDeleting(true)}>
                Delete…
              </Button>
              <Button onClick={onClose}>Close</Button>
              <Button
                look="main"
                busy={save.isPending}
                disabled={draft.name.trim() === ''}
                onClick={() => save.mutate(etag)}
              >
                Save
              </Button>
            </>
          )
        }
      >
        <div className="flex flex-col gap-3">
          {theirs ? (
            <Conflict
              mine={draft}
              theirs={theirs.policy}
              names={names}
              onTake={() => {
                setTheirs(undefined)
                onReload()
              }}
              onKeep={() => save.mutate(theirs.etag)}
            />
          ) : (
            <Refusal error={save.error} />
          )}
          <Tabs
            label="Policy"
            value={tab}
            onChange={setTab}
            tabs={[
              {
                value: 'edit',
                label: mayWrite ? 'Edit' : 'What it says',
                content: mayWrite ? (
                  <>
                    {policy.is_system_generated && (
                      <p className="mt-0 rounded-md bg-info-soft px-3 py-2 text-info">
                        It was made from a default for one subject and follows it. Once you change
                        it here, it is a policy of its own.
                      </p>
                    )}
                    <PolicyForm draft={draft} onChange={setDraft} names={names} />
                  </>
                ) : (
                  <>
                    <p className="mt-0">
                      {summaryOf(policy)}, about {aboutOf(policy.subject_matchers, names)}.
                    </p>
                    <NotAllowed needs={NEEDS} what="change policies" />
                  </>
                ),
              },
              {
                value: 'history',
                label: 'History',
                content: (
                  <PolicyHistory
                    policy={policy}
                    names={names}
                    etag={etag}
                    onChanged={() => {
                      done(`${policy.name} is as it was`)
                      onReload()
                    }}
                  />
                ),
              },
            ]}
          />
          <p className="m-0">
            <ButtonLink look="quiet" to="/requests" search={{ policy: policy.id }}>
              Calls that it refused
            </ButtonLink>
          </p>
        </div>
      </Dialog>
      <ConfirmByName
        open={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${policy.name}?`}
        says={
          isDefault
            ? 'It stops within a second, with every policy that was made from it and follows it. What was counted stays on record.'
            : 'It stops within a second. What was counted stays on record.'
        }
        name={policy.name}
        action="Delete"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        error={
          remove.error instanceof Problem
            ? `${remove.error.message}${remove.error.status === 412 ? ' Close this and look at it again.' : ''}`
            : undefined
        }
      />
    </>
  )
}

/** Somebody else was faster: what differs, and the two ways on. */
function Conflict({
  mine,
  theirs,
  names,
  onTake,
  onKeep,
}: {
  mine: Draft
  theirs: Policy
  names: Names
  onTake: () => void
  onKeep: () => void
}) {
  return (
    <div role="alert" className="rounded-md border border-warn bg-surface p-3">
      <p className="m-0 mb-1 font-medium text-warn">
        Somebody changed this policy after you opened it. Nothing was saved.
      </p>
      <StateDiff
        before={theirs}
        after={changeOf(mine)}
        nameOf={names.of}
        words={['As it is now', 'As you wrote it']}
      />
      <div className="mt-2 flex gap-2">
        <Button onClick={onTake}>Take theirs</Button>
        <Button look="danger" onClick={onKeep}>
          Save mine over it
        </Button>
      </div>
    </div>
  )
}
