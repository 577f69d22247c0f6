import { type Static, Type as t } from '@sinclair/typebox'
import { guardText, readGuard, tryOutRules } from '../policies/guard-text.ts'
import type { Guard } from '../policies/policy.ts'
import { type Answer, type Call, route, unprocessable } from './route.ts'

/** A try-out, not a bulk service: that is the command `redact`. */
const TEXT_UNITS_MAX = 200_000
/** Steps of one answer: more than anybody looks through, and a bound on its size. */
const CHUNKS_MAX = 2_000
const KEY_BYTES = 32

const BODY = t.Object(
  {
    text: t.String({ maxLength: TEXT_UNITS_MAX }),
    policy: t.Optional(
      t.Unknown({ description: 'The config of a guard. Default: everything is replaced.' }),
    ),
    chunk_units: t.Optional(
      t.Integer({
        minimum: 1,
        maximum: TEXT_UNITS_MAX,
        description: `Sends the text through in pieces of so many UTF-16 units, as a stream would, and tells what left after each; at most ${CHUNKS_MAX} pieces.`,
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ text: 'Mail ada@example.com', policy: { detect: { pii: true, secrets: true } } }],
  },
)

/** Shows what a data policy would do to a text. */
export const REDACTION_ROUTES = [
  route({
    method: 'POST',
    path: '/redaction/preview',
    tag: 'redaction',
    summary: 'Try a data policy on a text',
    says: 'Nothing is stored or logged. Offsets count UTF-16 units; placeholders are of this answer only.',
    needs: ['policies:read'],
    scope: 'workspace',
    repeatable: false,
    body: BODY,
    answer: {
      status: 200,
      says: 'What was found, and the text as it would leave.',
      shape: t.Object({
        text: t.String(),
        blocked: t.Boolean({ description: 'The policy would refuse the whole request.' }),
        hold_units_max: t.Integer({
          description: 'Most UTF-16 units that this policy ever holds back in a stream.',
        }),
        findings: t.Array(
          t.Object({
            kind: t.Union([t.Literal('secret'), t.Literal('pii')]),
            entity: t.String(),
            detector: t.String(),
            start: t.Integer(),
            end: t.Integer(),
          }),
        ),
        chunks: t.Optional(
          t.Array(
            t.Object({
              until: t.Integer({ description: 'Units of the text that had come.' }),
              left: t.String({ description: 'What left after this piece.' }),
              held: t.Integer({ description: 'Units held back after it.' }),
            }),
            { description: 'One for each piece, and one for the end of the text.' },
          ),
        ),
      }),
    },
    handle: preview,
  }),
]

async function preview({
  body,
  deps,
}: Call<unknown, unknown, Static<typeof BODY>>): Promise<Answer> {
  const { text: given, chunk_units: units } = body
  if (units !== undefined && given.length > units * CHUNKS_MAX)
    throw unprocessable([
      { in: 'body', pointer: '/chunk_units', detail: `Makes more than ${CHUNKS_MAX} pieces` },
    ])
  const rules = tryOutRules(policyOf(body.policy))
  const opened = guardText(rules, deps.world.dice.bytes(KEY_BYTES))
  const chunks: { until: number; left: string; held: number }[] = []
  const size = units ?? Math.max(1, given.length)
  for (let at = 0; at < given.length; at += size) {
    const piece = given.slice(at, at + size)
    chunks.push({ until: at + piece.length, left: opened.push(piece), held: opened.held() })
  }
  chunks.push({ until: given.length, left: opened.end(), held: 0 })
  const text = chunks.map(({ left }) => left).join('')
  return {
    status: 200,
    body: {
      text,
      blocked: opened.blocked(),
      hold_units_max: rules.holdUnitsMax,
      findings: opened.findings().map(({ kind, entity, detector, start, end }) => ({
        ...{ kind, entity, detector, start, end },
      })),
      ...(units === undefined ? {} : { chunks }),
    },
  }
}

function policyOf(config: unknown): Guard {
  const read = readGuard(config)
  if ('kind' in read) return read
  throw unprocessable(
    read.map(({ pointer, says }) => ({
      in: 'body',
      pointer: pointer.replace(/^\/config/, '/policy'),
      detail: says,
    })),
  )
}
