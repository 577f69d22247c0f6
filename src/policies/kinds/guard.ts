import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { t } from 'elysia'
import { PatternError } from '../../redaction/automaton/pattern.ts'
import { builtInDetectors } from '../../redaction/built-in.ts'
import { CUSTOM_UNITS_MAX, customScanner } from '../../redaction/custom-scanner.ts'
import type { Mistake, PolicyKind } from '../kind.ts'
import { shapeMistakes } from '../kind.ts'
import type { Guard, GuardDetector, PolicyConfig } from '../policy.ts'

/** Words and allowed values of one guard, in all: more belong into a service of their own. */
const WORDS_MAX = 2_000

const operator = t.Union([
  t.Literal('block'),
  t.Literal('drop'),
  t.Literal('replace'),
  t.Literal('mask'),
  t.Literal('hash'),
  t.Literal('observe'),
])
const choice = t.Union([t.Literal('block'), t.Literal('allow')])
const words = t.Array(t.String({ minLength: 2, maxLength: CUSTOM_UNITS_MAX }), {
  minItems: 1,
  maxItems: WORDS_MAX,
})

const custom = t.Object(
  {
    id: t.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$' }),
    entity: t.Optional(
      t.String({
        pattern: '^[A-Z0-9_]{1,40}$',
        description: 'Category in placeholders; by default the id in capitals',
      }),
    ),
    kind: t.Optional(t.Union([t.Literal('pii'), t.Literal('secret')])),
    pattern: t.Optional(
      t.String({
        minLength: 1,
        maxLength: 500,
        description:
          'Literals, [classes], . \\d \\w \\s, groups, |, ?, {m,n}; matches whole words of a bounded length',
      }),
    ),
    words: t.Optional(words),
    allow: t.Optional(words),
  },
  { additionalProperties: false },
)

const shape = t.Object(
  {
    version: t.Optional(t.Literal(1)),
    detect: t.Optional(
      t.Object(
        { pii: t.Optional(t.Boolean()), secrets: t.Optional(t.Boolean()) },
        { additionalProperties: false },
      ),
    ),
    operator: t.Optional(
      t.Union(operator.anyOf, { description: 'How a finding is rewritten; replace by default' }),
    ),
    detectors: t.Optional(
      t.Record(t.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), operator, {
        maxProperties: 500,
        description: 'Detector id or entity → its own operator; naming one switches it on',
      }),
    ),
    direction: t.Optional(
      t.Union([t.Literal('request'), t.Literal('response'), t.Literal('both')]),
    ),
    except: t.Optional(
      t.Array(t.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 200,
        description: 'Detector ids and entities that are left out',
      }),
    ),
    custom: t.Optional(
      t.Array(custom, {
        maxItems: 50,
        description: 'Own detectors: a pattern, words, or words that are never touched (allow)',
      }),
    ),
    placeholder_scope: t.Optional(t.Union([t.Literal('key'), t.Literal('exchange')])),
    timeout_seconds: t.Optional(t.Number({ minimum: 0.1, maximum: 30 })),
    timeout_action: t.Optional(choice),
    fail_mode: t.Optional(t.Union([t.Literal('closed'), t.Literal('open')])),
    unscannable: t.Optional(choice),
  },
  { additionalProperties: false },
)

function parse(config: unknown): PolicyConfig | readonly Mistake[] {
  if (!Value.Check(shape, config)) return shapeMistakes(shape, config)
  const wrong = (config.custom ?? []).flatMap(customMistakes)
  const own = (config.custom ?? []).filter((each) => each.allow === undefined)
  const ids = own.map(({ id }) => id)
  for (const [index, id] of ids.entries())
    if (ids.indexOf(id) < index)
      wrong.push({ pointer: '/config/custom', says: `names the detector ${id} twice` })
  if (sizeOf(config.custom) > WORDS_MAX)
    wrong.push({ pointer: '/config/custom', says: `must hold at most ${WORDS_MAX} words in all` })
  const { pii = false, secrets = false } = config.detect ?? {}
  const detectors = config.detectors ?? {}
  if (!pii && !secrets && own.length === 0 && Object.keys(detectors).length === 0)
    wrong.push({
      pointer: '/config/detect',
      says: 'must switch on pii, secrets or both, unless detectors or custom name any',
    })
  if (wrong.length > 0) return wrong
  return {
    kind: 'guard',
    pii,
    secrets,
    operator: config.operator ?? 'replace',
    detectors,
    direction: config.direction ?? 'both',
    except: config.except ?? [],
    custom: own.map(detectorOf),
    allow: (config.custom ?? []).flatMap(({ allow }) => allow ?? []),
    placeholderScope: config.placeholder_scope ?? 'key',
    timeoutMs: Math.round((config.timeout_seconds ?? 2) * 1000),
    timeoutAction: config.timeout_action ?? 'block',
    failMode: config.fail_mode ?? 'closed',
    unscannable: config.unscannable ?? 'block',
  }
}

type Custom = Static<typeof custom>

function sizeOf(all: readonly Custom[] = []): number {
  return all.reduce((sum, each) => sum + (each.words ?? each.allow ?? []).length, 0)
}

function detectorOf(given: Custom): GuardDetector {
  const { id, kind = 'pii', pattern, words } = given
  return { id, kind, entity: given.entity ?? id.toUpperCase().replaceAll('-', '_'), pattern, words }
}

function customMistakes(given: Custom, index: number): Mistake[] {
  const pointer = `/config/custom/${index}`
  const [way, ...others] = (['pattern', 'words', 'allow'] as const).filter(
    (each) => given[each] !== undefined,
  )
  if (way === undefined || others.length > 0)
    return [{ pointer, says: 'must have exactly one of pattern, words and allow' }]
  try {
    customScanner({ ...detectorOf(given), words: given.words ?? given.allow })
    return []
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause
    return [{ pointer: `${pointer}/${way}`, says: cause.message }]
  }
}

/** Names of detectors and entities that nobody knows: a slip here would leave values unprotected. */
function review(config: PolicyConfig): readonly Mistake[] {
  if (config.kind !== 'guard') return []
  const known = knownNames(config)
  const says = 'is no detector and no entity'
  const named = Object.keys(config.detectors)
    .filter((name) => !known.has(name))
    .map((name) => ({ pointer: `/config/detectors/${name}`, says }))
  const left = config.except.flatMap((name, index) =>
    known.has(name) ? [] : [{ pointer: `/config/except/${index}`, says }],
  )
  return [...named, ...left]
}

function knownNames({ custom }: Guard): Set<string> {
  const builtIns = builtInDetectors()
  return new Set([
    ...builtIns.flatMap(({ id, entity }) => [id, entity]),
    ...builtIns.flatMap((each) => (each.type === 'stream' ? each.entities : [])),
    ...custom.flatMap(({ id, entity }) => [`custom-${id}`, entity]),
  ])
}

const base = {
  shape,
  parse,
  review,
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
      fail_mode: 'open',
      unscannable: 'allow',
    },
    {
      detect: { pii: true },
      detectors: { EMAIL_ADDRESS: 'mask' },
      direction: 'request',
      custom: [
        { id: 'staff-number', pattern: 'EMP-\\d{6}' },
        { id: 'project', entity: 'PROJECT_NAME', kind: 'secret', words: ['Blue Heron'] },
        { id: 'public', allow: ['support@example.com'] },
      ],
    },
  ],
  refusals: [
    { config: {}, pointer: '/config/detect' },
    { config: { detect: { pii: false } }, pointer: '/config/detect' },
    { config: { detect: { pii: true }, operator: 'shout' }, pointer: '/config/operator' },
    { config: { detect: { pii: true }, timeout_seconds: 60 }, pointer: '/config/timeout_seconds' },
    { config: { detect: { pii: 'yes' } }, pointer: '/config/detect/pii' },
    { config: { detect: { pii: true }, direction: 'up' }, pointer: '/config/direction' },
    { config: { detectors: { email: 'shout' } }, pointer: '/config/detectors/email' },
    { config: { custom: [{ id: 'a', pattern: '(' }] }, pointer: '/config/custom/0/pattern' },
    { config: { custom: [{ id: 'a', pattern: 'a+' }] }, pointer: '/config/custom/0/pattern' },
    { config: { custom: [{ id: 'a', pattern: '(a|b)\\1' }] }, pointer: '/config/custom/0/pattern' },
    { config: { custom: [{ id: 'a' }] }, pointer: '/config/custom/0' },
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
