import { useEffect, useState } from 'react'
import { Button, IconButton } from '../parts/button.tsx'
import { SelectField, TextArea, TextField } from '../parts/field.tsx'
import { nanosOf } from '../parts/format.ts'
import { IconClose, IconPlus } from '../parts/icons.tsx'
import type { Draft } from './draft.ts'
import { GuardFields } from './guard-fields.tsx'

/** Changes the config of a policy. */
export interface ConfigProps {
  readonly config: Draft['config']
  readonly onChange: (config: Draft['config']) => void
}

/** The fields of a family of policies. */
export function KindFields({ draft, onChange }: { draft: Draft } & Pick<ConfigProps, 'onChange'>) {
  const props = { config: draft.config, onChange }
  switch (draft.family) {
    case 'spend_cap':
      return <SpendFields {...props} />
    case 'rate_limit':
      return <RateFields {...props} />
    case 'model_access':
      return <ModelFields {...props} />
    case 'guard':
      return <GuardFields {...props} />
  }
}

const WINDOWS = ['hourly', 'daily', 'weekly', 'monthly'].map((value) => ({ value, label: value }))

function SpendFields({ config, onChange }: ConfigProps) {
  const limit = String(config.limit_usd ?? '')
  return (
    <div className="grid grid-cols-2 gap-3">
      <TextField
        label="Limit in dollars"
        inputMode="decimal"
        value={limit}
        onChange={(event) => onChange({ ...config, limit_usd: event.target.value })}
        error={nanosOf(limit) === undefined ? 'Dollars, at most nine decimals.' : undefined}
      />
      <SelectField
        label="Window"
        hint="Calendar windows in UTC; a week starts on Monday."
        value={String(config.window ?? 'daily')}
        onChange={(event) => onChange({ ...config, window: event.target.value })}
        options={WINDOWS}
      />
      <SelectField
        label="Set aside for a call"
        hint="The whole holds the limit exactly; slices let more run at once."
        value={String(config.hold ?? 'full')}
        onChange={(event) => onChange({ ...config, hold: event.target.value })}
        options={[
          { value: 'full', label: 'the most it can cost' },
          { value: 'sliced', label: 'a slice at a time' },
        ]}
      />
      <SelectField
        label="Calls whose cost cannot be read"
        value={String(config.unmetered ?? 'block')}
        onChange={(event) => onChange({ ...config, unmetered: event.target.value })}
        options={[
          { value: 'block', label: 'block' },
          { value: 'allow', label: 'allow' },
        ]}
      />
    </div>
  )
}

const PAIRS = [
  { value: 'requests minute', label: 'requests per minute' },
  { value: 'requests hour', label: 'requests per hour' },
  { value: 'tokens minute', label: 'tokens per minute' },
  { value: 'tokens hour', label: 'tokens per hour' },
  { value: 'concurrency ', label: 'calls at the same time' },
]

function RateFields({ config, onChange }: ConfigProps) {
  const limits: { metric: string; window?: string; value: number }[] = Array.isArray(config.limits)
    ? config.limits
    : []
  const put = (next: typeof limits) => onChange({ ...config, limits: next })
  const of = (pair: string, value: number) => {
    const [metric = '', window = ''] = pair.split(' ')
    return { metric, ...(window === '' ? {} : { window }), value }
  }
  const pairs = limits.map(({ metric, window }) => `${metric} ${window ?? ''}`)
  const free = PAIRS.find(({ value }) => !pairs.includes(value))
  return (
    <fieldset className="m-0 flex flex-col gap-2 border-0 p-0">
      <legend className="mb-1 p-0 font-medium">Limits</legend>
      {limits.map((limit, at) => (
        <div key={pairs[at]} className="flex items-center gap-2">
          <input
            aria-label={`Limit ${at + 1}: amount`}
            type="number"
            min={1}
            step={1}
            className="input w-36"
            value={Number.isNaN(limit.value) ? '' : limit.value}
            onChange={(event) =>
              put(limits.with(at, { ...limit, value: event.target.valueAsNumber }))
            }
          />
          <select
            aria-label={`Limit ${at + 1}: of what`}
            className="input flex-1"
            value={pairs[at]}
            onChange={(event) => put(limits.with(at, of(event.target.value, limit.value)))}
          >
            {PAIRS.filter(({ value }) => value === pairs[at] || !pairs.includes(value)).map(
              (each) => (
                <option key={each.value} value={each.value}>
                  {each.label}
                </option>
              ),
            )}
          </select>
          <IconButton
            label={`Remove limit ${at + 1}`}
            disabled={limits.length === 1}
            onClick={() => put(limits.toSpliced(at, 1))}
          >
            <IconClose />
          </IconButton>
        </div>
      ))}
      {free && (
        <Button className="self-start" onClick={() => put([...limits, of(free.value, 60)])}>
          <IconPlus />
          Limit
        </Button>
      )}
    </fieldset>
  )
}

/** One line per provider: `openai: all`, `anthropic: claude-haiku-*, claude-sonnet-4-5`. */
function ModelFields({ config, onChange }: ConfigProps) {
  const providers: Record<string, 'all' | readonly string[]> = Object(config.providers)
  const [text, setText] = useState(() => linesOf(providers))
  const wanted = linesOf(providers)
  // Another state was put in from outside: a former one, or the one of somebody else.
  useEffect(() => {
    setText((old) => (linesOf(providersOf(old)) === wanted ? old : wanted))
  }, [wanted])
  return (
    <TextArea
      label="Allowed models"
      rows={4}
      value={text}
      hint="One provider a line: “openai: all”, or its models with commas; a * at the end stands for any ending. What is not listed is refused."
      onChange={(event) => {
        setText(event.target.value)
        onChange({ ...config, providers: providersOf(event.target.value) })
      }}
    />
  )
}

function linesOf(providers: Readonly<Record<string, 'all' | readonly string[]>>): string {
  return Object.entries(providers)
    .map(([name, models]) => `${name}: ${models === 'all' ? 'all' : models.join(', ')}`)
    .join('\n')
}

function providersOf(text: string): Record<string, 'all' | string[]> {
  const lines = text.split('\n').flatMap((line): [string, 'all' | string[]][] => {
    const [name = '', ...rest] = line.split(':')
    const models = rest.join(':').trim()
    if (name.trim() === '') return []
    const all = models === '' || models === 'all'
    const listed = models.split(',').map((each) => each.trim())
    return [[name.trim(), all ? 'all' : listed.filter((each) => each !== '')]]
  })
  return Object.fromEntries(lines)
}
