import { type TSchema, Type as t } from '@sinclair/typebox'
import { isJsonObject } from '../base/json.ts'
import { KINDS } from '../policies/kinds/index.ts'
import { MEMBER_ROUTES } from './members.ts'
import { ORGANIZATION_ROUTES } from './organization.ts'
import { POLICY_BODY } from './policy-shape.ts'
import { PRICE_BODY } from './price-shape.ts'
import { ROLE_ROUTES } from './roles.ts'
import { SECRET_ROUTES } from './secrets.ts'
import { SERVICE_KEY_ROUTES } from './service-keys.ts'
import { WORKSPACE_ROUTES } from './workspaces.ts'

/** Lists of one file; an organisation with more is managed by a program over the API. */
const ENTRIES_MAX = 10_000
const closed = { additionalProperties: false } as const

interface Bodied {
  readonly method: string
  readonly path: string
  readonly body?: TSchema | undefined
}

/** One member of a route's body: a declaration takes exactly what the API takes. */
function taken(routes: readonly Bodied[], method: string, path: string, name: string): TSchema {
  const body = routes.find((each) => each.method === method && each.path === path)?.body
  const inner: unknown = body?.type === 'array' ? body.items : body
  const properties = isJsonObject(inner) ? inner.properties : undefined
  const found: unknown = isJsonObject(properties) ? properties[name] : undefined
  if (typeof found !== 'object' || found === null)
    throw new Error(`${method} ${path} takes no ${name}`)
  return found as TSchema
}

const workspace = (name: string) => taken(WORKSPACE_ROUTES, 'POST', '/workspaces', name)
const member = (name: string) => taken(MEMBER_ROUTES, 'POST', '/orgs/current/members', name)
const role = (name: string) => taken(ROLE_ROUTES, 'POST', '/orgs/current/roles', name)
const key = (name: string) => taken(SERVICE_KEY_ROUTES, 'POST', '/orgs/current/service-keys', name)
const ROLE_NAME = t.String({
  minLength: 1,
  maxLength: 100,
  description: 'Constant of a built-in role (WORKSPACE_ADMIN) or display name of one of your own.',
})
const list = (shape: TSchema) => t.Optional(t.Array(shape, { maxItems: ENTRIES_MAX }))

const MEMBERS = list(
  t.Object(
    { email: member('email'), full_name: member('full_name'), role: ROLE_NAME },
    {
      ...closed,
      description: 'A person, known by e-mail address. The name is taken when the person is added.',
    },
  ),
)

const SECRETS = list(
  t.Object(
    {
      key: taken(SECRET_ROUTES, 'POST', '/workspaces/current/secrets', 'key'),
      from_env: t.Optional(
        t.String({
          pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
          description: 'Environment variable of whoever applies the file.',
        }),
      ),
      from_file: t.Optional(
        t.String({
          minLength: 1,
          maxLength: 4096,
          description: 'Path of a file with the value, from the folder of this file.',
        }),
      ),
    },
    {
      ...closed,
      description: 'A provider secret by reference: from_env or from_file. Never a value.',
    },
  ),
)

const MATCHER = t.Object(
  {
    key: t.String({ description: 'workspace_id, user_id, api_key_id, organization_id, …' }),
    value: t.String({
      description:
        'For ids a name will do: the handle of a workspace, the e-mail address of a member, the description of a service key, "current" for the organisation. Empty on a default: each member of the dimension.',
    }),
  },
  closed,
)

/** A policy of one family, or with any config when no shape is given. */
function policy(type: TSchema, config: TSchema): TSchema {
  const { subject_matchers: _, ...rest } = POLICY_BODY.properties
  const matchers = t.Optional(t.Array(MATCHER, { maxItems: 10 }))
  return t.Object({ ...rest, policy_type: type, subject_matchers: matchers, config }, closed)
}

function shapeWith(policies: TSchema) {
  return t.Object(
    {
      $schema: t.Optional(t.String()),
      version: t.Literal(1),
      organization: t.Optional(
        t.Object(
          {
            display_name: taken(ORGANIZATION_ROUTES, 'PATCH', '/orgs/current', 'display_name'),
            llm_gateway_enabled: taken(
              ORGANIZATION_ROUTES,
              'PATCH',
              '/orgs/current',
              'llm_gateway_enabled',
            ),
          },
          closed,
        ),
      ),
      roles: list(
        t.Object(
          {
            display_name: role('display_name'),
            description: role('description'),
            access_scope: role('access_scope'),
            permissions: role('permissions'),
          },
          { ...closed, description: 'A role of your own, known by its display name.' },
        ),
      ),
      members: MEMBERS,
      workspaces: list(
        t.Object(
          {
            tenant_handle: t.String({
              pattern: String(workspace('tenant_handle').pattern),
              description: 'Its identity.',
            }),
            display_name: workspace('display_name'),
            capture_content: taken(WORKSPACE_ROUTES, 'PATCH', '/workspaces/:id', 'capture_content'),
            members: MEMBERS,
            secrets: SECRETS,
          },
          closed,
        ),
      ),
      service_keys: list(
        t.Object(
          {
            description: t.String({ minLength: 1, maxLength: 200, description: 'Its identity.' }),
            short_key: t.Optional(
              t.String({
                pattern: '^[A-Za-z0-9]{1,32}$',
                description: 'Names an existing key where several share a description.',
              }),
            ),
            workspaces: t.Optional(
              t.Array(t.String({ minLength: 1 }), {
                minItems: 1,
                maxItems: 100,
                uniqueItems: true,
                description: 'Handles. Cannot be changed later.',
              }),
            ),
            role: t.Optional(ROLE_NAME),
            org_role: t.Optional(ROLE_NAME),
            expires_at: key('expires_at'),
            deactivated: t.Optional(
              t.Boolean({ description: 'Left out: a key that was ended stays ended.' }),
            ),
          },
          { ...closed, description: 'A service key without its token, which is shown when made.' },
        ),
      ),
      policies: list(policies),
      prices: list(PRICE_BODY),
    },
    {
      ...closed,
      title: 'Sluice configuration',
      description:
        'What an organisation should look like. A section that is left out is left alone.',
    },
  )
}

/** What a file is checked against; a policy's config is checked by its own family, whose words are better. */
export const DECLARATION = shapeWith(policy(POLICY_BODY.properties.policy_type, t.Unknown()))

/** The published JSON Schema (draft 2020-12) of a configuration file: every family's config in full. */
export function declarationSchema(): Record<string, unknown> {
  const families = Object.values(KINDS).map((kind) =>
    policy(t.Literal(kind.type, { description: kind.says }), kind.shape),
  )
  const plain: unknown = JSON.parse(JSON.stringify(shapeWith(t.Union(families))))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:sluice:configuration:1',
    ...(isJsonObject(plain) ? plain : {}),
  }
}
