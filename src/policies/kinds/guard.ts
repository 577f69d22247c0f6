import { t } from 'elysia'
import type { Mistake, PolicyKind } from '../kind.ts'
import { shapeMistakes } from '../kind.ts'
import type { GuardOperator, PolicyConfig } from '../policy.ts'

/** How findings are rewritten, strongest first: several guards that match give the strongest. */
export const OPERATORS: readonly GuardOperator[] = [
  'block',
  'drop',
  'replace',
  'mask',
  'hash',
  'observe',
]

const choice = t.Union([t.Literal('block'), t.Literal('allow')])

const shape = t.Object(
  {
    version: t.Optional(t.Literal(1)),
    detect: t.Object(
      { pii: t.Optional(t.Boolean()), secrets: t.Optional(t.Boolean()) },
      { additionalProperties: false },
    ),
    operator: t.Optional(
      t.Union(
        OPERATORS.map((each) => t.Literal(each)),
        { description: 'How a finding is rewritten; replace by default' },
      ),
    ),
    except: t.Optional(
      t.Array(t.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 200,
        description: 'Detector ids that are left out',
      }),
    ),
    placeholder_scope: t.Optional(t.Union([t.Literal('key'), t.Literal('exchange')])),
    timeout_seconds: t.Optional(t.Number({ minimum: 0.1, maximum: 30 })),
    timeout_action: t.Optional(choice),
    unscannable: t.Optional(choice),
  },
  { additionalProperties: false },
)

function parse(config: unknown): PolicyConfig | readonly Mistake[] {
  const wrong = shapeMistakes(shape, config)
  if (wrong.length > 0) return wrong
  const given = config as {
    detect: { pii?: boolean; secrets?: boolean }
    operator?: GuardOperator
    except?: string[]
    placeholder_scope?: 'key' | 'exchange'
    timeout_seconds?: number
    timeout_action?: 'block' | 'allow'
    unscannable?: 'block' | 'allow'
  }
  const { pii = false, secrets = false } = given.detect
  if (!pii && !secrets)
    return [{ pointer: '/config/detect', says: 'must switch on pii, secrets or both' }]
  return {
    kind: 'guard',
    pii,
    secrets,
    operator: given.operator ?? 'replace',
    except: given.except ?? [],
    placeholderScope: given.placeholder_scope ?? 'key',
    timeoutMs: Math.round((given.timeout_seconds ?? 2) * 1000),
    timeoutAction: given.timeout_action ?? 'block',
    unscannable: given.unscannable ?? 'block',
  }
}

const base = {
  shape,
  parse,
  windowKey: () => '',
  meters: () => [],
  examples: [
    { version: 1, detect: { pii: true, secrets: true } },
    {
      detect: { secrets: true },
      operator: 'block',
      except: ['jwt'],
      placeholder_scope: 'exchange',
      timeout_seconds: 0.5,
      timeout_action: 'allow',
      unscannable: 'allow',
    },
  ],
  refusals: [
    { config: {}, pointer: '/config/detect' },
    { config: { detect: { pii: false } }, pointer: '/config/detect' },
    { config: { detect: { pii: true }, operator: 'shout' }, pointer: '/config/operator' },
    { config: { detect: { pii: true }, timeout_seconds: 60 }, pointer: '/config/timeout_seconds' },
    { config: { detect: { pii: 'yes' } }, pointer: '/config/detect/pii' },
  ],
}

/** Redacts (or blocks, or only counts) what its detectors find, in requests and answers. */
export const guard: PolicyKind = {
  ...base,
  type: 'guard',
  says: 'Redacts personal data and secrets in requests and answers',
}

/** The same for every member of a dimension. */
export const defaultGuard: PolicyKind = {
  ...base,
  type: 'default_guard',
  says: 'Redacts personal data and secrets for every member of a dimension',
}
