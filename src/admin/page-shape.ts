import { type TSchema, Type as t } from '@sinclair/typebox'
import { isUuid } from '../base/id.ts'
import { unprocessable } from './route.ts'

export const PAGE_MAX = 100

/** Query members of every paged list. */
export const PAGE_QUERY = {
  limit: t.Optional(t.Integer({ minimum: 1, maximum: PAGE_MAX, description: 'Default 100.' })),
  cursor: t.Optional(
    t.String({ maxLength: 200, description: '`next_cursor` of the page before.' }),
  ),
}

/** One page of `item`s on the wire. */
export function pageShape<T extends TSchema>(item: T) {
  return t.Object({
    data: t.Array(item),
    next_cursor: t.Union([t.String(), t.Null()]),
    has_more: t.Boolean(),
  })
}

/** What to ask the store for: one more than the page, to know whether there is a next one. */
export function pageAsked(query: { limit?: number; cursor?: string }): {
  readonly after: string | undefined
  readonly limit: number
} {
  const limit = (query.limit ?? PAGE_MAX) + 1
  return { after: query.cursor === undefined ? undefined : openCursor(query.cursor), limit }
}

/** Turns what {@link pageAsked} fetched into a page. */
export function pageOf<T>(
  rows: readonly T[],
  asked: { readonly limit: number },
  idOf: (row: T) => string,
  onWire: (row: T) => unknown,
): { data: unknown[]; next_cursor: string | null; has_more: boolean } {
  const page = rows.slice(0, asked.limit - 1)
  const last = page.at(-1)
  const more = rows.length > page.length && last !== undefined
  return {
    data: page.map(onWire),
    next_cursor: more ? cursorOf(idOf(last)) : null,
    has_more: more,
  }
}

/** A cursor is the id of the last row, wrapped so that nobody builds on its form. */
export function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url')
}

function openCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (isUuid(id)) return id
  throw unprocessable([{ in: 'query', pointer: '/cursor', detail: 'Not a cursor of this list' }])
}
