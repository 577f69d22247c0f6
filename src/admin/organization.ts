import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import type { Orm } from '../store/database.ts'
import { readOrganization, updateOrganization } from '../store/organizations.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const ORGANIZATION = t.Object(
  {
    id: uuid(),
    display_name: t.String(),
    llm_gateway_enabled: t.Boolean(),
    created_at: moment(),
  },
  {
    examples: [
      {
        id: '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d',
        display_name: 'Acme',
        llm_gateway_enabled: true,
        created_at: '2026-11-22T07:00:00.000Z',
      },
    ],
  },
)

/** The key's own organisation. */
export const ORGANIZATION_ROUTES = [
  route({
    method: 'GET',
    path: '/orgs/current',
    tag: 'organisation',
    summary: 'Read the organisation',
    says: 'The organisation of the key.',
    needs: ['organization:read'],
    scope: 'organization',
    answer: { status: 200, says: 'The organisation.', shape: ORGANIZATION },
    handle: async ({ deps, caller }) => ({
      status: 200,
      body: await organizationOnWire(deps.database.orm, caller.organizationId),
    }),
  }),
  route({
    method: 'PATCH',
    path: '/orgs/current',
    tag: 'organisation',
    summary: 'Change the organisation',
    says: 'Renames it, or switches the gateway on or off. Off means 403 for every call and for managing policies, everywhere within a second.',
    needs: ['organization:manage'],
    scope: 'organization',
    body: t.Object(
      {
        display_name: t.Optional(t.String({ minLength: 1, maxLength: 200 })),
        llm_gateway_enabled: t.Optional(t.Boolean()),
      },
      {
        additionalProperties: false,
        minProperties: 1,
        examples: [{ llm_gateway_enabled: true }],
      },
    ),
    answer: { status: 200, says: 'The organisation after the change.', shape: ORGANIZATION },
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const facts = { displayName: body.display_name, gatewayEnabled: body.llm_gateway_enabled }
        await updateOrganization(orm, deps.world, caller.organizationId, facts)
        note({
          operation: 'update_organization',
          resource: { kind: 'organization', id: caller.organizationId },
          details: { ...body },
        })
        return { status: 200, body: await organizationOnWire(orm, caller.organizationId) }
      }),
  }),
]

async function organizationOnWire(orm: Orm, id: string): Promise<Record<string, unknown>> {
  const found = await readOrganization(orm, id)
  if (!found) throw new Failure('not_found')
  return {
    id: found.id,
    display_name: found.displayName,
    llm_gateway_enabled: found.gatewayEnabled,
    created_at: iso(found.createdAtMs),
  }
}
