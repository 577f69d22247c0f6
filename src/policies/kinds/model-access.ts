import { t } from 'elysia'
import type { Mistake, PolicyKind } from '../kind.ts'
import { shapeMistakes } from '../kind.ts'
import type { PolicyConfig } from '../policy.ts'

const shape = t.Object(
  {
    providers: t.Record(
      t.String(),
      t.Union([
        t.Literal('all'),
        t.Array(t.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 500 }),
      ]),
      { description: 'Provider → "all" or models; a trailing * stands for any ending' },
    ),
  },
  { additionalProperties: false },
)

function parse(config: unknown): PolicyConfig | readonly Mistake[] {
  const wrong = shapeMistakes(shape, config)
  if (wrong.length > 0) return wrong
  const given = config as { providers: Record<string, 'all' | string[]> }
  const providers = new Map<string, 'all' | readonly string[]>()
  const mistakes: Mistake[] = []
  for (const [provider, models] of Object.entries(given.providers)) {
    if (!/^[a-z0-9_-]{1,64}$/.test(provider))
      mistakes.push({ pointer: '/config/providers', says: `has no provider named ${provider}` })
    providers.set(provider, models)
  }
  if (providers.size === 0)
    mistakes.push({ pointer: '/config/providers', says: 'must name at least one provider' })
  return mistakes.length > 0 ? mistakes : { kind: 'models', providers }
}

/** Allow-list of models; what is not listed is denied. */
export const modelAccess: PolicyKind = {
  type: 'model_access',
  says: 'Allows the listed models only; the narrowest matching tier replaces broader ones',
  shape,
  parse,
  windowKey: () => '',
  meters: () => [],
  examples: [{ providers: { openai: 'all', anthropic: ['claude-sonnet-4-5', 'claude-haiku-*'] } }],
  refusals: [
    { config: {}, pointer: '/config/providers' },
    { config: { providers: {} }, pointer: '/config/providers' },
    { config: { providers: { openai: [] } }, pointer: '/config/providers/openai' },
    { config: { providers: { 'open ai': 'all' } }, pointer: '/config/providers' },
  ],
}
