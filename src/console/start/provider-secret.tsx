import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { api, ask, Problem } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Badge } from '../parts/badge.tsx'
import { Button } from '../parts/button.tsx'
import { SelectField, TextField } from '../parts/field.tsx'
import { useSession } from '../session.tsx'

/** The names that the gateway looks for, by provider. */
export const PROVIDER_SECRETS = [
  { value: 'OPENAI_API_KEY', label: 'OpenAI' },
  { value: 'ANTHROPIC_API_KEY', label: 'Anthropic' },
  { value: 'GOOGLE_API_KEY', label: 'Google Gemini' },
] as const

/** Sets a provider secret; a value goes in and never comes out again. */
export function ProviderSecret({ names }: { names: readonly string[] }) {
  const { workspace } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState<string>('OPENAI_API_KEY')
  const [value, setValue] = useState('')
  const save = useMutation({
    mutationFn: () =>
      ask(api.workspaces.current.secrets.post([{ key: name, value: value.trim() }])),
    onSuccess: (all) => {
      queries.setQueryData(['secrets', workspace?.id], all)
      setValue('')
      announce(`${name} is set`)
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <>
      {names.length > 0 && (
        <p className="m-0 mb-3 flex flex-wrap items-center gap-1.5">
          Set:
          {names.map((each) => (
            <Badge key={each} tone="good">
              {each}
            </Badge>
          ))}
        </p>
      )}
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <SelectField
          label="Provider"
          value={name}
          onChange={(event) => setName(event.target.value)}
          options={PROVIDER_SECRETS}
        />
        <div className="min-w-64 flex-1">
          <TextField
            label="Provider key"
            type="password"
            className="w-full"
            value={value}
            onChange={(event) => setValue(event.target.value)}
            error={save.error instanceof Problem ? save.error.message : undefined}
          />
        </div>
        <Button type="submit" look="main" busy={save.isPending} disabled={value.trim() === ''}>
          {names.includes(name) ? 'Replace' : 'Save'}
        </Button>
      </form>
    </>
  )
}
