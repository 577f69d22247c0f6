import type { ReactNode } from 'react'

/** Names and values in columns. */
export function Facts({
  facts,
}: {
  facts: readonly (readonly [name: string, value: ReactNode])[]
}) {
  return (
    <dl className="m-0 grid grid-cols-[repeat(auto-fill,minmax(15rem,1fr))] gap-x-6 gap-y-2.5 p-4">
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-ink-faint text-xs">{name}</dt>
          <dd className="m-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A figure with its name and one line beside it. */
export function Tile({
  name,
  value,
  beside,
  title,
}: {
  name: string
  value: ReactNode
  beside?: ReactNode
  title?: string
}) {
  return (
    <div className="card min-w-0 px-4 py-3" title={title}>
      <p className="m-0 truncate text-ink-faint text-xs">{name}</p>
      <p className="tabular m-0 mt-0.5 truncate font-semibold text-xl">{value}</p>
      {beside !== undefined && <p className="m-0 truncate text-ink-faint text-xs">{beside}</p>}
    </div>
  )
}
