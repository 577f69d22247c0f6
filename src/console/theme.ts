import { useState, useSyncExternalStore } from 'react'
import { BASE } from './client.ts'

/** The person's choice; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark'

const KEPT_SECONDS = 365 * 24 * 3600
const CHANGED = 'sluice:theme'

function current(): Theme {
  const chosen = document.documentElement.dataset.theme
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

/** The theme and its switch. Kept in a cookie, so that the server's first paint already has it. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(current)
  return [
    theme,
    (next) => {
      setTheme(next)
      if (next === 'system') delete document.documentElement.dataset.theme
      else document.documentElement.dataset.theme = next
      const seconds = next === 'system' ? 0 : KEPT_SECONDS
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser yet
      document.cookie = `sluice-theme=${next}; Path=${BASE}/console; SameSite=Lax; Max-Age=${seconds}`
      window.dispatchEvent(new Event(CHANGED))
    },
  ]
}

/** The colours in force, for what is drawn by hand: style sheets follow by themselves, a canvas does not. */
export function useScheme(): 'light' | 'dark' {
  return useSyncExternalStore(watch, scheme)
}

function watch(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', changed)
  window.addEventListener(CHANGED, changed)
  return () => {
    system.removeEventListener('change', changed)
    window.removeEventListener(CHANGED, changed)
  }
}

function scheme(): 'light' | 'dark' {
  const chosen = current()
  if (chosen !== 'system') return chosen
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
