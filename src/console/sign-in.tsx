import { type SubmitEvent, useEffect, useState } from 'react'
import { api, ask, Problem, signWithKey } from './client.ts'
import { hasLink, takeLink } from './link.ts'
import { Button } from './parts/button.tsx'
import { TextField } from './parts/field.tsx'

/**
 * The gate: a one-time link (`/console#token=…`) signs in by itself; a key signs this tab in. Further ways come from
 * {@link WAYS}.
 */
export function SignIn({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(hasLink())
  const enter = async (way: () => Promise<unknown>) => {
    setBusy(true)
    setError(undefined)
    try {
      await way()
      await onSignedIn()
    } catch (cause) {
      setError(cause instanceof Problem ? cause.message : 'This did not work.')
    } finally {
      setBusy(false)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the token is redeemed once, when the page opens
  useEffect(() => {
    document.title = 'Sign in · Sluice'
    const given = takeLink()
    if (given !== undefined) void enter(() => ask(api.auth['sign-in'].post({ token: given })))
  }, [])
  return (
    <main className="flex min-h-screen items-center justify-center px-4">
      <div className="card w-full max-w-sm p-6">
        <h1 className="m-0 font-semibold text-xl">Sign in to Sluice</h1>
        <p className="mt-1 mb-5 text-ink-faint">
          <code>npm start</code> prints a link that signs the first administrator in.
        </p>
        {error !== undefined && (
          <p role="alert" className="mb-4 rounded-md border border-bad bg-bad-soft p-2.5 text-bad">
            {error}
          </p>
        )}
        <div className="flex flex-col gap-5">
          {WAYS.map((Way) => (
            <Way key={Way.name} busy={busy} enter={enter} />
          ))}
        </div>
      </div>
    </main>
  )
}

/** What a way to sign in is given: `enter` runs it, shows its failure, and opens the console when it succeeds. */
export interface WayProps {
  readonly busy: boolean
  readonly enter: (way: () => Promise<unknown>) => Promise<void>
}

/** The ways to sign in, in their order on the page. */
const WAYS: readonly ((props: WayProps) => React.ReactNode)[] = [KeyWay]

function KeyWay({ busy, enter }: WayProps) {
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
    <form onSubmit={submit} className="flex flex-col gap-3">
      <TextField
        label="API key"
        hint="A service key or personal token of this gateway; kept for this tab only."
        type="password"
        autoComplete="off"
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <Button look="main" type="submit" busy={busy} disabled={key.trim() === ''}>
        Sign in
      </Button>
    </form>
  )
}
