import { type Static, Type as t } from '@sinclair/typebox'
import { guardText, readGuard, tryOutRules } from '../policies/guard-text.ts'
import type { Guard } from '../policies/policy.ts'
import { type Answer, type Call, route, unprocessable } from './route.ts'

/** A try-out, not a bulk service: that is the command `redact`. */
const TEXT_UNITS_MAX = 200_000
const KEY_BYTES = 32

const BODY = t.Object(
  {
    text: t.String({ maxLength: TEXT_UNITS_MAX }),
    policy: t.Optional(
      t.Unknown({ description: 'The config of a guard. Default: everything is replaced.' }),
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
      }),
    },
    handle: preview,
  }),
]

async function preview({
  body,
  deps,
}: Call<unknown, unknown, Static<typeof BODY>>): Promise<Answer> {
  const rules = tryOutRules(policyOf(body.policy))
  const opened = guardText(rules, deps.world.dice.bytes(KEY_BYTES))
  const text = opened.push(body.text) + opened.end()
  return {
    status: 200,
    body: {
      text,
      blocked: opened.blocked(),
      hold_units_max: rules.holdUnitsMax,
      findings: opened.findings().map(({ kind, entity, detector, start, end }) => ({
        ...{ kind, entity, detector, start, end },
      })),
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
