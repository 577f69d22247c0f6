import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { listTraceProjects, type TraceProject } from '../store/trace-reads.ts'
import { ID_PARAMS } from './id-params.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const SESSION = t.Object(
  {
    id: uuid(),
    tenant_id: uuid('The workspace.'),
    name: t.String(),
    start_time: moment(),
    end_time: t.Null(),
    description: t.Union([t.String(), t.Null()]),
    reference_dataset_id: t.Null(),
    api_key_id: t.Union([t.String(), t.Null()], {
      description: 'The key whose calls it holds; null for the project of all calls.',
    }),
  },
  {
    examples: [
      {
        id: '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d',
        tenant_id: '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4e',
        name: 'gateway',
        start_time: '2026-11-22T07:00:00.000Z',
        end_time: null,
        description: 'All calls of the workspace.',
        reference_dataset_id: null,
        api_key_id: null,
      },
    ],
  },
)

/** The trace projects, by the original's word for them. */
export const SESSION_ROUTES = [
  route({
    method: 'GET',
    path: '/sessions',
    tag: 'traces',
    summary: 'List trace projects',
    says: 'The projects that calls are traced to: `gateway`, and `gateway-<short key>-<key id>` per key. A bare array.',
    needs: ['projects:read'],
    scope: 'workspace',
    query: t.Object(
      {
        name: t.Optional(t.String({ maxLength: 200 })),
        name_contains: t.Optional(t.String({ maxLength: 200 })),
        id: t.Optional(t.Array(uuid(), { maxItems: 100 })),
        limit: t.Optional(t.Integer({ minimum: 1, maximum: 1000 })),
        offset: t.Optional(t.Integer({ minimum: 0, maximum: 1_000_000 })),
      },
      // The original's clients send more than we know.
      { additionalProperties: true },
    ),
    answer: { status: 200, says: 'The projects, oldest first.', shape: t.Array(SESSION) },
    async handle({ deps, caller, query }) {
      const found = await listTraceProjects(deps.database, caller.workspaceId, {
        ids: query.id,
        name: query.name,
        nameContains: query.name_contains,
        limit: query.limit ?? 100,
        offset: query.offset ?? 0,
      })
      return { status: 200, body: found.map(sessionOnWire) }
    },
  }),
  route({
    method: 'GET',
    path: '/sessions/:id',
    tag: 'traces',
    summary: 'Read a trace project',
    says: 'One project by its id.',
    needs: ['projects:read'],
    scope: 'workspace',
    params: ID_PARAMS,
    answer: { status: 200, says: 'The project.', shape: SESSION },
    async handle({ deps, caller, params }) {
      const [found] = await listTraceProjects(deps.database, caller.workspaceId, {
        ids: [params.id],
        limit: 1,
        offset: 0,
      })
      if (!found) throw new Failure('not_found', { says: 'There is no such trace project.' })
      return { status: 200, body: sessionOnWire(found) }
    },
  }),
]

function sessionOnWire(project: TraceProject): Record<string, unknown> {
  return {
    id: project.id,
    tenant_id: project.workspaceId,
    name: project.name,
    start_time: iso(project.createdAtMs),
    end_time: null,
    description: project.keyId === undefined ? 'All calls of the workspace.' : 'Calls of one key.',
    reference_dataset_id: null,
    default_dataset_id: null,
    extra: {},
    api_key_id: project.keyId ?? null,
  }
}
