import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { api, ask } from '../client.ts'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { useNewPassword } from '../parts/new-password.tsx'
import { Refusal } from '../parts/refusal.tsx'

/** Sets or changes one's own password. */
export function PasswordForm() {
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const { password, isReady, fields, clear } = useNewPassword()
  const save = useMutation({
    mutationFn: () =>
      ask(
        api.auth.password.put({
          password,
          ...(current === '' ? {} : { current_password: current }),
        }),
      ),
    onSuccess: () => {
      setCurrent('')
      clear()
      void queries.invalidateQueries({ queryKey: ['my sessions'] })
      announce('The password is set')
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="flex max-w-md flex-col gap-4 p-4">
      <TextField
        label="Current password"
        hint="Leave it empty for your first one, within 15 minutes of signing in."
        type="password"
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      {fields}
      <Refusal error={save.error} />
      {save.isSuccess && password === '' && (
        <p role="status" className="m-0 text-good">
          It is set. Every other session of yours has ended.
        </p>
      )}
      <div>
        <Button type="submit" look="main" busy={save.isPending} disabled={!isReady}>
          Set password
        </Button>
      </div>
    </form>
  )
}
