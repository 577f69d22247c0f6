import { CheckField, SelectField, TextField } from '../parts/field.tsx'
import type { ConfigProps } from './kind-fields.tsx'

const OPERATORS = [
  { value: 'replace', label: 'replace by a placeholder, and restore in the answer' },
  { value: 'mask', label: 'mask' },
  { value: 'hash', label: 'replace by a hash' },
  { value: 'drop', label: 'take out' },
  { value: 'block', label: 'refuse the whole call' },
  { value: 'observe', label: 'only count' },
]
const DIRECTIONS = [
  { value: 'both', label: 'requests and answers' },
  { value: 'request', label: 'requests only' },
  { value: 'response', label: 'answers only' },
]

/** What a guard looks for and what becomes of it; finer settings are in the config as JSON. */
export function GuardFields({ config, onChange }: ConfigProps) {
  const detect: Record<string, unknown> = Object(config.detect)
  const except: readonly string[] = Array.isArray(config.except) ? config.except : []
  const look = (name: string, on: boolean) =>
    onChange({ ...config, detect: { ...detect, [name]: on } })
  return (
    <div className="flex flex-col gap-3">
      <fieldset className="m-0 flex flex-wrap gap-x-6 gap-y-2 border-0 p-0">
        <legend className="mb-1 p-0 font-medium">Look for</legend>
        <CheckField
          label="Personal data"
          hint="Names, addresses, numbers"
          checked={detect.pii === true}
          onChange={(event) => look('pii', event.target.checked)}
        />
        <CheckField
          label="Secrets"
          hint="Keys and tokens of known issuers"
          checked={detect.secrets === true}
          onChange={(event) => look('secrets', event.target.checked)}
        />
      </fieldset>
      <div className="grid grid-cols-2 gap-3">
        <SelectField
          label="What is found"
          value={String(config.operator ?? 'replace')}
          onChange={(event) => onChange({ ...config, operator: event.target.value })}
          options={OPERATORS}
        />
        <SelectField
          label="Looks at"
          value={String(config.direction ?? 'both')}
          onChange={(event) => onChange({ ...config, direction: event.target.value })}
          options={DIRECTIONS}
        />
      </div>
      <TextField
        label="Left out"
        hint="Detectors or entities with commas, such as “jwt, PERSON”."
        defaultValue={except.join(', ')}
        key={except.length === 0 ? 'none' : 'some'}
        onBlur={(event) => {
          const listed = event.target.value.split(',').map((each) => each.trim())
          const { except: _, ...rest } = config
          const named = listed.filter((each) => each !== '')
          onChange(named.length === 0 ? rest : { ...config, except: named })
        }}
      />
    </div>
  )
}
