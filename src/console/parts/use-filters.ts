import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useRef } from 'react'

/**
 * Filters that live in the address: reload, back and a sent link keep them. `defaults` names them; a filter at its
 * default is not written. Text from the address is only ever compared or sent as a query.
 */
export function useFilters<T extends Record<string, string>>(
  defaults: T,
): [T, (change: Partial<T>) => void] {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>
  const navigate = useNavigate()
  const known = useRef(defaults)
  useEffect(() => {
    known.current = defaults
  })
  const filters = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, search[name] ?? value]),
  ) as T
  const change = useCallback(
    (next: Partial<T>) => {
      const written = Object.entries(next).map(([name, value]) => [
        name,
        value === known.current[name] ? undefined : value,
      ])
      void navigate({
        to: '.',
        search: (old: Record<string, unknown>) => ({ ...old, ...Object.fromEntries(written) }),
        replace: true,
        resetScroll: false,
      })
    },
    [navigate],
  )
  return [filters, change]
}
