import { Type as t } from '@sinclair/typebox'
import type { World } from '../base/world.ts'
import type { CreatedKey, KeyRow } from '../store/keys.ts'
import { unprocessable } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const ID = '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'
const orNull = t.Union([t.String(), t.Null()])
const momentOrNull = t.Union([moment(), t.Null()])

/** A key without its token. */
export const KEY = t.Object(
  {
    id: uuid(),
    short_key: t.String({
      description: 'The public part of the token; it stands in project names.',
    }),
    description: t.String(),
    scope: t.Union([t.Literal('workspace'), t.Literal('organization')]),
    workspaces: t.Array(uuid()),
    role_id: t.Union([t.String(), t.Null()], { description: 'The workspace role.' }),
    org_role_id: orNull,
    user_id: orNull,
    deactivated: t.Boolean(),
    created_at: moment(),
    expires_at: momentOrNull,
    last_used_at: momentOrNull,
  },
  {
    examples: [
      {
        id: ID,
        short_key: 'a1B2c3D4e5F6',
        description: 'CI of team blue',
        scope: 'workspace',
        workspaces: [ID],
        role_id: ID,
        org_role_id: null,
        user_id: null,
        deactivated: false,
        created_at: '2026-11-22T07:00:00.000Z',
        expires_at: null,
        last_used_at: null,
      },
    ],
  },
)

/** A key right after it was made or rotated: the only answer that ever holds a token. */
export const NEW_KEY = t.Composite([
  KEY,
  t.Object({
    key: t.String({ description: 'The token. It is shown once and cannot be read again.' }),
  }),
])

/** Body members that every kind of key has. */
export const KEY_BODY = {
  description: t.Optional(t.String({ maxLength: 200 })),
  expires_at: t.Optional(
    t.Union([moment(), t.Null()], {
      description: 'In the future; it cannot be changed later. Absent: never.',
    }),
  ),
  workspaces: t.Optional(t.Array(uuid(), { minItems: 1, maxItems: 100, uniqueItems: true })),
}

export const ROTATE_BODY = t.Object(
  {
    overlap_seconds: t.Optional(
      t.Integer({
        minimum: 0,
        maximum: 30 * 24 * 3600,
        description: 'How long the token before still works. Default one day; 0 ends it at once.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ overlap_seconds: 3600 }] },
)

/** The overlap of a rotation in milliseconds. */
export function overlapMs(body: { readonly overlap_seconds?: number }): number {
  return (body.overlap_seconds ?? 24 * 3600) * 1000
}

/** When a new key expires, in epoch milliseconds. Fails with `unprocessable` for the past. */
export function expiryOf(
  body: { readonly expires_at?: string | null },
  world: World,
): number | undefined {
  if (body.expires_at === undefined || body.expires_at === null) return undefined
  const atMs = Date.parse(body.expires_at)
  if (atMs > world.clock.now()) return atMs
  throw unprocessable([{ in: 'body', pointer: '/expires_at', detail: 'Not in the future' }])
}

/** A key on the wire, with its token when it has just been made. */
export function keyOnWire(row: KeyRow, created?: CreatedKey): Record<string, unknown> {
  return {
    id: row.id,
    short_key: row.short,
    description: row.description,
    scope: row.scope,
    workspaces: row.workspaces.map((each) => each.workspaceId),
    role_id: row.kind === 'service' ? (row.workspaces[0]?.roleId ?? null) : null,
    org_role_id: row.organizationRoleId ?? null,
    user_id: row.userId ?? null,
    deactivated: row.deactivatedAtMs !== undefined,
    created_at: iso(row.createdAtMs),
    expires_at: row.expiresAtMs === undefined ? null : iso(row.expiresAtMs),
    last_used_at: row.lastUsedAtMs === undefined ? null : iso(row.lastUsedAtMs),
    ...(created ? { key: created.token } : {}),
  }
}
