import type { ReactNode } from 'react'
import { useEffect, useState } from 'react'
import type { Permission } from '../../base/permission.ts'
import { Problem } from '../client.ts'
import { Button, ButtonLink } from './button.tsx'
import { IconLock, IconWarn } from './icons.tsx'
import { PageHead } from './page-head.tsx'

/** Nothing is there yet: says so, and what to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-12 text-center">
      <p className="m-0 font-medium text-base">{title}</p>
      {children !== undefined && <div className="max-w-md text-ink-faint">{children}</div>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  )
}

const PATIENCE_MS = 200

/** Waiting; shown only when it takes long enough to be noticed, so that fast answers do not flicker. */
export function Loading({ what }: { what: string }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className="px-6 py-12 text-center text-ink-faint">
      {late ? `Loading ${what}…` : ''}
    </div>
  )
}

/** What went wrong, in words, with a way on. A missing permission is explained instead. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof Problem && error.code === 'permission_missing')
    return <NotAllowed needs={error.permission === undefined ? [] : [error.permission]} />
  const problem = error instanceof Problem ? error : undefined
  return (
    <div role="alert" className="m-4 rounded-md border border-bad bg-bad-soft p-4">
      <p className="m-0 flex items-center gap-2 font-medium text-bad">
        <IconWarn />
        {problem?.message ?? 'Something went wrong in this page.'}
      </p>
      {problem && problem.mistakes.length > 0 && (
        <ul className="mt-2 mb-0 list-disc pl-6 text-ink-soft">
          {problem.mistakes.map((each) => (
            <li key={each.pointer + each.detail}>
              <code>{each.pointer}</code> {each.detail}
            </li>
          ))}
        </ul>
      )}
      {problem?.requestId !== undefined && (
        <p className="mt-2 mb-0 text-ink-soft text-xs">
          Request <code>{problem.requestId}</code>
        </p>
      )}
      {retry && (
        <Button className="mt-3" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** What the role may not do, and what it would need: visible instead of hidden. */
export function NotAllowed({
  needs,
  what = 'see this',
}: {
  needs: readonly (Permission | string)[]
  what?: string
}) {
  return (
    <div role="note" className="card m-4 flex items-start gap-3 p-4">
      <span className="mt-0.5 text-ink-faint">
        <IconLock />
      </span>
      <div>
        <p className="m-0 font-medium">Your role may not {what}.</p>
        <p className="m-0 text-ink-faint">
          {needs.length > 0 && (
            <>
              It lacks{' '}
              {needs.map((each, index) => (
                <span key={each}>
                  {index > 0 && ', '}
                  <code className="text-ink">{each}</code>
                </span>
              ))}
              .{' '}
            </>
          )}
          An administrator can change roles under Settings → Members/Roles.
        </p>
      </div>
    </div>
  )
}

/** An address that is no page. */
export function Lost() {
  return (
    <>
      <PageHead title="Not found" />
      <Empty
        title="There is no such page"
        action={
          <ButtonLink to="/" look="main">
            To the first page
          </ButtonLink>
        }
      >
        The address may be from another version, or mistyped.
      </Empty>
    </>
  )
}
