import { type Static, Type as t } from '@sinclair/typebox'
import { isMistaken } from '../policies/kind.ts'
import { guard } from '../policies/kinds/guard.ts'
import type { Guard } from '../policies/policy.ts'
import { compileDetectors } from '../redaction/automaton/compile.ts'
import type { Detector } from '../redaction/detector.ts'
import { DETECTORS, SECRETS, STRUCTURED_PII } from '../redaction/detectors/index.ts'
import type { OperatorFor } from '../redaction/operator.ts'
import { redactor } from '../redaction/redact.ts'
import { vault } from '../redaction/vault.ts'
import { type Answer, type Call, type Route, route, unprocessable } from './route.ts'

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
export const REDACTION_ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    path: '/redaction/preview',
    tag: 'redaction',
    summary: 'Try a data policy on a text',
    says: 'Nothing is stored or logged. Offsets count UTF-16 units; placeholders are of this answer only.',
    needs: ['workspaces:read'],
    scope: 'workspace',
    repeatable: false,
    body: BODY,
    answer: {
      status: 200,
      says: 'What was found, and the text as it would leave.',
      shape: t.Object({
        text: t.String(),
        blocked: t.Boolean({ description: 'The policy would refuse the whole request.' }),
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
  const except = new Set(policy.except)
  // A key nobody keeps: the placeholders shown here open nothing anywhere.
  const scratch = vault({ key: deps.world.dice.bytes(KEY_BYTES), scope: 'preview' })
  // Leaving a detector out by not acting on it spares compiling a set for every list a caller may think of.
  const operatorFor: OperatorFor = (detector) =>
    except.has(detector) ? 'observe' : policy.operator
  const filter = redactor(compileDetectors(setFor(policy)), operatorFor, scratch)
  const text = filter.push(body.text) + filter.end()
  return {
    status: 200,
    body: {
      text,
      blocked: filter.blocked(),
      findings: filter
        .findings()
        .filter(({ detector }) => !except.has(detector))
        .map(({ kind, entity, detector, start, end }) => ({ kind, entity, detector, start, end })),
    },
  }
}

/** Compiling takes long: it is done once for each of the three sets, at its first use. */
function setFor(policy: Guard): readonly Detector[] {
  if (policy.secrets && policy.pii) return DETECTORS
  return policy.secrets ? SECRETS : STRUCTURED_PII
}

function policyOf(config: unknown): Guard {
  const parsed = guard.parse(config ?? { detect: { pii: true, secrets: true } })
  if (isMistaken(parsed))
    throw unprocessable(
      parsed.map(({ pointer, says }) => ({
        in: 'body',
        pointer: pointer.replace(/^\/config/, '/policy'),
        detail: says,
      })),
    )
  if (parsed.kind !== 'guard') throw new Error('the guard kind parsed something else')
  return parsed
}
