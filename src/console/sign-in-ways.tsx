import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { api, ask, signWithKey } from './client.ts'
import { passwordLink, spendPasswordLink } from './link.ts'
import { Button } from './parts/button.tsx'
import { TextField } from './parts/field.tsx'
import { useNewPassword } from './parts/new-password.tsx'

/** What a way to sign in is given: `enter` runs it, shows its failure, and opens the console when it succeeds. */
export interface WayProps {
  readonly busy: boolean
  readonly enter: (way: () => Promise<unknown>) => Promise<void>
}

/** Words for what a sign-in at the identity provider ended in, by failure code. */
export function wordsFor(code: string): string {
  switch (code) {
    case 'sign_in_refused':
      return 'You may not sign in here with that account: ask an administrator to add your e-mail address.'
    case 'identity_provider_failed':
      return 'The identity provider could not be reached. Try again, or sign in another way.'
    case 'auth_throttled':
      return 'Too many failed sign-ins. Wait a minute, then try again.'
    default:
      return 'The sign-in at the identity provider did not work. Try again.'
  }
}

/** At the identity provider, when one is configured. */
export function IdentityWay({ busy }: WayProps) {
  const methods = useQuery({
    queryKey: ['sign-in methods'],
    queryFn: () => ask(api.auth.methods.get()),
    staleTime: 60_000,
  })
  const provider = methods.data?.identity_provider
  if (!provider) return null
  return (
    <Button
      look="main"
      busy={busy}
      onClick={() => {
        location.assign(provider.start_path)
      }}
    >
      Continue with {new URL(provider.issuer).host}
    </Button>
  )
}

/** With e-mail address and password. */
export function PasswordWay({ busy, enter }: WayProps) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    void enter(async () => {
      await ask(api.auth.password['sign-in'].post({ email: email.trim(), password }))
      // The key of an earlier sign-in in this tab would go before the session.
      signWithKey(null)
    })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button
        look="main"
        type="submit"
        busy={busy}
        disabled={email.trim() === '' || password === ''}
      >
        Sign in
      </Button>
    </form>
  )
}

/** With a key of the gateway, for this tab. */
export function KeyWay({ busy, enter }: WayProps) {
  const [key, setKey] = useState('')
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    void enter(async () => {
      signWithKey(key.trim())
      try {
        await ask(api.auth.session.get())
      } catch (cause) {
        signWithKey(null)
        throw cause
      }
    })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 border-line border-t pt-5">
      <TextField
        label="API key"
        hint="A service key or personal token of this gateway; kept for this tab only."
        type="password"
        autoComplete="off"
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <Button type="submit" busy={busy} disabled={key.trim() === ''}>
        Use this key
      </Button>
    </form>
  )
}

/** What an administrator's link is for: setting a password, which signs in too. */
export function NewPassword({ busy, enter }: WayProps) {
  const { password, isReady, fields } = useNewPassword()
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    void enter(async () => {
      await ask(api.auth.password.redeem.post({ token: passwordLink() ?? '', password }))
      signWithKey(null)
      spendPasswordLink()
    })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {fields}
      <Button look="main" type="submit" busy={busy} disabled={!isReady}>
        Set password and sign in
      </Button>
    </form>
  )
}
