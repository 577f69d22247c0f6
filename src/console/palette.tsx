import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from 'react'
import { PAGES } from './pages/index.ts'
import { Dialog } from './parts/dialog.tsx'
import { useSession } from './session.tsx'

const OPEN = 'sluice:palette'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Opens the command palette from anywhere. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN))
}

interface Choice {
  readonly label: string
  readonly hint: string
  run(): void
}

/** Goes to a page, a workspace, or a call by its id. */
export function Palette() {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const heard = () => setOpen(true)
    window.addEventListener(OPEN, heard)
    return () => window.removeEventListener(OPEN, heard)
  }, [])
  const close = () => setOpen(false)
  return (
    <Dialog open={open} onClose={close} title="Go to">
      <Finder close={close} />
    </Dialog>
  )
}

function Finder({ close }: { close: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const choices = useChoices(text)
  const chosen = Math.min(at, choices.length - 1)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((chosen + step + choices.length) % Math.max(1, choices.length))
    }
    if (event.key === 'Enter') {
      close()
      choices[chosen]?.run()
    }
  }
  return (
    <div className="pb-3">
      <input
        // biome-ignore lint/a11y/noAutofocus: the palette was opened to type in it
        autoFocus
        role="combobox"
        aria-label="Page, workspace or id of a call"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={choices.length === 0 ? undefined : `${id}-${chosen}`}
        placeholder="Page, workspace or id of a call"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
        className="input mb-2 w-full"
      />
      <div id={id} role="listbox" aria-label="Choices" className="max-h-72 overflow-y-auto">
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
          <div
            key={choice.label + choice.hint}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onClick={() => {
              close()
              choice.run()
            }}
            className={`flex h-8 cursor-pointer items-center justify-between gap-4 rounded-sm px-2 ${index === chosen ? 'bg-accent-soft' : ''}`}
          >
            <span className="truncate">{choice.label}</span>
            <span className="text-ink-faint text-xs">{choice.hint}</span>
          </div>
        ))}
      </div>
      {choices.length === 0 && (
        <p className="m-0 px-2 py-4 text-ink-faint">Nothing is called that.</p>
      )}
    </div>
  )
}

function useChoices(text: string): readonly Choice[] {
  const navigate = useNavigate()
  const { workspaces, choose } = useSession()
  return useMemo(() => {
    const wanted = text.trim().toLowerCase()
    const go = (to: string) =>
      void navigate({ to, search: ((old: Record<string, unknown>) => ({ w: old.w })) as never })
    if (UUID.test(wanted) && PAGES.some((page) => page.path === '/requests/$id'))
      return [{ label: wanted, hint: 'Open this call', run: () => go(`/requests/${wanted}`) }]
    const pages = PAGES.filter((page) => page.group !== undefined).map((page) => ({
      label: page.title,
      hint: [page.group, page.under].filter(Boolean).join(' → '),
      words: page.words ?? '',
      run: () => go(page.path),
    }))
    const places = workspaces.map((each) => ({
      label: each.name,
      hint: 'Workspace',
      words: '',
      run: () => choose(each.id),
    }))
    return [...pages, ...places].filter((each) =>
      `${each.label} ${each.hint} ${each.words}`.toLowerCase().includes(wanted),
    )
  }, [text, navigate, workspaces, choose])
}
