import { useRouter } from '@tanstack/react-router'
import { type MouseEvent, useCallback } from 'react'
import { BASE } from '../client.ts'

/** Where a row leads. */
export interface RowLink {
  /** A page's path, such as `/requests/$id`. */
  readonly to: string
  readonly params?: Readonly<Record<string, string>>
  readonly search?: Readonly<Record<string, string>>
}

/** The address of `link` in a workspace. Built by hand: the router's own way is too slow for every row of every frame. */
export function hrefOf(link: RowLink, workspaceId?: string): string {
  const { to, params = {} } = link
  const path = to.replace(/\$(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  // Most lists need neither, and this runs for every row that comes into view.
  const own = workspaceId !== undefined && /[?&]w=/.test(location.search)
  if (!own && link.search === undefined) return `${BASE}/console${path}`
  const query = new URLSearchParams({
    ...(own ? { w: workspaceId } : {}),
    ...link.search,
  }).toString()
  return `${BASE}/console${path}${query === '' ? '' : `?${query}`}`
}

/**
 * A click anywhere in a row opens its link; one that asks for a new tab, selects text or meets another control is left to
 * the browser.
 */
export function useRowClicks(): (event: MouseEvent<HTMLElement>) => void {
  const router = useRouter()
  return useCallback(
    (event) => {
      if (event.defaultPrevented || event.button !== 0) return
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      const clicked = event.target as HTMLElement
      const link = clicked.closest('[data-index]')?.querySelector('a')
      const control = clicked.closest('a, button, input, select')
      if (!link || (control !== null && control !== link)) return
      if (control === null && getSelection()?.isCollapsed === false) return
      event.preventDefault()
      router.history.push(link.getAttribute('href') ?? '')
    },
    [router],
  )
}
