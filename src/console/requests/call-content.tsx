import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, Problem } from '../client.ts'
import { Button } from '../parts/button.tsx'
import { count } from '../parts/format.ts'
import { Section } from '../parts/page-head.tsx'
import { Loading, Trouble } from '../parts/states.tsx'
import { useSession } from '../session.tsx'

const read = (id: string) => ask(api.runs({ id }).content.get())
type Side = Awaited<ReturnType<typeof read>>['request']

/** What a call said, in its redacted form. Asked for by a click, because each reading is noted in the audit log. */
export function CallContent({ id }: { id: string }) {
  const { workspace } = useSession()
  const [wanted, setWanted] = useState(false)
  const content = useQuery({
    queryKey: ['content', workspace?.id, id],
    queryFn: () => read(id),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  const isMissing = content.error instanceof Problem && content.error.status === 404
  return (
    <Section
      title="Content"
      says="What was asked and answered, as redacted. Each look is noted in the audit log."
      actions={!wanted && <Button onClick={() => setWanted(true)}>Show content</Button>}
    >
      {!wanted ? null : content.isPending ? (
        <Loading what="the content" />
      ) : isMissing ? (
        <p className="m-0 p-4 text-ink-faint">
          No content was kept of this call. A workspace keeps content only where it is switched on.
        </p>
      ) : content.error ? (
        <Trouble error={content.error} retry={() => void content.refetch()} />
      ) : (
        <div className="grid gap-4 p-4 xl:grid-cols-2">
          <Text name="Request" side={content.data.request} dayFull={content.data.day_full} />
          <Text name="Answer" side={content.data.response} dayFull={content.data.day_full} />
        </div>
      )}
    </Section>
  )
}

function Text({ name, side, dayFull }: { name: string; side: Side; dayFull: boolean }) {
  return (
    <div className="min-w-0">
      <h3 className="m-0 mb-1 font-medium text-ink-faint text-xs">
        {name}
        {side && ` · ${count(side.bytes)} bytes${side.truncated ? ', the beginning' : ''}`}
      </h3>
      {side ? (
        <pre
          tabIndex={0}
          className="m-0 max-h-96 overflow-auto whitespace-pre-wrap break-words rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5"
        >
          {pretty(side.text)}
        </pre>
      ) : (
        <p className="m-0 text-ink-faint">
          {dayFull ? 'The workspace had kept all it may of that day.' : 'Nothing was kept.'}
        </p>
      )}
    </div>
  )
}

/** JSON with line breaks; anything else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
