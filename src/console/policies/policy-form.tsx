import { CheckField, TextArea, TextField } from '../parts/field.tsx'
import type { Names } from '../subjects/use-names.ts'
import { ConfigJson } from './config-json.tsx'
import type { Draft } from './draft.ts'
import { DryRun } from './dry-run.tsx'
import { KindFields } from './kind-fields.tsx'
import { SubjectFields } from './subject-fields.tsx'

/** The fields of a policy, and what it would have done. */
export function PolicyForm({
  draft,
  onChange,
  names,
}: {
  draft: Draft
  onChange: (draft: Draft) => void
  names: Names
}) {
  const put = (change: Partial<Draft>) => onChange({ ...draft, ...change })
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label="Name"
        hint="Callers read it when they are refused."
        maxLength={200}
        value={draft.name}
        onChange={(event) => put({ name: event.target.value })}
      />
      <SubjectFields draft={draft} names={names} onChange={(matchers) => put({ matchers })} />
      <KindFields draft={draft} onChange={(config) => put({ config })} />
      <CheckField
        label="On"
        hint="A policy that is off is kept, and does nothing."
        checked={draft.enabled}
        onChange={(event) => put({ enabled: event.target.checked })}
      />
      <DryRun draft={draft} names={names} />
      <details>
        <summary className="text-ink-soft">Description and priority</summary>
        <div className="mt-2 flex flex-col gap-3">
          <TextArea
            label="Description"
            rows={2}
            maxLength={2000}
            value={draft.description}
            onChange={(event) => put({ description: event.target.value })}
          />
          <TextField
            label="Priority"
            inputMode="numeric"
            value={String(draft.priority)}
            onChange={(event) => {
              const value = Number(event.target.value)
              if (Number.isInteger(value)) put({ priority: value })
            }}
          />
        </div>
      </details>
      <ConfigJson config={draft.config} onChange={(config) => put({ config })} />
    </div>
  )
}
