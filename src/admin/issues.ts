import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import {
  findIssue,
  ISSUE_STATUSES,
  type Issue,
  listIssues,
  setIssueStatus,
} from '../store/issues.ts'
import { ID_PARAMS } from './id-params.ts'
import { PAGE_QUERY, pageAsked, pageOf, pageShape } from './page-shape.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const STATUS = t.Union(
  ISSUE_STATUSES.map((each) => t.Literal(each)),
  { description: 'A resolved issue opens again by itself when it happens again.' },
)

const FIELDS = {
  id: uuid(),
  kind: t.String({
    description:
      'The failure code of the policy that said no, `redacted:<entity>`, `unpriced` or `unaccounted`.',
  }),
  policy: t.Union([t.Object({ id: t.String(), name: t.String() }), t.Null()]),
  subject: t.Object({ kind: t.String(), id: t.String() }, { description: 'A key or a model.' }),
  severity: t.Integer({ minimum: 0, maximum: 3, description: '0 urgent … 3 low.' }),
  status: STATUS,
  count: t.Integer({ description: 'Calls it was seen in, each once.' }),
  first_seen_at: moment(),
  last_seen_at: moment(),
  reopened: t.Integer(),
}

const ISSUE = t.Object(FIELDS)

/** Calls named with one issue; the count tells of all. */
const RUNS_MAX = 100

/** What policies and books complain about, grouped by policy, subject and kind. */
export const ISSUE_ROUTES = [
  route({
    method: 'GET',
    path: '/issues',
    tag: 'issues',
    summary: 'List issues',
    says: 'Blocked and redacted calls, models without a price, calls without usage: one issue per policy, subject and kind, last seen first.',
    needs: ['runs:read'],
    scope: 'workspace',
    query: t.Object({ ...PAGE_QUERY, status: t.Optional(STATUS) }, { additionalProperties: false }),
    answer: { status: 200, says: 'One page of issues.', shape: pageShape(ISSUE) },
    async handle({ deps, caller, query }) {
      const asked = pageAsked(query)
      const found = await listIssues(deps.database.sql, caller.workspaceId, {
        status: query.status,
        ...asked,
      })
      return { status: 200, body: pageOf(found, asked, (issue) => issue.id, issueOnWire) }
    },
  }),
  route({
    method: 'GET',
    path: '/issues/:id',
    tag: 'issues',
    summary: 'Read one issue',
    says: 'With the newest calls it was seen in; read each at `/runs/{id}`.',
    needs: ['runs:read'],
    scope: 'workspace',
    params: ID_PARAMS,
    answer: {
      status: 200,
      says: 'The issue.',
      shape: t.Object({ ...FIELDS, run_ids: t.Array(uuid()) }),
    },
    async handle({ deps, caller, params }) {
      const { sql } = deps.database
      const found = await findIssue(sql, caller.workspaceId, params.id, RUNS_MAX)
      if (!found) throw noSuch()
      return { status: 200, body: { ...issueOnWire(found.issue), run_ids: found.runIds } }
    },
  }),
  route({
    method: 'PATCH',
    path: '/issues/:id',
    tag: 'issues',
    summary: 'Set the status of an issue',
    says: '`watch` keeps counting in silence, `resolved` opens again with the next call.',
    needs: ['runs:read', 'workspaces:manage'],
    scope: 'workspace',
    params: ID_PARAMS,
    body: t.Object(
      { status: STATUS },
      { additionalProperties: false, examples: [{ status: 'resolved' }] },
    ),
    answer: { status: 200, says: 'The issue after the change.', shape: ISSUE },
    handle: (call) =>
      write(call, async ({ sql, note }) => {
        const { caller, params, body } = call
        const issue = await setIssueStatus(sql, caller.workspaceId, params.id, body.status)
        if (!issue) throw noSuch()
        note({
          operation: 'update_issue',
          resource: { kind: 'issue', id: issue.id },
          workspaceId: caller.workspaceId,
          details: { status: issue.status },
        })
        return { status: 200, body: issueOnWire(issue) }
      }),
  }),
]

function issueOnWire(issue: Issue) {
  return {
    id: issue.id,
    kind: issue.kind,
    policy:
      issue.policyId === undefined
        ? null
        : { id: issue.policyId, name: issue.policyName ?? issue.policyId },
    subject: { kind: issue.subjectKind, id: issue.subject },
    severity: issue.severity,
    status: issue.status,
    count: issue.count,
    first_seen_at: iso(issue.firstSeenAtMs),
    last_seen_at: iso(issue.lastSeenAtMs),
    reopened: issue.reopened,
  }
}

function noSuch(): Failure {
  return new Failure('not_found', { says: 'There is no such issue.' })
}
