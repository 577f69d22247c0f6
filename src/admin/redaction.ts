import { type Static, Type as t } from '@sinclair/typebox'
import { guardRules } from '../policies/guard-rules.ts'
import { isMistaken } from '../policies/kind.ts'
import { guard } from '../policies/kinds/guard.ts'
import type { Guard } from '../policies/policy.ts'
import { besideAllowed } from '../redaction/allowed.ts'
import type { OperatorFor } from '../redaction/operator.ts'
import { redactor } from '../redaction/redact.ts'
import { scan } from '../redaction/scan.ts'
import { vault } from '../redaction/vault.ts'
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
  const policy = policyOf(body.policy)
  const direction = policy.direction === 'response' ? 'response' : 'request'
  const rules = guardRules([policy], direction)
  if (!rules) throw new Error('a guard looks one way at least')
  // A key nobody keeps: the placeholders shown here open nothing anywhere.
  const key = deps.world.dice.bytes(KEY_BYTES)
  const scratch = vault({ key, scope: 'preview' })
  const aside = vault({ key, scope: 'aside' })
  const operatorFor: OperatorFor = (detector, entity) =>
    rules.operatorFor(detector, entity) ?? 'observe'
  const left = rules.allowed ? scan(rules.allowed, body.text) : []
  const findings = scan(rules.compiled, body.text).filter(
    ({ detector, entity, start, end }) =>
      rules.operatorFor(detector, entity) !== undefined &&
      !left.some((each) => each.start < end && start < each.end),
  )
  const filter = redactor(rules.compiled, operatorFor, scratch)
  const hide = rules.allowed ? besideAllowed(filter, rules.allowed, aside) : filter
  const text = hide.push(body.text) + hide.end()
  return {
    status: 200,
    body: {
      text,
      blocked: filter.blocked(),
      hold_units_max: rules.holdUnitsMax,
      findings: findings.map(({ kind, entity, detector, start, end }) => ({
        ...{ kind, entity, detector, start, end },
      })),
    },
  }
}

function policyOf(config: unknown): Guard {
  const parsed = guard.parse(config ?? { detect: { pii: true, secrets: true } })
  const wrong = isMistaken(parsed) ? parsed : (guard.review?.(parsed) ?? [])
  if (isMistaken(parsed) || wrong.length > 0)
    throw unprocessable(
      wrong.map(({ pointer, says }) => ({
        in: 'body',
        pointer: pointer.replace(/^\/config/, '/policy'),
        detail: says,
      })),
    )
  if (parsed.kind !== 'guard') throw new Error('the guard kind parsed something else')
  return parsed
}
