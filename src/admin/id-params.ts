import { Type as t } from '@sinclair/typebox'

/** The parameter of every route about one thing. Ids are lower-case UUIDs; anything else is refused as not valid. */
export const ID_PARAMS = t.Object({
  id: t.String({
    pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    examples: ['019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'],
  }),
})
