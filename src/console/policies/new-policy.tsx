import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { useSession } from '../session.tsx'
import type { Names } from '../subjects/use-names.ts'
import { changeOf, type Draft, newDraft, sameAs, typeOf } from './draft.ts'
import { FAMILIES, type Family, type Policy } from './policy.ts'
import { PolicyForm } from './policy-form.tsx'

/** A new policy: what kind, then its fields. */
export function NewPolicy({
  family: first,
  policies,
  names,
  onClose,
}: {
  family: Family
  policies: readonly Policy[]
  names: Names
  onClose: () => void
}) {
  const { workspace } = useSession()
  const queries = useQueryClient()
  const [draft, setDraft] = useState<Draft>(() => newDraft(first, workspace?.id))
  const same = sameAs(draft, policies)
  const save = useMutation({
    mutationFn: () =>
      ask(
        api.platform['gateway-policies'].post({ ...changeOf(draft), policy_type: typeOf(draft) }),
      ),
    onSuccess: () => {
      announce(`${draft.name} is saved`)
      void queries.invalidateQueries({ queryKey: ['policies'] })
      onClose()
    },
  })
  return (
    <Dialog
      pane
      open
      onClose={onClose}
      title="New policy"
      says="It holds everywhere within a second after it is saved."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="main"
            busy={save.isPending}
            disabled={draft.name.trim() === ''}
            onClick={() => save.mutate()}
          >
            {same ? 'Replace' : 'Create'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 pb-2">
        <fieldset className="m-0 grid grid-cols-2 gap-2 border-0 p-0">
          <legend className="mb-1 p-0 font-medium">Kind</legend>
          {FAMILIES.map(({ id, label, says }) => (
            <label
              key={id}
              className="flex cursor-pointer items-start gap-2 rounded-md border border-line p-2 has-checked:border-accent has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                name="family"
                value={id}
                checked={draft.family === id}
                onChange={() => setDraft({ ...newDraft(id, workspace?.id), name: draft.name })}
                className="mt-0.5 accent-(--accent)"
              />
              <span>
                <span className="block font-medium">{label}</span>
                <span className="block text-ink-soft text-xs">{says}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <PolicyForm key={draft.family} draft={draft} onChange={setDraft} names={names} />
        {same && (
          <p role="status" className="m-0 rounded-md bg-warn-soft px-3 py-2 text-warn">
            “{same.name}” is about the same calls in the same window: saving changes that policy.
          </p>
        )}
        <Refusal error={save.error} />
      </div>
    </Dialog>
  )
}
