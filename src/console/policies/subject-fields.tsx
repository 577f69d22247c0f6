import { Button, IconButton } from '../parts/button.tsx'
import { IconClose, IconPlus } from '../parts/icons.tsx'
import { useSession } from '../session.tsx'
import type { Named, Names } from '../subjects/use-names.ts'
import type { Draft } from './draft.ts'
import { subjectWord } from './policy.ts'

type Matcher = Draft['matchers'][number]

const KEYS = ['workspace_id', 'api_key_id', 'user_id', 'organization_id']
/** Only what counts can tell calls apart by these. */
const COUNTED_KEYS = ['provider', 'model']
const HEADER = 'header'

/** Who a policy is about: conditions that must all hold; values of one kind are alternatives. */
export function SubjectFields({
  draft,
  onChange,
  names,
}: {
  draft: Draft
  onChange: (matchers: readonly Matcher[]) => void
  names: Names
}) {
  const { organizationId, workspace } = useSession()
  const counts = draft.family === 'spend_cap' || draft.family === 'rate_limit'
  const keys = counts ? [...KEYS, ...COUNTED_KEYS] : KEYS
  const eachAllowed = draft.family !== 'model_access'
  const put = (at: number, change: Matcher) =>
    onChange(draft.matchers.map((each, index) => (index === at ? change : each)))
  const startOf = (key: string): Matcher => {
    if (key === 'organization_id') return { key, value: organizationId }
    if (key === 'workspace_id') return { key, value: workspace?.id ?? '' }
    if (key === 'api_key_id') return { key, value: names.keys[0]?.id ?? '' }
    if (key === 'user_id') return { key, value: names.users[0]?.id ?? '' }
    if (key === HEADER) return { key: 'team', value: 'blue' }
    return { key, value: key === 'provider' ? 'openai' : 'gpt-4o-mini' }
  }
  return (
    <fieldset className="m-0 flex flex-col gap-2 border-0 p-0">
      <legend className="mb-1 p-0 font-medium">About</legend>
      {draft.matchers.map((matcher, at) => {
        const isHeader = ![...KEYS, ...COUNTED_KEYS].includes(matcher.key)
        const known = knownOf(matcher.key, names)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no id, and one stays at its place while it is edited
          <div key={at} className="flex items-center gap-2">
            <select
              aria-label={`Condition ${at + 1}: what`}
              className="input w-32 shrink-0"
              value={isHeader ? HEADER : matcher.key}
              onChange={(event) => put(at, startOf(event.target.value))}
            >
              {keys.map((key) => (
                <option key={key} value={key}>
                  {subjectWord(key)}
                </option>
              ))}
              {counts && <option value={HEADER}>header</option>}
            </select>
            {isHeader && (
              <input
                aria-label={`Condition ${at + 1}: X-Gateway- header`}
                className="input w-28 shrink-0"
                value={matcher.key}
                maxLength={64}
                onChange={(event) => put(at, { ...matcher, key: event.target.value })}
              />
            )}
            {known === undefined ? (
              matcher.key === 'organization_id' ? (
                <span className="flex-1 text-ink-faint">everything in it</span>
              ) : (
                <input
                  aria-label={`Condition ${at + 1}: value`}
                  className="input min-w-0 flex-1"
                  value={matcher.value}
                  maxLength={256}
                  placeholder={eachAllowed ? 'each on its own' : ''}
                  onChange={(event) => put(at, { ...matcher, value: event.target.value })}
                />
              )
            ) : (
              <select
                aria-label={`Condition ${at + 1}: value`}
                className="input min-w-0 flex-1"
                value={matcher.value}
                onChange={(event) => put(at, { ...matcher, value: event.target.value })}
              >
                {eachAllowed && (
                  <option value="">each {subjectWord(matcher.key)} on its own</option>
                )}
                {withOwn(known, matcher.value, names).map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
            <IconButton
              label={`Remove condition ${at + 1}`}
              onClick={() => onChange(draft.matchers.filter((_, index) => index !== at))}
            >
              <IconClose />
            </IconButton>
          </div>
        )
      })}
      <div className="flex items-center gap-3">
        <Button onClick={() => onChange([...draft.matchers, startOf('api_key_id')])}>
          <IconPlus />
          Condition
        </Button>
        <span className="text-ink-faint text-xs">
          {draft.matchers.length === 0
            ? 'Without a condition it is about every call of the organisation.'
            : 'All must hold; several of one kind are alternatives.'}
        </span>
      </div>
    </fieldset>
  )
}

function knownOf(key: string, names: Names): readonly Named[] | undefined {
  if (key === 'workspace_id') return names.workspaces
  if (key === 'api_key_id') return names.keys
  if (key === 'user_id') return names.users
  return undefined
}

/** The chosen one stays to be seen when its name may not be. */
function withOwn(known: readonly Named[], value: string, names: Names): readonly Named[] {
  if (value === '' || known.some(({ id }) => id === value)) return known
  return [...known, { id: value, name: names.of(value) }]
}
