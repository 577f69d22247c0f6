import { Type as t } from '@sinclair/typebox'

/** An id as this product writes them. The library's own `uuid` also lets `urn:uuid:` and capitals through. */
export function uuid(description?: string) {
  return t.String({
    format: 'uuid',
    pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    ...(description === undefined ? {} : { description }),
  })
}

const DAY = '(19[7-9]\\d|2\\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])'
const TIME = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?'

/** A moment (RFC 3339) from 1970 to 2999: further away neither the clock nor the database agree on what it is. */
export function moment(description?: string) {
  return t.String({
    format: 'date-time',
    pattern: `^${DAY}T${TIME}(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$`,
    ...(description === undefined ? {} : { description }),
  })
}
