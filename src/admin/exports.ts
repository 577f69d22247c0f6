import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { route } from './route.ts'

const orNull = t.Union([t.String(), t.Null()])

const DESTINATION = t.Object({
  name: t.String(),
  type: t.String(),
  gets: t.Union([t.Literal('calls'), t.Literal('issues'), t.Literal('budgets')]),
  origin: { ...orNull, description: 'Scheme and host. Paths and credentials are not shown.' },
  outside: t.Boolean({ description: 'False for the trace store and the triage of this product.' }),
  waiting: t.Union([t.Integer(), t.Null()], {
    description: 'Messages it has not yet taken; null when the bus does not say.',
  }),
})

/** Where calls and notices are sent, and whether it works. */
export const EXPORT_ROUTES = [
  route({
    method: 'GET',
    path: '/exports',
    tag: 'traces',
    summary: 'List destinations',
    says: 'The destinations of SLUICE_EXPORTS after our own, with the messages that wait for each, and how long traces are kept here.',
    needs: ['organization:manage'],
    scope: 'organization',
    answer: {
      status: 200,
      says: 'The destinations.',
      shape: t.Object({
        data: t.Array(DESTINATION),
        trace_days: t.Union([t.Integer(), t.Null()], { description: 'Null: kept for ever.' }),
        content_days: t.Union([t.Integer(), t.Null()], { description: 'Null: kept for ever.' }),
      }),
    },
    async handle({ deps }) {
      const [found, lags] = await Promise.all([
        deps.exports?.list() ?? [],
        deps.exports?.lags().catch(() => undefined),
      ])
      const data = found.map(({ name, type, gets, origin, outside, cursor }) => ({
        name,
        type,
        gets,
        origin: origin ?? null,
        outside,
        waiting: cursor === undefined ? null : (lags?.get(cursor) ?? null),
      }))
      const { traceDays, contentDays } = deps.retention ?? {}
      return {
        status: 200,
        body: { data, trace_days: traceDays ?? null, content_days: contentDays ?? null },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/exports/test',
    tag: 'traces',
    summary: 'Send a test call to a destination',
    says: 'One made-up call, which says by its names that it is one. Answers once the destination has.',
    needs: ['organization:manage'],
    scope: 'organization',
    repeatable: false,
    body: t.Object(
      { name: t.String({ maxLength: 100 }) },
      { additionalProperties: false, examples: [{ name: 'phoenix' }] },
    ),
    answer: {
      status: 200,
      says: 'Whether it was taken, and what was said.',
      shape: t.Object({ ok: t.Boolean(), says: t.String() }),
    },
    fails: ['not_found'],
    async handle({ deps, body }) {
      const found = await deps.exports?.test(body.name)
      if (!found) throw new Failure('not_found', { says: 'No such destination gets calls.' })
      return { status: 200, body: { ok: found.ok, says: found.says.slice(0, SAYS_MAX) } }
    },
  }),
]

/** What a destination answered may be a page of HTML. */
const SAYS_MAX = 500
