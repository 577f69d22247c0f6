import { type Static, Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { windowStart } from '../base/window.ts'
import type { CheckedPolicy } from '../policies/input.ts'
import { pastCalls, pastSums } from '../store/policy-history.ts'
import { type DryAccount, dryRun } from './dry-run.ts'
import { POLICY_BODY } from './policy-shape.ts'
import { checkedPolicy, demandEnabled } from './policy-writes.ts'
import { type Answer, type Call, route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment } from './scalar-shapes.ts'

const SPAN_MS = 24 * 3_600_000
/** A day of one call a second; beyond it the answer says that it is not complete. */
const CALLS_MAX = 100_000
const ACCOUNTS_SHOWN = 20

/** Tries a policy on yesterday's traffic. */
export const POLICY_TRIAL_ROUTES = [
  route({
    method: 'POST',
    path: '/platform/gateway-policies/dry-run',
    tag: 'policies',
    summary: 'Try a policy on the last 24 hours',
    says: 'What the policy would have refused of the calls since this time yesterday, had it stood alone and each call come after the one before. Nothing is saved. Guards cannot be tried so, because content is not kept: use `/redaction/preview`.',
    needs: ['organization:manage'],
    scope: 'organization',
    repeatable: false,
    body: POLICY_BODY,
    answer: {
      status: 200,
      says: 'What it would have done.',
      shape: t.Object({
        from: moment(),
        to: moment(),
        calls: t.Integer(),
        matched: t.Integer(),
        would_refuse: t.Integer(),
        first_refused_at: t.Union([moment(), t.Null()]),
        complete: t.Boolean({ description: `False when there were more than ${CALLS_MAX} calls.` }),
        accounts: t.Array(
          t.Object({
            member: t.Object({}, { additionalProperties: t.String() }),
            metric: t.String(),
            window: t.String(),
            window_start: moment(),
            limit: t.String({ description: 'Nanodollars, requests or tokens.' }),
            used: t.String(),
            would_refuse: t.Integer(),
          }),
        ),
      }),
    },
    fails: ['gateway_disabled', 'endpoint_not_supported'],
    handle: trial,
  }),
]

async function trial(call: Call<unknown, unknown, Static<typeof POLICY_BODY>>): Promise<Answer> {
  const { deps, caller, body } = call
  demandEnabled(caller)
  const policy = checkedPolicy(body, caller.organizationId)
  if (policy.parsed.kind === 'guard')
    throw new Failure('endpoint_not_supported', {
      says: 'A guard cannot be tried on past calls: their content is not kept.',
    })
  if (policy.kind.meters(policy.parsed).some(({ metric }) => metric === 'concurrency'))
    throw new Failure('endpoint_not_supported', {
      says: 'Concurrency cannot be tried on past calls: when each of them ran is not kept.',
    })
  const toMs = deps.world.clock.now()
  const fromMs = toMs - SPAN_MS
  const { sql } = deps.database
  const { organizationId } = caller
  const calls = await pastCalls(sql, organizationId, fromMs, CALLS_MAX + 1)
  const startMs = openingOf(policy, fromMs)
  const before = startMs < fromMs ? await pastSums(sql, organizationId, startMs, fromMs) : []
  const complete = calls.length <= CALLS_MAX
  const found = dryRun(policy, complete ? calls : calls.slice(0, CALLS_MAX), before, fromMs)
  return {
    status: 200,
    body: {
      from: iso(fromMs),
      to: iso(toMs),
      calls: Math.min(calls.length, CALLS_MAX),
      matched: found.matched,
      would_refuse: found.refused,
      first_refused_at: found.firstRefusedAtMs === undefined ? null : iso(found.firstRefusedAtMs),
      complete,
      accounts: found.accounts.slice(0, ACCOUNTS_SHOWN).map(accountOnWire),
    },
  }
}

/** Where the longest window began that the first of the calls falls into. */
function openingOf(policy: CheckedPolicy, fromMs: number): number {
  const starts = policy.kind
    .meters(policy.parsed)
    .filter(({ window }) => window !== 'minute' && window !== 'hour')
    .map(({ window }) => windowStart(window, fromMs))
  return Math.min(fromMs, ...starts)
}

function accountOnWire(account: DryAccount): Record<string, unknown> {
  return {
    member: account.member,
    metric: account.metric,
    window: account.window,
    window_start: iso(account.windowStartMs),
    limit: account.limit.toString(),
    used: account.used.toString(),
    would_refuse: account.refused,
  }
}
