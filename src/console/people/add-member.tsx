import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { announce } from '../parts/announcer.tsx'
import { TextField } from '../parts/field.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { RoleSelect } from './role-select.tsx'
import { type At, memberRoutes } from './use-members.ts'

/** Adds somebody by e-mail address, with a role, to the organisation or to the workspace that is looked at. */
export function AddMember({
  at,
  place,
  open,
  onClose,
}: {
  at: At
  /** What the place is called. */
  place: string
  open: boolean
  onClose: () => void
}) {
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [roleId, setRoleId] = useState('')
  const add = useMutation({
    mutationFn: () =>
      memberRoutes.add(at, {
        email: email.trim(),
        role_id: roleId,
        ...(name.trim() === '' ? {} : { full_name: name.trim() }),
      }),
    onSuccess: (member) => {
      void queries.invalidateQueries({ queryKey: ['members'] })
      announce(`${member.email} is added`)
      onClose()
    },
  })
  const { reset } = add
  useEffect(() => {
    if (open) return
    setEmail('')
    setName('')
    setRoleId('')
    reset()
  }, [open, reset])
  return (
    <FormDialog
      pane
      open={open}
      onClose={onClose}
      title={`Add somebody to ${place}`}
      says={
        at === 'workspace'
          ? 'Who is new to the organisation becomes a viewer there.'
          : 'They sign in at your identity provider, or with a password that you send them a link for.'
      }
      action="Add member"
      busy={add.isPending}
      disabled={email.trim() === '' || roleId === ''}
      error={add.error}
      onSubmit={add.mutate}
    >
      <TextField
        label="E-mail"
        type="email"
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label="Full name"
        hint="May be left out."
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <RoleSelect scope={at} value={roleId} onChange={setRoleId} />
    </FormDialog>
  )
}
