import type { Database } from './database.ts'
import { type Issue, type IssueRow, issueColumns, readIssue } from './issues.ts'

/** Something to tell of an issue: that it opened, or opened again. */
export interface Notice {
  readonly issue: Issue
  readonly organizationId: string
  readonly workspaceId: string
  /** 0 when it opened for the first time. */
  readonly occurrence: number
  /** This attempt included. */
  readonly attempts: number
}

/** Older notices are history: a webhook set up today is not told of last week. */
const NEWS_HOURS = 24

/**
 * Takes notices that are due and puts each off by `retryAfterMs`, so that no other exporter takes it meanwhile and a crash costs
 * one attempt at most.
 */
export async function takeNotices(
  database: Database,
  options: { readonly limit: number; readonly retryAfterMs: number },
): Promise<Notice[]> {
  const { sql } = database
  const rows = await sql<
    (IssueRow & {
      organization_id: string
      workspace_id: string
      occurrence: number
      attempts: number
    })[]
  >`
    with due as materialized (
      select issue_id, occurrence from issue_notices
       where done_at is null and next_at <= now()
         and created_at > now() - make_interval(hours => ${NEWS_HOURS})
       order by issue_id, occurrence limit ${options.limit} for update skip locked),
    taken as (
      update issue_notices n
         set attempts = n.attempts + 1,
             next_at = now() + make_interval(secs => ${options.retryAfterMs / 1000})
        from due where n.issue_id = due.issue_id and n.occurrence = due.occurrence
      returning n.issue_id, n.occurrence, n.attempts)
    select ${issueColumns(sql)}, organization_id, workspace_id, occurrence, attempts
      from taken join issues on issues.id = taken.issue_id
     order by issue_id, occurrence`
  return rows.map((row) => ({
    issue: readIssue(row),
    organizationId: row.organization_id,
    workspaceId: row.workspace_id,
    occurrence: row.occurrence,
    attempts: row.attempts,
  }))
}

/** Nothing more to do for this notice: told, or given up with `failure` as the last word. */
export async function finishNotice(
  database: Database,
  notice: Notice,
  failure?: string,
): Promise<void> {
  await database.sql`
    update issue_notices set done_at = now(), last_failure = ${failure?.slice(0, FAILURE_UNITS_MAX) ?? null}
     where issue_id = ${notice.issue.id} and occurrence = ${notice.occurrence}`
}

/** Tries again after `delayMs`. */
export async function putOffNotice(
  database: Database,
  notice: Notice,
  delayMs: number,
  failure: string,
): Promise<void> {
  await database.sql`
    update issue_notices
       set next_at = now() + make_interval(secs => ${delayMs / 1000}),
           last_failure = ${failure.slice(0, FAILURE_UNITS_MAX)}
     where issue_id = ${notice.issue.id} and occurrence = ${notice.occurrence}`
}

const FAILURE_UNITS_MAX = 500
