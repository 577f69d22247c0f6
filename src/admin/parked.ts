import { Type as t } from '@sinclair/typebox'
import { listParkedOf, unpark } from '../store/outbox.ts'
import type { AdminDeps } from './deps.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment } from './scalar-shapes.ts'
import { write } from './write.ts'

/** Rows of one answer: more are a fault to mend, not a list to read. */
const SHOWN_MAX = 200
/** Messages looked through for those of one organisation. */
const LOOKED_MAX = 1_000

const PARKED = t.Object({
  id: t.String({ description: 'Names it for a replay.' }),
  kind: t.String({ description: 'call, usage, spans or contents.' }),
  destination: t.Union([t.String(), t.Null()], {
    description: 'Which one could not take it; null where none was asked yet.',
  }),
  reason: t.String(),
  parked_at: moment(),
})

interface Parked {
  readonly id: string
  readonly kind: string
  readonly destination: string | null
  readonly reason: string
  readonly parked_at: string
}

/** What could not be delivered and waits for a person: calls in the outbox, and messages of the bus. */
export const PARKED_ROUTES = [
  route({
    method: 'GET',
    path: '/exports/parked',
    tag: 'traces',
    summary: 'List what could not be delivered',
    says: 'Calls of which no delivery could be made, and messages that a destination refused again and again, newest first. Contents are not shown.',
    needs: ['organization:manage'],
    scope: 'organization',
    answer: { status: 200, says: 'At most 200.', shape: t.Object({ data: t.Array(PARKED) }) },
    async handle({ deps, caller }) {
      const found = await parkedOf(deps, caller.organizationId)
      return { status: 200, body: { data: found.slice(0, SHOWN_MAX) } }
    },
  }),
  route({
    method: 'POST',
    path: '/exports/parked/replay',
    tag: 'traces',
    summary: 'Deliver again what was set aside',
    says: 'These, or all of the organization. Destinations that had it before get it with the same ids; our own trace store keeps it once.',
    needs: ['organization:manage'],
    scope: 'organization',
    body: t.Object(
      { ids: t.Optional(t.Array(t.String({ maxLength: 200 }), { maxItems: SHOWN_MAX })) },
      { additionalProperties: false, examples: [{ ids: ['bus:17'] }] },
    ),
    answer: {
      status: 200,
      says: 'How many are on their way.',
      shape: t.Object({ replayed: t.Integer() }),
    },
    handle: (call) =>
      write(call, async ({ note }) => {
        const { deps, caller, body } = call
        const wanted = body.ids && new Set(body.ids)
        const found = (await parkedOf(deps, caller.organizationId)).filter(
          ({ id }) => wanted === undefined || wanted.has(id),
        )
        const ids = (place: string) =>
          found.flatMap(({ id }) => (id.startsWith(place) ? [id.slice(place.length)] : []))
        const released = ids(OUTBOX).length === 0 ? 0 : await unpark(deps.database, ids(OUTBOX))
        const replayed = (await deps.parked?.replayParked(ids(BUS))) ?? 0
        if (found.length > 0)
          note({
            operation: 'replay_parked',
            resource: { kind: 'organization', id: caller.organizationId },
            details: { count: released + replayed },
          })
        return { status: 200, body: { replayed: released + replayed } }
      }),
  }),
]

const OUTBOX = 'outbox:'
const BUS = 'bus:'

async function parkedOf(deps: AdminDeps, organizationId: string): Promise<Parked[]> {
  const [rows, messages] = await Promise.all([
    listParkedOf(deps.database, organizationId, SHOWN_MAX),
    deps.parked?.parked(LOOKED_MAX) ?? [],
  ])
  const calls = rows.map(({ exchangeId, parkedAtMs, why }) => ({
    id: `${OUTBOX}${exchangeId}`,
    kind: 'call',
    destination: null,
    reason: why,
    parked_at: iso(parkedAtMs),
  }))
  const own = messages.flatMap(({ id, subject, reason, parkedAtMs }) => {
    const [kind = '', owner] = subject.split('.')
    if (owner !== organizationId) return []
    const [, destination = null, says = reason] = /^([a-z0-9-]+): (.*)$/s.exec(reason) ?? []
    return { id: `${BUS}${id}`, kind, destination, reason: says, parked_at: iso(parkedAtMs) }
  })
  return [...calls, ...own].sort((a, b) => (a.parked_at < b.parked_at ? 1 : -1))
}
