import { Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { hasLink } from './link.ts'
import type { Page } from './page.ts'
import { PAGES } from './pages/index.ts'
import { Palette } from './palette.tsx'
import { Announcer } from './parts/announcer.tsx'
import { PageHead } from './parts/page-head.tsx'
import { Loading, NotAllowed, Trouble } from './parts/states.tsx'
import { SessionProvider, useSession, useWho } from './session.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { Sidebar } from './sidebar.tsx'
import { SignIn } from './sign-in.tsx'

/** What surrounds every page, and the gate in front of them all. */
export function Frame() {
  const [signedOut, setSignedOut] = useState(hasLink)
  const who = useWho(!signedOut)
  const { refetch } = who
  useEffect(() => {
    const heard = () => setSignedOut(true)
    window.addEventListener('sluice:signed-out', heard)
    return () => window.removeEventListener('sluice:signed-out', heard)
  }, [])
  if (signedOut || isRefused(who.error))
    return (
      <SignIn
        onSignedIn={async () => {
          await refetch()
          setSignedOut(false)
        }}
      />
    )
  if (who.isPending) return <Waiting />
  if (who.error) return <Trouble error={who.error} retry={() => void refetch()} />
  return (
    <SessionProvider found={who.data}>
      <a
        href="#main"
        className="absolute top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-1.5 text-accent-ink focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="grid h-screen grid-cols-[14rem_minmax(0,1fr)]">
        <Sidebar />
        <main id="main" tabIndex={-1} className="min-h-0 min-w-0 overflow-y-auto outline-none">
          <Guarded />
        </main>
      </div>
      <Palette />
      <Shortcuts />
      <Announcer />
    </SessionProvider>
  )
}

/** The page, or why this role does not see it. */
function Guarded() {
  const { may, workspace } = useSession()
  const page = usePage()
  const missing = (page?.needs ?? []).filter((each) => !may(each))
  if (page && missing.length > 0)
    return (
      <>
        <PageHead title={page.title} />
        <NotAllowed needs={missing} what={`see ${page.title}`} />
      </>
    )
  return (
    <Suspense fallback={<Loading what={page?.title.toLowerCase() ?? 'the page'} />}>
      {/* Another workspace is another page: nothing of the old one may stay on it. */}
      <Outlet key={workspace?.id} />
    </Suspense>
  )
}

/** The index's row of the page that is shown. */
export function usePage(): Page | undefined {
  const id = useRouterState({
    select: (state) => state.matches.at(-1)?.routeId as string | undefined,
  })
  return PAGES.find((each) => each.path === id)
}

function isRefused(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'status') === 401
}

/** Looks as the server's first paint, so that nothing jumps. */
function Waiting() {
  return (
    <div className="shell">
      <aside className="shell-side">Sluice</aside>
      <main className="shell-main" aria-busy="true" />
    </div>
  )
}
