import { Type as t } from '@sinclair/typebox'
import { declarationSchema } from './declaration.ts'
import { route } from './route.ts'

/** The published shape of a configuration file, for editors and for checks before a review. */
export const CONFIG_ROUTES = [
  route({
    method: 'GET',
    path: '/config/schema',
    tag: 'configuration',
    summary: 'Read the JSON Schema of a configuration file',
    says: 'Of the file that `sluice config` plans and applies. Editors fetch it without a key.',
    needs: [],
    scope: 'open',
    answer: {
      status: 200,
      says: 'A JSON Schema, draft 2020-12.',
      shape: t.Object({}, { additionalProperties: true }),
    },
    handle: async () => ({ status: 200, body: declarationSchema() }),
  }),
]
