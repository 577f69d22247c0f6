import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { PAGES } from './pages/index.ts'
import { openPalette } from './palette.tsx'
import { Dialog } from './parts/dialog.tsx'

const HELP = 'sluice:help'
/** How long `g` waits for the second key. */
const SECOND_KEY_MS = 1_200

/** Opens the list of shortcuts. */
export function openHelp(): void {
  window.dispatchEvent(new Event(HELP))
}

/** Keys that work on every page: `?`, `/` and Ctrl-K, and `g` followed by a page's key. */
export function Shortcuts() {
  const [open, setOpen] = useState(false)
  const navigate = useNavigate()
  useEffect(() => {
    let armedUntil = 0
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
        event.preventDefault()
        openPalette()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (performance.now() < armedUntil) {
        armedUntil = 0
        const page = PAGES.find((each) => each.key === event.key)
        if (page)
          void navigate({
            to: page.path,
            search: ((old: Record<string, unknown>) => ({ w: old.w })) as never,
          })
        return
      }
      if (event.key === 'g') armedUntil = performance.now() + SECOND_KEY_MS
      if (event.key === '?') setOpen(true)
      if (event.key === '/') {
        event.preventDefault()
        openPalette()
      }
    }
    const heard = () => setOpen(true)
    window.addEventListener('keydown', onKey)
    window.addEventListener(HELP, heard)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.removeEventListener(HELP, heard)
    }
  }, [navigate])
  return (
    <Dialog open={open} onClose={() => setOpen(false)} title="Keyboard">
      <dl className="m-0 grid grid-cols-[1fr_auto] gap-x-6 gap-y-1.5 pb-4">
        <Line says="Go to a page, a workspace or a call" keys="Ctrl K" />
        <Line says="This list" keys="?" />
        <Line says="In a list: next and previous row, open" keys="↓ ↑ Enter" />
        {PAGES.filter((page) => page.key !== undefined).map((page) => (
          <Line key={page.path} says={page.title} keys={`g ${page.key}`} />
        ))}
      </dl>
    </Dialog>
  )
}

function Line({ says, keys }: { says: string; keys: string }) {
  return (
    <>
      <dt>{says}</dt>
      <dd className="m-0 text-right">
        {keys.split(' ').map((key) => (
          <kbd
            key={key}
            className="ml-1 rounded-sm border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-xs"
          >
            {key}
          </kbd>
        ))}
      </dd>
    </>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName))
  )
}
