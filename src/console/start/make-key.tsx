import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { api, ask, Problem } from '../client.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { SecretOnce } from '../parts/secret-once.tsx'

/** Makes a service key of this workspace and shows it once. */
export function MakeKey({
  made,
  onMade,
}: {
  made: string | undefined
  onMade: (key: string) => void
}) {
  const queries = useQueryClient()
  const [name, setName] = useState('My first key')
  const make = useMutation({
    mutationFn: () => ask(api.orgs.current['service-keys'].post({ description: name.trim() })),
    onSuccess: (created) => {
      onMade(created.key)
      void queries.invalidateQueries({ queryKey: ['keys'] })
      void queries.invalidateQueries({ queryKey: ['projects'] })
    },
  })
  if (made !== undefined) return <SecretOnce value={made} what="gateway key" />
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <div className="min-w-64 flex-1">
        <TextField
          label="Name"
          maxLength={200}
          className="w-full"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={make.error instanceof Problem ? make.error.message : undefined}
        />
      </div>
      <Button type="submit" look="main" busy={make.isPending} disabled={name.trim() === ''}>
        Create key
      </Button>
    </form>
  )
}
