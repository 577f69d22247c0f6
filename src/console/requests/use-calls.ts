import { useEffect, useRef, useState } from 'react'
import { api, ask } from '../client.ts'

/** Filters of the list, as the API takes them; empty ones are left out. */
export interface CallFilters {
  readonly key: string
  readonly user: string
  readonly session: string
  readonly outcome: string
  readonly policy: string
  readonly text: string
  /** Epoch milliseconds; undefined: from the beginning. */
  readonly fromMs: number | undefined
}

const page = (filters: CallFilters, more: { limit?: number; cursor?: string; ids?: string[] }) =>
  ask(api.requests.get({ query: { limit: PAGE_ROWS, ...queryOf(filters), ...more } }))

/** One row of the list. */
export type Call = Awaited<ReturnType<typeof page>>['data'][number]

/** What the list shows. */
export interface Calls {
  readonly rows: readonly Call[]
  readonly state: 'loading' | 'ready' | 'failed'
  /** Why the newest question failed; rows that are there stay. */
  readonly error: unknown
  readonly hasMore: boolean
  /** Fetches the next older page. */
  more(): void
  retry(): void
}

const PAGE_ROWS = 500
/** What a poll asks for first: mostly little is new, and a long page would be read for nothing every second. */
const NEWEST_ROWS = 50
const POLL_MS = 1_000
/** A gateway that does not answer is asked ever more seldom. */
const POLL_SLOWEST_MS = 15_000
/** Newest pages fetched in one poll: some fifteen hundred calls a second are followed, beyond that the middle is left out. */
const POLL_PAGES_MAX = 4
/** Memory of a tab: the oldest rows beyond it are let go. */
const ROWS_MAX = 120_000
/** Calls that were seen running are asked for by id until their trace is stored, this often. */
const ENDED_TRIES_MAX = 20
const ENDED_AT_ONCE_MAX = 50

const EMPTY = { rows: [] as readonly Call[], cursor: null as string | null }

/** The calls of one workspace, newest first, followed while `live`. */
export function useCalls(
  workspaceId: string | undefined,
  filters: CallFilters,
  live: boolean,
): Calls {
  const [found, setFound] = useState(EMPTY)
  const [state, setState] = useState<Calls['state']>('loading')
  const [error, setError] = useState<unknown>()
  const [attempt, setAttempt] = useState(0)
  const asking = useRef(false)
  const identity = JSON.stringify([workspaceId, filters, attempt])
  const current = useRef(identity)
  current.current = identity
  /** The question that the rows answer, and the rows as they were drawn last. */
  const shown = useRef('')
  const latest = useRef(found.rows)
  latest.current = found.rows

  useEffect(() => {
    const [, asked] = JSON.parse(identity) as [string | undefined, CallFilters]
    let stopped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let waitMs = POLL_MS
    const isSame = shown.current === identity
    let known: readonly Call[] = isSame ? latest.current : []
    /** Seen running and gone from there: id → tries. */
    const ending = new Map<string, number>()
    if (!isSame) {
      setFound(EMPTY)
      setState('loading')
    }
    shown.current = identity
    const first = async () => {
      const answer = await page(asked, {})
      if (stopped) return
      known = answer.data
      setFound({ rows: known, cursor: answer.next_cursor })
      setState('ready')
      setError(undefined)
    }
    const poll = async () => {
      const fresh = await freshOf(asked, known[0]?.id, ending)
      if (stopped) return
      setError(undefined)
      setFound((old) => {
        const rows = merge(old.rows, fresh, ending)
        known = rows
        return rows === old.rows ? old : { ...old, rows }
      })
    }
    const turn = async () => {
      if (document.visibilityState === 'visible')
        try {
          await (known.length === 0 ? first() : poll())
          waitMs = POLL_MS
        } catch (cause) {
          if (stopped) return
          setError(cause)
          setState((old) => (old === 'ready' ? old : 'failed'))
          waitMs = Math.min(waitMs * 2, POLL_SLOWEST_MS)
        }
      if (!stopped && live) timer = setTimeout(turn, waitMs)
    }
    // A list that was only paused stays as it is.
    if (live || !isSame) void turn()
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [identity, live])

  return {
    rows: found.rows,
    state,
    error,
    hasMore: found.cursor !== null && found.rows.length < ROWS_MAX,
    retry: () => setAttempt((old) => old + 1),
    more() {
      const { cursor } = found
      if (cursor === null || asking.current) return
      asking.current = true
      const mine = current.current
      page(filters, { cursor })
        .then((answer) => {
          if (mine !== current.current) return
          setFound((old) => ({ rows: [...old.rows, ...answer.data], cursor: answer.next_cursor }))
        })
        .catch(setError)
        .finally(() => {
          asking.current = false
        })
    },
  }
}

/** What is new since `newestId`: ended calls, running ones, and those that ran before and have ended. */
async function freshOf(
  filters: CallFilters,
  newestId: string | undefined,
  ending: Map<string, number>,
): Promise<Call[]> {
  const fresh: Call[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < POLL_PAGES_MAX; pages++) {
    const answer = await page(filters, cursor === undefined ? { limit: NEWEST_ROWS } : { cursor })
    fresh.push(...answer.data)
    const last = answer.data.at(-1)
    if (answer.next_cursor === null || last === undefined) break
    if (newestId === undefined || last.id <= newestId) break
    cursor = answer.next_cursor
  }
  const waiting = [...ending.keys()].slice(0, ENDED_AT_ONCE_MAX)
  for (const id of waiting) {
    const tries = (ending.get(id) ?? 0) + 1
    if (tries > ENDED_TRIES_MAX) ending.delete(id)
    else ending.set(id, tries)
  }
  if (waiting.length > 0) fresh.push(...(await page(filters, { ids: waiting })).data)
  if (canRun(filters)) {
    const running = await ask(api.requests.get({ query: { state: 'running' } }))
    fresh.push(...running.data.filter((call) => matches(call, filters)))
  }
  return fresh
}

/** Ended rows win over running ones; a row that no longer runs waits in `ending` for its end. */
function merge(
  old: readonly Call[],
  fresh: readonly Call[],
  ending: Map<string, number>,
): readonly Call[] {
  const byId = new Map<string, Call>()
  for (const call of fresh)
    if (call.state === 'ended' || !byId.has(call.id)) byId.set(call.id, call)
  let changed = false
  const kept = old.map((call) => {
    const now = byId.get(call.id)
    byId.delete(call.id)
    if (call.state === 'ended') return call
    if (now === undefined) {
      if (!ending.has(call.id)) ending.set(call.id, 0)
      return call
    }
    if (now.state === 'ended') {
      ending.delete(call.id)
      changed = true
      return now
    }
    return call
  })
  if (byId.size === 0) return changed ? kept : old
  const newest = old[0]?.id ?? ''
  const added = [...byId.values()].sort((left, right) => (left.id < right.id ? 1 : -1))
  const all = [...added, ...kept]
  const inOrder = added.every((call) => call.id > newest)
  return (inOrder ? all : all.sort((left, right) => (left.id < right.id ? 1 : -1))).slice(
    0,
    ROWS_MAX,
  )
}

/** A filter about how a call ended leaves none that still runs. */
function canRun(filters: CallFilters): boolean {
  return filters.outcome === '' && filters.policy === ''
}

function matches(call: Call, filters: CallFilters): boolean {
  const text = filters.text.toLowerCase()
  return (
    (filters.key === '' || call.key.id === filters.key) &&
    (filters.user === '' || call.user_id === filters.user) &&
    (filters.session === '' || call.session_id === filters.session) &&
    (text === '' ||
      `${call.request_model} ${call.operation} ${call.provider}`.toLowerCase().includes(text))
  )
}

const OUTCOMES = ['ok', 'refused', 'failed', 'aborted', 'interrupted'] as const

function queryOf(filters: CallFilters) {
  const outcome = OUTCOMES.find((each) => each === filters.outcome)
  return {
    ...(filters.key === '' ? {} : { api_key_id: filters.key }),
    ...(filters.user === '' ? {} : { user_id: filters.user }),
    ...(filters.session === '' ? {} : { session_id: filters.session }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(filters.policy === '' ? {} : { policy_id: filters.policy }),
    ...(filters.text === '' ? {} : { name_contains: filters.text }),
    ...(filters.fromMs === undefined ? {} : { from: new Date(filters.fromMs).toISOString() }),
  }
}
