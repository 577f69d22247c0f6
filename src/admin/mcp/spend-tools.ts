import { Type as t } from '@sinclair/typebox'
import { member, textMember } from '../../base/json.ts'
import { POLICY_ROUTES } from '../policies.ts'
import { POLICY_BODY, POLICY_TYPE } from '../policy-shape.ts'
import { POLICY_TRIAL_ROUTES } from '../policy-trial.ts'
import { moment } from '../scalar-shapes.ts'
import { USAGE_ROUTES } from '../usage.ts'
import { ask, routeAt } from './ask.ts'
import { firstRows, type Tool, tool, WORKSPACE } from './tool.ts'

const USAGE = routeAt(USAGE_ROUTES, 'GET', '/usage')
const LIST = routeAt(POLICY_ROUTES, 'GET', '/platform/gateway-policies')
const TRIAL = routeAt(POLICY_TRIAL_ROUTES, 'POST', '/platform/gateway-policies/dry-run')

/** Where the money goes, and what limits it. */
export const SPEND_TOOLS: readonly Tool[] = [
  tool({
    name: 'spend_by_key',
    title: 'Spend by key',
    says: 'What calls cost, dearest first, equal to the ledger: by key and model, or by what group_by names. Cost is exact in cost_nanos (nanodollars). Default: the last 30 days.',
    needs: '`usage:read`',
    shape: t.Object(
      {
        ...WORKSPACE,
        group_by: t.Optional(
          t.String({
            maxLength: 300,
            description:
              'Comma-separated: workspace, api_key, user, provider, model, header:<name>. Default: api_key,model.',
          }),
        ),
        bucket: t.Optional(
          t.Union(['hour', 'day', 'week', 'month'].map((each) => t.Literal(each))),
        ),
        from: t.Optional(moment('Default: 30 days ago.')),
        to: t.Optional(moment('Default: now.')),
      },
      { additionalProperties: false },
    ),
    async run({ workspace_id: workspaceId, group_by = 'api_key,model', ...rest }, asker) {
      const query = { group_by, ...rest }
      const found = await ask(asker, USAGE, { workspaceId, query })
      const { rows, left_out } = firstRows(listOf(member(found, 'data')))
      return { from: textMember(found, 'from'), to: textMember(found, 'to'), rows, left_out }
    },
  }),
  tool({
    name: 'list_policies',
    title: 'List policies',
    says: 'Spend caps with what they have counted in their current window, rate limits, model access, data guards.',
    needs: '`organization:read`, or `policies:read` in a workspace for the policies that name it',
    shape: t.Object(
      { ...WORKSPACE, policy_type: t.Optional(POLICY_TYPE) },
      { additionalProperties: false },
    ),
    async run({ workspace_id: workspaceId, ...query }, asker) {
      return firstRows(listOf(await ask(asker, LIST, { workspaceId, query })))
    },
  }),
  tool({
    name: 'simulate_policy',
    title: 'Try a policy on the last 24 hours',
    says: 'A dry run: what a policy would have refused of the calls since this time yesterday. Nothing is saved. Not for guards.',
    needs: '`organization:manage`',
    shape: t.Object(
      {
        name: t.Optional(t.String({ maxLength: 1000 })),
        policy_type: POLICY_BODY.properties.policy_type,
        subject_matchers: POLICY_BODY.properties.subject_matchers,
        config: t.Object(
          {},
          {
            additionalProperties: true,
            description:
              'spend_cap: {"window":"daily","limit_usd":10}; rate_limit: {"limits":[{"metric":"requests","window":"minute","value":60}]}; model_access: {"providers":{"openai":"all"}}',
          },
        ),
      },
      { additionalProperties: false },
    ),
    run: ({ name = 'dry run', ...rest }, asker) => ask(asker, TRIAL, { body: { name, ...rest } }),
  }),
]

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
