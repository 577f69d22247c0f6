import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { BASE } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { ConfirmByName, Dialog } from '../parts/dialog.tsx'
import { ago } from '../parts/format.ts'
import { Refusal, wordsOf } from '../parts/refusal.tsx'
import { SecretOnce } from '../parts/secret-once.tsx'
import { RoleSelect } from './role-select.tsx'
import { type At, type Member, memberRoutes } from './use-members.ts'

/** What was chosen of a member's actions. */
export interface MemberAction {
  readonly verb: 'role' | 'password' | 'remove'
  readonly member: Member
}

interface Props {
  readonly at: At
  readonly place: string
  readonly action: MemberAction | undefined
  readonly onClose: () => void
}

/** Another role for a member. */
export function ChangeRole({ at, place, action, onClose }: Props) {
  const queries = useQueryClient()
  const member = action?.verb === 'role' ? action.member : undefined
  const [roleId, setRoleId] = useState('')
  const save = useMutation({
    mutationFn: () => memberRoutes.giveRole(at, member?.id ?? '', roleId),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['members'] })
      // It may have been one's own.
      void queries.invalidateQueries({ queryKey: ['who'] })
      announce('The role is given')
      onClose()
    },
  })
  const { reset } = save
  useEffect(() => {
    reset()
    setRoleId(member?.role_id ?? '')
  }, [member, reset])
  return (
    <Dialog
      open={member !== undefined}
      onClose={onClose}
      title={`Role of ${member?.email ?? ''}`}
      says={`In ${place}. It counts within a second, also for the person’s tokens.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="main"
            busy={save.isPending}
            disabled={roleId === '' || roleId === member?.role_id}
            onClick={() => save.mutate()}
          >
            Give role
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <RoleSelect scope={at} value={roleId} onChange={setRoleId} />
        <Refusal error={save.error} />
      </div>
    </Dialog>
  )
}

/** A link with which a member sets a password. */
export function PasswordLink({ action, onClose }: Omit<Props, 'at' | 'place'>) {
  const member = action?.verb === 'password' ? action.member : undefined
  const make = useMutation({ mutationFn: () => memberRoutes.passwordLink(member?.id ?? '') })
  const { reset } = make
  useEffect(() => {
    if (!member) reset()
  }, [member, reset])
  return (
    <Dialog
      open={member !== undefined}
      onClose={onClose}
      title={`Password link for ${member?.email ?? ''}`}
      footer={
        make.data ? (
          <Button look="main" onClick={onClose}>
            I have copied it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="main" busy={make.isPending} onClick={() => make.mutate()}>
              Make the link
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <div className="flex flex-col gap-3 pb-2">
          <SecretOnce value={linkOf(make.data.path)} what="link" />
          <p className="m-0 text-ink-faint">
            Send it over a way you trust. It works once and ends {ago(make.data.expires_at)}.
          </p>
        </div>
      ) : (
        <div className="flex flex-col gap-3 pb-2">
          <p className="m-0 text-ink-soft">
            Whoever opens the link sets a password for this person in this organisation and is
            signed in. It works once, within a day; an older link ends.
          </p>
          <Refusal error={make.error} />
        </div>
      )}
    </Dialog>
  )
}

/** The API's path begins with the base path, which the origin lacks. */
function linkOf(path: string): string {
  return `${location.origin}${path.startsWith(BASE) ? path : BASE + path}`
}

/** Takes a member out. */
export function RemoveMember({ at, place, action, onClose }: Props) {
  const queries = useQueryClient()
  const member = action?.verb === 'remove' ? action.member : undefined
  const remove = useMutation({
    mutationFn: () => memberRoutes.remove(at, member?.id ?? ''),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['members'] })
      announce('Removed')
      onClose()
    },
  })
  const { reset } = remove
  useEffect(() => {
    if (!member) reset()
  }, [member, reset])
  return (
    <ConfirmByName
      open={member !== undefined}
      onClose={onClose}
      title={`Remove from ${place}?`}
      says={
        at === 'organization'
          ? 'They lose every workspace of the organisation, and their personal tokens stop working within a second.'
          : 'They stay in the organisation and lose this workspace within a second.'
      }
      name={member?.email ?? ''}
      action="Remove"
      busy={remove.isPending}
      error={remove.error ? wordsOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  )
}
