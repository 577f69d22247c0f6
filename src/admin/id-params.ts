import { Type as t } from '@sinclair/typebox'
import { uuid } from './scalar-shapes.ts'

/** The parameter of every route about one thing. Ids are lower-case UUIDs; anything else is refused as not valid. */
export const ID_PARAMS = t.Object({ id: uuid() })
