import type { World } from '../base/world.ts'
import type { Database } from '../store/database.ts'
import { finishNotice, type Notice, putOffNotice, takeNotices } from '../store/notices.ts'
import { type Hook, takenForMs, tellHooks } from './hooks.ts'
import type { Fetch } from './http.ts'

/** Where people want to be told of issues. */
export interface IssueHook extends Hook {
  /** Only issues at least this bad: 0 urgent … 3 low. */
  readonly severityMax: number
}

export interface NotifierOptions {
  readonly database: Database
  readonly world: World
  readonly fetch: Fetch
  readonly hooks: readonly IssueHook[]
  /** Pause after the first failure, growing fourfold; tests use a shorter one. */
  readonly retryMs?: number
}

const BATCH = 20

/**
 * Tells every hook of issues that opened or opened again: one round, for a chore. Each notice is posted until all hooks took it, four
 * times at most; hooks drop repeats by `id`.
 */
export async function notifyRound(options: NotifierOptions): Promise<number> {
  const { database, hooks, retryMs } = options
  if (hooks.length === 0) return 0
  const retryAfterMs = takenForMs(hooks.length, retryMs)
  const notices = await takeNotices(database, { limit: BATCH, retryAfterMs })
  await Promise.all(notices.map((notice) => tell(notice, options)))
  return notices.length
}

async function tell(notice: Notice, options: NotifierOptions): Promise<void> {
  const { database, world, fetch, retryMs } = options
  const telling = {
    attempts: notice.attempts,
    body: noticeOnWire(notice),
    hooks: options.hooks.filter((hook) => notice.issue.severity <= hook.severityMax),
    finish: (failure?: string) => finishNotice(database, notice, failure),
    putOff: (delayMs: number, failure: string) => putOffNotice(database, notice, delayMs, failure),
  }
  const reason = await tellHooks(telling, fetch, retryMs)
  if (reason !== undefined)
    world.log.warn('exporter.notice_failed', { issueId: notice.issue.id, reason })
}

function noticeOnWire({ issue, occurrence, organizationId, workspaceId }: Notice) {
  return {
    id: `${issue.id}-${occurrence}`,
    type: occurrence === 0 ? 'issue.opened' : 'issue.reopened',
    organization_id: organizationId,
    workspace_id: workspaceId,
    issue: {
      id: issue.id,
      kind: issue.kind,
      policy:
        issue.policyId === undefined ? null : { id: issue.policyId, name: issue.policyName ?? '' },
      subject: { kind: issue.subjectKind, id: issue.subject },
      severity: issue.severity,
      status: issue.status,
      count: issue.count,
      first_seen_at: new Date(issue.firstSeenAtMs).toISOString(),
      last_seen_at: new Date(issue.lastSeenAtMs).toISOString(),
    },
  }
}
