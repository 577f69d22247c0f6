import { Type as t } from '@sinclair/typebox'
import type { CapturedText } from '../base/call.ts'
import { Failure } from '../base/failure.ts'
import { readContent } from '../store/contents.ts'
import { ID_PARAMS } from './id-params.ts'
import { route } from './route.ts'
import { uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const SIDE = t.Union([
  t.Object({
    text: t.String(),
    bytes: t.Integer({ description: 'Of the whole; of a streamed answer as it came.' }),
    truncated: t.Boolean({ description: 'True when the text is only the beginning.' }),
  }),
  t.Null(),
])

/** What a call said, for who may read runs. Each reading stands in the audit log. */
export const RUN_CONTENT_ROUTES = [
  route({
    method: 'GET',
    path: '/runs/:id/content',
    tag: 'traces',
    summary: 'Read the content of a trace',
    says: 'The request and the answer in their redacted form, where the workspace keeps content (`capture_content`). A JSON answer as it is, a streamed one as JSON with the text of each slot. Reading it is noted in the audit log.',
    needs: ['runs:read'],
    scope: 'workspace',
    params: ID_PARAMS,
    answer: {
      status: 200,
      says: 'What was kept.',
      shape: t.Object({
        id: uuid(),
        request: SIDE,
        response: SIDE,
        day_full: t.Boolean({
          description: 'The workspace had kept all it may of that day: there is no text.',
        }),
      }),
    },
    handle: (call) =>
      write(call, async ({ note }) => {
        const { deps, caller, params } = call
        const found = await readContent(deps.database, caller.workspaceId, params.id)
        if (!found)
          throw new Failure('not_found', { says: 'No content was kept of a call with this id.' })
        note({
          operation: 'read_content',
          workspaceId: caller.workspaceId,
          resource: { kind: 'run', id: params.id },
          details: {},
        })
        return {
          status: 200,
          body: {
            id: params.id,
            request: sideOnWire(found.request),
            response: sideOnWire(found.response),
            day_full: found.isDayFull,
          },
        }
      }),
  }),
]

function sideOnWire(side: CapturedText | undefined) {
  return side ? { text: side.text, bytes: side.bytes, truncated: side.isCut } : null
}
