import { Navigate } from '@tanstack/react-router'
import { PAGES } from './pages/index.ts'

/** `/console` itself: the first page of the index. */
export function HomeRedirect() {
  const first = PAGES[0]
  return first ? (
    <Navigate to={first.path} search={(old: Record<string, unknown>) => old} replace />
  ) : null
}
