import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { fullMoment, moment } from '../parts/format.ts'
import { Section } from '../parts/page-head.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { RowMenu } from '../parts/row-menu.tsx'
import { Loading, Trouble } from '../parts/states.tsx'
import { Switch } from '../parts/switch.tsx'
import { useSession } from '../session.tsx'
import { DeleteWorkspace, NameWorkspace } from './workspace-dialogs.tsx'

const KEY = ['workspaces']
const list = () => ask(api.workspaces.get())

/** A workspace as the API gives it. */
export type WorkspaceRow = Awaited<ReturnType<typeof list>>[number]

const rowId = (row: WorkspaceRow) => row.id

/** What calls, keys and secrets belong to. */
export function WorkspaceList() {
  const { may } = useSession()
  const workspaces = useQuery({ queryKey: KEY, queryFn: list })
  const [naming, setNaming] = useState<WorkspaceRow | 'new'>()
  const [deleting, setDeleting] = useState<WorkspaceRow>()
  const capture = useCapture()
  const { mutate } = capture
  const mayManage = may('organization:manage')
  const mayChange = may('workspaces:manage')
  const columns = useMemo(
    () => columnsFor({ mayManage, mayChange, setNaming, setDeleting, capture: mutate }),
    [mayManage, mayChange, mutate],
  )
  return (
    <Section
      title="Workspaces"
      says="Each has its own keys, provider secrets, people, traces and spend. Kept content is always the redacted form; reading it is audited."
      actions={
        <Button
          disabled={!mayManage}
          title={mayManage ? undefined : 'Needs organization:manage'}
          onClick={() => setNaming('new')}
        >
          New workspace
        </Button>
      }
    >
      {capture.error && (
        <div className="px-4 pt-3">
          <Refusal error={capture.error} />
        </div>
      )}
      {workspaces.isPending ? (
        <Loading what="workspaces" />
      ) : workspaces.error ? (
        <Trouble error={workspaces.error} retry={() => void workspaces.refetch()} />
      ) : (
        <DataTable label="Workspaces" columns={columns} rows={workspaces.data} rowId={rowId} />
      )}
      <NameWorkspace workspace={naming} onClose={() => setNaming(undefined)} />
      <DeleteWorkspace workspace={deleting} onClose={() => setDeleting(undefined)} />
    </Section>
  )
}

/** Switches the keeping of content; shown at once, put back when the gateway says no. */
function useCapture() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) =>
      ask(api.workspaces({ id }).patch({ capture_content: on })),
    onMutate: async ({ id, on }) => {
      await queries.cancelQueries({ queryKey: KEY })
      const before = queries.getQueryData<WorkspaceRow[]>(KEY)
      queries.setQueryData<WorkspaceRow[]>(KEY, (old) =>
        old?.map((row) => (row.id === id ? { ...row, capture_content: on } : row)),
      )
      return { before }
    },
    onError: (_error, _given, context) => queries.setQueryData(KEY, context?.before),
    onSuccess: ({ capture_content, display_name }) =>
      announce(`Traces of ${display_name} ${capture_content ? 'keep' : 'do not keep'} content`),
    onSettled: () => void queries.invalidateQueries({ queryKey: KEY }),
  })
}

function columnsFor({
  mayManage,
  mayChange,
  setNaming,
  setDeleting,
  capture,
}: {
  mayManage: boolean
  mayChange: boolean
  setNaming: (row: WorkspaceRow) => void
  setDeleting: (row: WorkspaceRow) => void
  capture: (change: { id: string; on: boolean }) => void
}): readonly Column<WorkspaceRow>[] {
  return [
    {
      id: 'name',
      header: 'Workspace',
      width: 'minmax(10rem,2fr)',
      sortBy: (row) => row.display_name,
      cell: (row) => <span className="font-medium">{row.display_name}</span>,
    },
    {
      id: 'handle',
      header: 'Handle',
      width: 'minmax(9rem,1fr)',
      cell: (row) => <code className="font-mono text-xs">{row.tenant_handle}</code>,
    },
    {
      id: 'capture',
      header: 'Keep content in traces',
      width: '12rem',
      cell: (row) => (
        <Switch
          label={`Keep content in traces of ${row.display_name}`}
          on={row.capture_content}
          disabled={!mayChange}
          onChange={(on) => capture({ id: row.id, on })}
        />
      ),
    },
    {
      id: 'since',
      header: 'Since',
      width: '9rem',
      sortBy: (row) => row.created_at,
      cell: (row) => <span title={fullMoment(row.created_at)}>{moment(row.created_at)}</span>,
    },
    {
      id: 'actions',
      header: 'Actions',
      width: '5rem',
      align: 'end',
      cell: (row) => (
        <RowMenu
          of={row.display_name}
          items={[
            { label: 'Rename…', disabled: !mayChange, onSelect: () => setNaming(row) },
            {
              label: 'Delete…',
              danger: true,
              disabled: !mayManage,
              onSelect: () => setDeleting(row),
            },
          ]}
        />
      ),
    },
  ]
}
