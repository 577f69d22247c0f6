import { newId } from '../base/id.ts'
import type { World } from '../base/world.ts'
import type { AnySql, Database, TransactionSql } from './database.ts'
import { storableJson } from './storable.ts'

/** `watch`: known and accepted, still counted. `resolved` reopens by itself when it happens again. */
export const ISSUE_STATUSES = ['open', 'watch', 'resolved'] as const

export type IssueStatus = (typeof ISSUE_STATUSES)[number]

/** One call in which one thing was seen. */
export interface Sighting {
  readonly organizationId: string
  readonly workspaceId: string
  /** What kind of trouble: a failure code of a policy, `redacted`, `unpriced`, `unaccounted`. */
  readonly kind: string
  /** Undefined when no policy is involved. */
  readonly policy: { readonly id: string; readonly name: string } | undefined
  readonly subjectKind: 'api_key' | 'model'
  readonly subject: string
  /** 0 urgent … 3 low. */
  readonly severity: number
  readonly runId: string
  readonly seenAtMs: number
}

/** One issue as it stands. */
export interface Issue {
  readonly id: string
  readonly kind: string
  readonly policyId: string | undefined
  readonly policyName: string | undefined
  readonly subjectKind: string
  readonly subject: string
  readonly severity: number
  readonly status: IssueStatus
  readonly count: number
  readonly firstSeenAtMs: number
  readonly lastSeenAtMs: number
  readonly reopened: number
}

/** How long an issue remembers its single calls; its count stays. */
const SIGHTINGS_KEPT_DAYS = 30

const INSERT_ISSUES = `
  insert into issues (id, organization_id, workspace_id, kind, policy_id, policy_name, subject_kind, subject,
                      severity, first_seen_at, last_seen_at)
  select id, organization_id, workspace_id, kind, policy_id, policy_name, subject_kind, subject, severity,
         to_timestamp(seen_ms / 1000), to_timestamp(seen_ms / 1000)
    from json_to_recordset($1::text::json) as given(
         id uuid, organization_id uuid, workspace_id uuid, kind text, policy_id text, policy_name text,
         subject_kind text, subject text, severity integer, seen_ms float8)
   order by workspace_id, kind, policy_id, subject
  on conflict (workspace_id, kind, policy_id, subject) do nothing`

/** Counts only calls not seen before, and opens again what was resolved before such a call ended. Rows locked in id order. */
const COUNT_SIGHTINGS = `
  with given as (
    select i.id, g.run_id, to_timestamp(g.seen_ms / 1000) as seen_at, g.policy_name, g.severity
      from json_to_recordset($1::text::json) as g(
           workspace_id uuid, kind text, policy_id text, policy_name text, subject text, severity integer,
           run_id uuid, seen_ms float8)
      join issues i using (workspace_id, kind, policy_id, subject)),
  fresh as (
    insert into issue_sightings (issue_id, run_id, seen_at)
    select distinct on (id, run_id) id, run_id, seen_at from given order by id, run_id
    on conflict do nothing returning issue_id, seen_at),
  sums as (
    select f.issue_id, count(*) as seen, min(f.seen_at) as first, max(f.seen_at) as last
      from fresh f group by f.issue_id),
  names as (select id, max(policy_name) as policy_name, min(severity) as severity from given group by id),
  locked as materialized (
    select i.id, i.count as had,
           i.status = 'resolved' and s.last > i.changed_at as reopens
      from issues i join sums s on s.issue_id = i.id order by i.id for update of i),
  counted as (
    update issues i
       set count = i.count + s.seen,
           first_seen_at = least(i.first_seen_at, s.first),
           last_seen_at = greatest(i.last_seen_at, s.last),
           policy_name = n.policy_name,
           severity = least(i.severity, n.severity),
           reopened = i.reopened + l.reopens::int,
           changed_at = case when l.reopens then now() else i.changed_at end,
           status = case when l.reopens then 'open' else i.status end
      from sums s, names n, locked l
     where i.id = s.issue_id and n.id = i.id and l.id = i.id
    returning i.id, i.reopened, i.status = 'open' and (l.had = 0 or l.reopens) as is_news)
  insert into issue_notices (issue_id, occurrence)
  select id, reopened from counted where is_news
  on conflict do nothing`

/** Counts these sightings into their issues, each call once however often it comes. */
export async function recordSightings(
  database: Database,
  world: World,
  sightings: readonly Sighting[],
): Promise<void> {
  if (sightings.length === 0) return
  const rows = sightings.map((each) => ({
    id: newId(world),
    organization_id: each.organizationId,
    workspace_id: each.workspaceId,
    kind: each.kind,
    policy_id: each.policy?.id ?? '',
    policy_name: each.policy?.name ?? '',
    subject_kind: each.subjectKind,
    subject: each.subject,
    severity: each.severity,
    run_id: each.runId,
    seen_ms: each.seenAtMs,
  }))
  const text = storableJson(rows)
  await database.sql.begin(async (sql: TransactionSql) => {
    await sql.unsafe(INSERT_ISSUES, [text], { prepare: true })
    await sql.unsafe(COUNT_SIGHTINGS, [text], { prepare: true })
  })
}

export interface IssueFilter {
  readonly status?: IssueStatus | undefined
  readonly limit: number
  /** Issues before this one in the order of the list; an id of a former page's last row. */
  readonly after?: string | undefined
}

/** A workspace's issues, last seen first. */
export async function listIssues(
  sql: AnySql,
  workspaceId: string,
  filter: IssueFilter,
): Promise<Issue[]> {
  const rows = await sql<IssueRow[]>`
    select ${issueColumns(sql)} from issues
     where workspace_id = ${workspaceId}
       and (${filter.status ?? null}::text is null or status = ${filter.status ?? null})
       and (${filter.after ?? null}::uuid is null or (last_seen_at, id) <
            (select a.last_seen_at, a.id from issues a where a.id = ${filter.after ?? null}
                and a.workspace_id = ${workspaceId}))
     order by last_seen_at desc, id desc limit ${filter.limit}`
  return rows.map(readIssue)
}

/** One issue and the newest calls it was seen in, at most `runs`; undefined when the workspace has no such issue. */
export async function findIssue(
  sql: AnySql,
  workspaceId: string,
  id: string,
  runs: number,
): Promise<{ issue: Issue; runIds: string[] } | undefined> {
  const [row] = await sql<IssueRow[]>`
    select ${issueColumns(sql)} from issues where workspace_id = ${workspaceId} and id = ${id}`
  if (row === undefined) return undefined
  const seen = await sql<{ run_id: string }[]>`
    select run_id from issue_sightings where issue_id = ${id} order by run_id desc limit ${runs}`
  return { issue: readIssue(row), runIds: seen.map((each) => each.run_id) }
}

/** Sets the status. Gives the issue as it is then, or undefined when the workspace has no such issue. */
export async function setIssueStatus(
  sql: AnySql,
  workspaceId: string,
  id: string,
  status: IssueStatus,
): Promise<Issue | undefined> {
  const [row] = await sql<IssueRow[]>`
    update issues set status = ${status}, changed_at = now()
     where workspace_id = ${workspaceId} and id = ${id}
    returning ${issueColumns(sql)}`
  return row === undefined ? undefined : readIssue(row)
}

/** Lets go of single calls and notices that are long past; counts stay. Gives how many calls. */
export async function forgetSightings(database: Database): Promise<number> {
  await database.sql`
    delete from issue_notices where created_at < now() - make_interval(days => ${SIGHTINGS_KEPT_DAYS})`
  const outcome = await database.sql`
    delete from issue_sightings where seen_at < now() - make_interval(days => ${SIGHTINGS_KEPT_DAYS})`
  return outcome.count
}

/** A row of {@link issueColumns}. */
export interface IssueRow {
  readonly id: string
  readonly kind: string
  readonly policy_id: string
  readonly policy_name: string
  readonly subject_kind: string
  readonly subject: string
  readonly severity: number
  readonly status: IssueStatus
  readonly count: bigint
  readonly first_ms: number
  readonly last_ms: number
  readonly reopened: number
}

/** The columns that {@link readIssue} reads. */
export function issueColumns(sql: AnySql) {
  return sql`id, kind, policy_id, policy_name, subject_kind, subject, severity, status, count, reopened,
             (extract(epoch from first_seen_at) * 1000)::float8 as first_ms,
             (extract(epoch from last_seen_at) * 1000)::float8 as last_ms`
}

/** The row as an issue. */
export function readIssue(row: IssueRow): Issue {
  return {
    id: row.id,
    kind: row.kind,
    policyId: row.policy_id || undefined,
    policyName: row.policy_name || undefined,
    subjectKind: row.subject_kind,
    subject: row.subject,
    severity: row.severity,
    status: row.status,
    count: Number(row.count),
    firstSeenAtMs: row.first_ms,
    lastSeenAtMs: row.last_ms,
    reopened: row.reopened,
  }
}
