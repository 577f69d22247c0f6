import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { ConfirmByName } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { wordsOf } from '../parts/refusal.tsx'
import type { WorkspaceRow } from './workspaces.tsx'

/** The list, and the picker at the edge of every page. */
function useRefresh() {
  const queries = useQueryClient()
  return () => {
    void queries.invalidateQueries({ queryKey: ['workspaces'] })
    void queries.invalidateQueries({ queryKey: ['who'] })
  }
}

/** Makes a workspace, or gives one another name. */
export function NameWorkspace({
  workspace,
  onClose,
}: {
  /** Undefined while closed. */
  workspace: WorkspaceRow | 'new' | undefined
  onClose: () => void
}) {
  const refresh = useRefresh()
  const [name, setName] = useState('')
  const old = workspace === 'new' ? undefined : workspace
  const save = useMutation({
    mutationFn: () => {
      const body = { display_name: name.trim() }
      return old ? ask(api.workspaces({ id: old.id }).patch(body)) : ask(api.workspaces.post(body))
    },
    onSuccess: ({ display_name }) => {
      refresh()
      announce(`${display_name} is saved`)
      onClose()
    },
  })
  const { reset } = save
  useEffect(() => {
    reset()
    setName(workspace === 'new' ? '' : (workspace?.display_name ?? ''))
  }, [workspace, reset])
  return (
    <FormDialog
      open={workspace !== undefined}
      onClose={onClose}
      title={old ? `Rename ${old.display_name}` : 'New workspace'}
      says={old ? undefined : 'It begins without keys and provider secrets.'}
      action={old ? 'Rename' : 'Create workspace'}
      busy={save.isPending}
      disabled={name.trim() === ''}
      error={save.error}
      onSubmit={save.mutate}
    >
      <TextField
        label="Workspace name"
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
    </FormDialog>
  )
}

/** Deletes a workspace. */
export function DeleteWorkspace({
  workspace,
  onClose,
}: {
  workspace: WorkspaceRow | undefined
  onClose: () => void
}) {
  const refresh = useRefresh()
  const remove = useMutation({
    mutationFn: () => ask(api.workspaces({ id: workspace?.id ?? '' }).delete()),
    onSuccess: () => {
      refresh()
      announce('The workspace is deleted')
      onClose()
    },
  })
  const { reset } = remove
  useEffect(() => {
    if (!workspace) reset()
  }, [workspace, reset])
  return (
    <ConfirmByName
      open={workspace !== undefined}
      onClose={onClose}
      title="Delete this workspace?"
      says="Its provider secrets, memberships and trace projects go, and keys that worked only there stop. Traces and spend stay on record."
      name={workspace?.display_name ?? ''}
      action="Delete workspace"
      busy={remove.isPending}
      error={remove.error ? wordsOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  )
}
