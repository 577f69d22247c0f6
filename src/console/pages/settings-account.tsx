import { PageHead, Section } from '../parts/page-head.tsx'
import { useSession } from '../session.tsx'
import { PasswordForm } from '../settings/password-form.tsx'
import { SessionList } from '../settings/sessions.tsx'

/** One's own password and sessions. */
export default function AccountSettings() {
  const { userId } = useSession()
  return (
    <>
      <PageHead title="My account" says="Your password, and where you are signed in." />
      <div className="flex max-w-5xl flex-col gap-4 px-6 pb-6">
        <Section title="Password">
          {userId === null ? (
            <p className="m-0 p-4 text-ink-faint">
              You are signed in with a service key, which belongs to nobody and has no password.
            </p>
          ) : (
            <PasswordForm />
          )}
        </Section>
        <Section
          title="Sessions"
          says="30 minutes without a request end one, 12 hours in any case."
        >
          <SessionList />
        </Section>
      </div>
    </>
  )
}
