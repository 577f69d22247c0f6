import { type SubmitEvent, useId, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { IconDown } from '../parts/icons.tsx'
import { Menu } from '../parts/menu.tsx'

const SLOT = 'sluice-filters'
const SAVED_MAX = 30

interface Saved {
  readonly name: string
  readonly filters: Record<string, string>
}

/** Filters under a name, kept in this browser; the address itself can be sent to others. */
export function SavedFilters<T extends Record<string, string>>({
  defaults,
  filters,
  onChoose,
}: {
  defaults: T
  filters: T
  onChoose: (filters: T) => void
}) {
  const [saved, setSaved] = useState(read)
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const form = useId()
  const keep = (next: readonly Saved[]) => {
    setSaved(next)
    localStorage.setItem(SLOT, JSON.stringify(next))
  }
  const same = (each: Saved) =>
    Object.keys(defaults).every((key) => (each.filters[key] ?? defaults[key]) === filters[key])
  const chosen = saved.find(same)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const others = saved.filter((each) => each.name !== name.trim())
    keep([...others, { name: name.trim(), filters: { ...filters } }].slice(-SAVED_MAX))
    setNaming(false)
  }
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button>
            {chosen?.name ?? 'Filters'}
            <IconDown size={12} />
          </Button>
        }
        items={[
          { label: 'No filters', onSelect: () => onChoose(defaults) },
          ...saved.map((each) => ({
            label: each.name,
            chosen: each === chosen,
            onSelect: () => onChoose({ ...defaults, ...each.filters }),
          })),
          { label: 'Save these filters…', onSelect: () => setNaming(true) },
          ...(chosen
            ? [
                {
                  label: `Forget “${chosen.name}”`,
                  danger: true,
                  onSelect: () => keep(saved.filter((each) => each !== chosen)),
                },
              ]
            : []),
        ]}
      />
      <Dialog
        open={naming}
        onClose={() => setNaming(false)}
        title="Save these filters"
        footer={
          <Button look="main" type="submit" form={form} disabled={name.trim() === ''}>
            Save
          </Button>
        }
      >
        <form id={form} onSubmit={submit}>
          <TextField
            label="Name"
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </form>
      </Dialog>
    </>
  )
}

/** What another version or a person left there may have any shape. */
function read(): readonly Saved[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(SLOT) ?? '[]')
    if (!Array.isArray(found)) return []
    return found.flatMap((each): Saved[] =>
      typeof each?.name === 'string' && typeof each?.filters === 'object' && each.filters !== null
        ? [
            {
              name: each.name,
              filters: Object.fromEntries(
                Object.entries(each.filters).filter(
                  (entry): entry is [string, string] => typeof entry[1] === 'string',
                ),
              ),
            },
          ]
        : [],
    )
  } catch {
    return []
  }
}
