import { useState } from 'react'
import { TextField } from './field.tsx'

/** A new password, typed twice: its two fields, and whether what is in them can be sent. */
export function useNewPassword() {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const fields = (
    <>
      <TextField
        label="New password"
        hint="At least 12 characters: a few words are easier than signs."
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <TextField
        label="The same again"
        error={again !== '' && again !== password ? 'This is not the same.' : undefined}
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.target.value)}
      />
    </>
  )
  const clear = () => {
    setPassword('')
    setAgain('')
  }
  return { password, isReady: password !== '' && again === password, fields, clear }
}
