import { useMutation } from '@tanstack/react-query'
import { announce } from '../parts/announcer.tsx'
import { Button } from '../parts/button.tsx'
import { count } from '../parts/format.ts'
import { IconCheck, IconWarn } from '../parts/icons.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { verifyChain } from './use-audit.ts'

/** The button that recomputes the chain, and what came of it. */
export function useChainCheck(allowed: boolean) {
  const check = useMutation({
    mutationFn: verifyChain,
    onSuccess: ({ intact }) => announce(intact ? 'The chain is intact' : 'The chain is broken'),
  })
  const found = check.data
  return {
    button: (
      <Button
        busy={check.isPending}
        disabled={!allowed}
        title={allowed ? undefined : 'Needs audit:read in the organisation'}
        onClick={() => check.mutate()}
      >
        Verify chain
      </Button>
    ),
    result: check.error ? (
      <Refusal error={check.error} />
    ) : found === undefined ? null : found.intact ? (
      <p
        role="status"
        className="m-0 flex items-center gap-2 rounded-md bg-good-soft px-3 py-2 text-good"
      >
        <IconCheck />
        Intact: {count(found.rows)} entries follow each other, from the first to the last.
      </p>
    ) : (
      <p
        role="alert"
        className="m-0 flex items-center gap-2 rounded-md bg-bad-soft px-3 py-2 text-bad"
      >
        <IconWarn />
        Broken at entry {count(found.fault?.seq)}: {found.fault?.why}. {count(found.rows)} entries
        before it are as they were written.
      </p>
    ),
  }
}
