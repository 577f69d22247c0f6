import { Type as t } from '@sinclair/typebox'
import { organizationPermissions } from '../guard.ts'
import { POLICY_ROUTES } from '../policies.ts'
import { POLICY_BODY } from '../policy-shape.ts'
import { uuid } from '../scalar-shapes.ts'
import { SERVICE_KEY_ROUTES } from '../service-keys.ts'
import { type Asker, ask, routeAt } from './ask.ts'
import { type Tool, tool } from './tool.ts'

const CREATE = routeAt(POLICY_ROUTES, 'POST', '/platform/gateway-policies')
const CHANGE_KEY = routeAt(SERVICE_KEY_ROUTES, 'PATCH', '/orgs/current/service-keys/:id')

const manages = ({ key }: Asker): boolean => organizationPermissions(key).has('organization:manage')

/** The few changes an agent may be trusted with, where the operator switched them on. */
export const WRITE_TOOLS: readonly Tool[] = [
  tool({
    name: 'create_spend_cap',
    title: 'Create a spend cap',
    says: 'A hard cap on spend per calendar window in UTC, effective everywhere within a second. A cap with the same matchers and window is updated in place. Try it with simulate_policy first.',
    needs: '`organization:manage`',
    shape: t.Object(
      {
        name: t.String({ minLength: 1, maxLength: 200 }),
        limit_usd: t.Number({ minimum: 0, maximum: 1e9 }),
        window: t.Union(['hourly', 'daily', 'weekly', 'monthly'].map((each) => t.Literal(each))),
        subject_matchers: POLICY_BODY.properties.subject_matchers,
      },
      { additionalProperties: false },
    ),
    writes: { allows: manages, destroys: false },
    run({ name, limit_usd, window, subject_matchers }, asker) {
      const config = { window, limit_usd }
      const body = { name, policy_type: 'spend_cap', config, subject_matchers }
      return ask(asker, CREATE, { body })
    },
  }),
  tool({
    name: 'deactivate_key',
    title: 'Deactivate a service key',
    says: 'Ends a service key everywhere within a second; running streams of it stop at their next event. It can be activated again through the admin API.',
    needs: '`organization:manage`',
    shape: t.Object({ id: uuid('The id of the key.') }, { additionalProperties: false }),
    writes: { allows: manages, destroys: true },
    run: ({ id }, asker) => ask(asker, CHANGE_KEY, { params: { id }, body: { deactivated: true } }),
  }),
]
