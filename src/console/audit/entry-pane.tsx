import { CodeBlock } from '../parts/code-block.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Facts } from '../parts/facts.tsx'
import { fullMoment } from '../parts/format.ts'
import type { Entry } from './use-audit.ts'

/** One entry with everything that was written down. */
export function EntryPane({
  entry,
  actor,
  onClose,
}: {
  entry: Entry | undefined
  actor: string
  onClose: () => void
}) {
  return (
    <Dialog pane open={entry !== undefined} onClose={onClose} title={entry?.operation ?? ''}>
      {entry && (
        <div className="flex flex-col gap-3 pb-4">
          <Facts
            facts={[
              ['Number in the chain', entry.seq],
              ['When', fullMoment(entry.time)],
              ['Who', actor],
              ['What', entry.resource.kind],
              ['Its id', <code key="r">{entry.resource.id}</code>],
              ['Workspace', entry.workspace_id ?? 'none'],
              ['Request', <code key="q">{entry.request_id}</code>],
            ]}
          />
          <CodeBlock text={JSON.stringify(entry.details, null, 2)} what="details" />
        </div>
      )}
    </Dialog>
  )
}
