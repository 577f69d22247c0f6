import type { Secret } from '../base/secret.ts'
import type { World } from '../base/world.ts'
import type { Database } from '../store/database.ts'
import { finishNotice, type Notice, putOffNotice, takeNotices } from '../store/notices.ts'
import { type Fetch, post } from './http.ts'
import { signatureOf } from './signature.ts'
import { SinkAway } from './sink.ts'

/** Where people want to be told of issues. */
export interface IssueHook {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly secret: Secret | undefined
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
const ATTEMPTS_MAX = 4
const RETRY_MS = 10_000
const ANSWER_MS = 20_000

/**
 * Tells every hook of issues that opened or opened again: one round, for a chore. Each notice is posted until all hooks took it, four
 * times at most; hooks drop repeats by `id`. What may pass (no answer, 408, 425, 429, 5xx) is tried again, the rest is final.
 */
export async function notifyRound(options: NotifierOptions): Promise<number> {
  if (options.hooks.length === 0) return 0
  const retryMs = options.retryMs ?? RETRY_MS
  // Longer than all hooks together may take.
  const retryAfterMs = Math.max(retryMs, ANSWER_MS * (options.hooks.length + 1))
  const notices = await takeNotices(options.database, { limit: BATCH, retryAfterMs })
  await Promise.all(notices.map((notice) => tell(notice, options, retryMs)))
  return notices.length
}

async function tell(notice: Notice, options: NotifierOptions, retryMs: number): Promise<void> {
  const { database, world } = options
  const wanting = options.hooks.filter((hook) => notice.issue.severity <= hook.severityMax)
  const body = Buffer.from(JSON.stringify(noticeOnWire(notice)))
  const faults = await Promise.all(wanting.map((hook) => send(hook, body, options.fetch)))
  const away = faults.find((fault) => fault instanceof SinkAway)
  const final = faults.find((fault) => fault !== undefined && !(fault instanceof SinkAway))
  if (away !== undefined && notice.attempts < ATTEMPTS_MAX) {
    const delayMs = retryMs * 4 ** (notice.attempts - 1)
    return putOffNotice(database, notice, delayMs, away.message)
  }
  const failure = (away ?? final)?.message
  if (failure !== undefined)
    world.log.warn('exporter.notice_failed', { issueId: notice.issue.id, reason: failure })
  await finishNotice(database, notice, failure)
}

/** The fault, or undefined when the hook took it. */
async function send(
  hook: IssueHook,
  body: Uint8Array<ArrayBuffer>,
  fetch: Fetch,
): Promise<Error | undefined> {
  const headers = {
    'content-type': 'application/json',
    ...hook.headers,
    ...signatureOf(hook.secret, body),
  }
  try {
    await post(fetch, hook.endpoint, headers, body, ANSWER_MS)
    return undefined
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause))
  }
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
