import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { useSession } from '../session.tsx'

const page = (status: Status | undefined, cursor: string | undefined) =>
  ask(
    api.issues.get({
      query: {
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined ? {} : { cursor }),
      },
    }),
  )
const detail = (id: string) => ask(api.issues({ id }).get())

/** `open`, `watch` or `resolved`. */
export type Status = 'open' | 'watch' | 'resolved'

/** An issue as the list has it. */
export type Issue = Awaited<ReturnType<typeof page>>['data'][number]

const POLL_MS = 10_000

/** The issues of the workspace, last seen first, page by page. */
export function useIssues(status: Status | undefined) {
  const { workspace } = useSession()
  return useInfiniteQuery({
    queryKey: ['issues', workspace?.id, status ?? 'all'],
    queryFn: ({ pageParam }) => page(status, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: POLL_MS,
  })
}

/** One issue with the newest calls it was seen in. */
export function useIssue(id: string) {
  const { workspace } = useSession()
  return useQuery({
    queryKey: ['issue', workspace?.id, id],
    queryFn: () => detail(id),
    refetchInterval: POLL_MS,
  })
}

/** Sets the status; shown at once, put back when the gateway says no. */
export function useStatusChange(id: string) {
  const { workspace } = useSession()
  const queries = useQueryClient()
  const key = ['issue', workspace?.id, id]
  return useMutation({
    mutationFn: (status: Status) => ask(api.issues({ id }).patch({ status })),
    onMutate: async (status) => {
      await queries.cancelQueries({ queryKey: key })
      const before = queries.getQueryData<Awaited<ReturnType<typeof detail>>>(key)
      if (before) queries.setQueryData(key, { ...before, status })
      return { before }
    },
    onError: (_error, _status, context) => {
      if (context?.before) queries.setQueryData(key, context.before)
    },
    onSuccess: ({ status }) => announce(`The issue is ${status}`),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['issues'] })
      void queries.invalidateQueries({ queryKey: key })
    },
  })
}
