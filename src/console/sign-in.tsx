import { useEffect, useState } from 'react'
import { api, ask, Problem, signWithKey } from './client.ts'
import { failedSignIn, hasLink, passwordLink, takeLink } from './link.ts'
import {
  IdentityWay,
  KeyWay,
  NewPassword,
  PasswordWay,
  type WayProps,
  wordsFor,
} from './sign-in-ways.tsx'

/** The ways to sign in, in their order on the page. */
const WAYS: readonly ((props: WayProps) => React.ReactNode)[] = [IdentityWay, PasswordWay, KeyWay]

/**
 * The gate: a one-time link (`/console#token=…`) signs in by itself; an administrator's link
 * (`/console#password-token=…`) lets its holder set a password. Further ways come from {@link WAYS}.
 */
export function SignIn({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const [error, setError] = useState(() => {
    const code = failedSignIn()
    return code === undefined ? undefined : wordsFor(code)
  })
  const forPassword = passwordLink() !== undefined
  const [busy, setBusy] = useState(hasLink() && !forPassword)
  const enter = async (way: () => Promise<unknown>) => {
    setBusy(true)
    setError(undefined)
    try {
      await way()
      await onSignedIn()
    } catch (cause) {
      setError(wordsOf(cause))
    } finally {
      setBusy(false)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the token is redeemed once, when the page opens
  useEffect(() => {
    document.title = forPassword ? 'Set a password · Sluice' : 'Sign in · Sluice'
    const given = takeLink()
    if (given === undefined) return
    signWithKey(null)
    void enter(() => ask(api.auth['sign-in'].post({ token: given })))
  }, [])
  return (
    <main className="flex min-h-screen items-center justify-center px-4">
      <div className="card w-full max-w-sm p-6">
        <h1 className="m-0 font-semibold text-xl">
          {forPassword ? 'Set your password' : 'Sign in to Sluice'}
        </h1>
        <p className="mt-1 mb-5 text-ink-faint">
          {forPassword ? (
            'The link works once. Setting a password ends your other sessions.'
          ) : (
            <>
              <code>npm start</code> prints a link that signs the first administrator in.
            </>
          )}
        </p>
        {error !== undefined && (
          <p role="alert" className="mb-4 rounded-md border border-bad bg-bad-soft p-2.5 text-bad">
            {error}
          </p>
        )}
        <div className="flex flex-col gap-5">
          {forPassword ? (
            <NewPassword busy={busy} enter={enter} />
          ) : (
            WAYS.map((Way) => <Way key={Way.name} busy={busy} enter={enter} />)
          )}
        </div>
      </div>
    </main>
  )
}

/** The sentence of a refusal; what is wrong with an input without saying where, as there is one password. */
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Problem)) return 'This did not work.'
  return cause.mistakes[0]?.detail ?? cause.message
}
