import { Type as t } from '@sinclair/typebox'
import { secret } from '../base/secret.ts'
import type { Orm } from '../store/database.ts'
import type { Keyring } from '../store/keyring.ts'
import { deleteSecret, listSecrets, putSecret } from '../store/secrets.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment } from './scalar-shapes.ts'
import { write } from './write.ts'

const SECRETS = t.Array(
  t.Object({
    key: t.String({ description: 'Its name; providers look theirs up by it.' }),
    last_four: t.String(),
    updated_at: moment(),
    readable: t.Boolean({
      description: 'False when the master key does not open it: calls that need it fail.',
    }),
  }),
  {
    examples: [
      [
        {
          key: 'OPENAI_API_KEY',
          last_four: 'a1b2',
          updated_at: '2026-11-22T07:00:00.000Z',
          readable: true,
        },
      ],
    ],
  },
)

/** Provider secrets of the current workspace: written, listed by name, never read back. */
export const SECRET_ROUTES = [
  route({
    method: 'GET',
    path: '/workspaces/current/secrets',
    tag: 'provider secrets',
    summary: 'List provider secrets',
    says: 'Names, last four characters and time of change. Values are never given out.',
    needs: ['workspaces:read'],
    scope: 'workspace',
    answer: { status: 200, says: 'The secrets, by name.', shape: SECRETS },
    handle: async ({ deps, caller }) => ({
      status: 200,
      body: await secretsOnWire(deps.database.orm, caller.workspaceId, deps.keyring),
    }),
  }),
  route({
    method: 'POST',
    path: '/workspaces/current/secrets',
    tag: 'provider secrets',
    summary: 'Set or delete provider secrets',
    says: 'Each entry sets the secret of that name, or deletes it when its value is null. Calls use the new value within a second.',
    needs: ['workspaces:manage'],
    scope: 'workspace',
    body: t.Array(
      t.Object(
        {
          key: t.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' }),
          // Printable ASCII: the value becomes a header.
          value: t.Union([
            t.String({ minLength: 8, maxLength: 8192, pattern: '^[\\x21-\\x7e]+$' }),
            t.Null(),
          ]),
        },
        { additionalProperties: false },
      ),
      {
        minItems: 1,
        maxItems: 100,
        examples: [[{ key: 'OPENAI_API_KEY', value: 'the provider key' }]],
      },
    ),
    answer: { status: 200, says: 'The secrets after the change.', shape: SECRETS },
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { deps, caller, body } = call
        const { workspaceId } = caller
        const set: string[] = []
        const deleted: string[] = []
        for (const { key: name, value } of body)
          if (value === null) {
            if (await deleteSecret(orm, workspaceId, name)) deleted.push(name)
          } else {
            const entry = { workspaceId, name, value: secret(value) }
            await putSecret(orm, deps.keyring, deps.world, entry)
            set.push(name)
          }
        note({
          operation: 'update_workspace_secrets',
          workspaceId,
          resource: { kind: 'workspace_secrets', id: workspaceId },
          details: { set, deleted },
        })
        return { status: 200, body: await secretsOnWire(orm, workspaceId, deps.keyring) }
      }),
  }),
]

async function secretsOnWire(orm: Orm, workspaceId: string, keyring: Keyring): Promise<unknown[]> {
  const found = await listSecrets(orm, workspaceId, keyring)
  return found.map((each) => ({
    key: each.name,
    last_four: each.lastFour,
    updated_at: iso(each.updatedAtMs),
    readable: each.readable ?? true,
  }))
}
