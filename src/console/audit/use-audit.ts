import { useInfiniteQuery } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { useSession } from '../session.tsx'
import { operationsOf } from './groups.ts'

const DAY_MS = 24 * 3_600_000
const DAYS: Readonly<Record<string, number>> = { '1d': 1, '7d': 7, '30d': 30, '90d': 90 }
/** Pages of one download: fifty thousand entries. Beyond it the API is asked by a program. */
const PAGES_MAX = 500

/** Filters of the log, as in the address. */
export interface AuditFilters {
  readonly since: string
  readonly about: string
  readonly where: string
}

const page = (filters: AuditFilters, workspaceId: string | undefined, more: object) => {
  const days = DAYS[filters.since]
  const operations = operationsOf(filters.about)
  return ask(
    api['audit-logs'].get({
      query: {
        ...(days === undefined ? {} : { start_time: new Date(startOf(days)).toISOString() }),
        ...(operations === undefined ? {} : { operations: [...operations] }),
        ...(filters.where === 'workspace' && workspaceId !== undefined
          ? { workspace_id: workspaceId }
          : {}),
        ...more,
      },
    }),
  )
}

/** To the minute, so that the pages of one list have the same beginning. */
function startOf(days: number): number {
  return Math.floor(Date.now() / 60_000) * 60_000 - days * DAY_MS
}

/** An entry as the API gives it. */
export type Entry = Awaited<ReturnType<typeof page>>['data'][number]

/** The entries that fit, newest first, page by page. */
export function useAudit(filters: AuditFilters) {
  const { workspace } = useSession()
  return useInfiniteQuery({
    queryKey: ['audit', workspace?.id, filters],
    queryFn: ({ pageParam }) =>
      page(filters, workspace?.id, pageParam === undefined ? {} : { cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
}

/** Every entry that fits as OCSF events, one JSON text a line. */
export async function readOcsf(
  filters: AuditFilters,
  workspaceId: string | undefined,
): Promise<{ readonly text: string; readonly whole: boolean }> {
  const lines: string[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const more = { format: 'ocsf', ...(cursor === undefined ? {} : { cursor }) }
    const found = await page(filters, workspaceId, more)
    for (const event of found.data) lines.push(JSON.stringify(event))
    cursor = found.next_cursor ?? undefined
    if (cursor === undefined) return { text: `${lines.join('\n')}\n`, whole: true }
  }
  return { text: `${lines.join('\n')}\n`, whole: false }
}

/** Checks the chain of the whole organisation. */
export const verifyChain = () => ask(api['audit-logs'].verify.get())
