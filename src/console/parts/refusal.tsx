import { Problem } from '../client.ts'

/** Why a change was not made, beside the button that asked for it; nothing while there is no error. */
export function Refusal({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  return (
    <p role="alert" className="m-0 rounded-md bg-bad-soft px-3 py-2 text-bad">
      {wordsOf(error)}
    </p>
  )
}

/** A refusal in one sentence, with what is wrong with which input. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Problem)) return 'This did not work. Try again.'
  const lacks =
    error.permission === undefined || error.message.includes(error.permission)
      ? ''
      : ` It needs ${error.permission}.`
  return `${error.message}${lacks}`
}
