import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useRef } from 'react'
import { useSession } from '../session.tsx'
import { classes } from './classes.ts'
import { hrefOf, type RowLink, useRowClicks } from './row-link.ts'

/** What a cell is drawn from. */
export interface RowColumn<T> {
  readonly id: string
  readonly align?: 'end'
  readonly cell: (row: T) => ReactNode
}

const ROW_PX = 36
/** Drawn above and below the view, so that a fast wheel meets no gap. */
const OVERSCAN_ROWS = 12

/**
 * The body of a list of any length, as an ARIA table: the rows in view exist, and tell their place among all. Give
 * `columns`, `rowId` and `link` a stable identity, or every row is drawn again.
 */
export function VirtualRows<T>({
  label,
  template,
  head,
  columns,
  rows,
  rowId,
  link,
  onEnd,
  empty,
  className,
}: {
  label: string
  template: string
  head: ReactNode
  columns: readonly RowColumn<T>[]
  rows: readonly T[]
  rowId: (row: T) => string
  link?: (row: T) => RowLink
  /** Called when the last rows come into view: there may be more to fetch. */
  onEnd?: () => void
  empty?: ReactNode
  className?: string
}) {
  const view = useRef<HTMLDivElement>(null)
  const { workspace } = useSession()
  const open = useRowClicks()
  // Its identity tells when the places of all rows are to be counted anew: not in every frame.
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index]
      return row === undefined ? index : rowId(row)
    },
    [rows, rowId],
  )
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => view.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    useFlushSync: false,
    getItemKey,
  })
  const minWidth = `${minRemOf(template)}rem`
  const lastSeen = virtual.getVirtualItems().at(-1)?.index ?? -1
  const atEnd = rows.length > 0 && lastSeen >= rows.length - OVERSCAN_ROWS
  const ended = useRef(onEnd)
  ended.current = onEnd
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once per length, so that a failing page is not asked for without end
  useEffect(() => {
    if (atEnd) ended.current?.()
  }, [atEnd, rows.length])
  /** Up and down go from row to row; a row not yet drawn is scrolled to first. */
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const at = document.activeElement?.closest('[data-index]')?.getAttribute('data-index')
    if (step === 0 || at === null || at === undefined) return
    const next = Number(at) + step
    if (next < 0 || next >= rows.length) return
    event.preventDefault()
    virtual.scrollToIndex(next)
    requestAnimationFrame(() =>
      view.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus(),
    )
  }
  return (
    <div
      ref={view}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={open}
      className={classes('relative min-h-0 overflow-auto', className ?? 'max-h-[70vh]')}
    >
      <div role="rowgroup" style={{ minWidth }} className="sticky top-0 z-10">
        <div
          role="row"
          aria-rowindex={1}
          style={{ gridTemplateColumns: template }}
          className="grid h-8 border-line border-b bg-sunken text-ink-faint text-xs"
        >
          {head}
        </div>
      </div>
      {rows.length === 0 ? (
        <div role="rowgroup">
          <div role="row">
            <div role="cell">{empty}</div>
          </div>
        </div>
      ) : (
        <div
          role="rowgroup"
          style={{ height: virtual.getTotalSize(), minWidth }}
          className="relative"
        >
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]
            return row === undefined ? null : (
              <Row
                key={item.key}
                index={item.index}
                top={item.start}
                template={template}
                columns={columns as readonly RowColumn<unknown>[]}
                row={row}
                link={link as ((row: unknown) => RowLink) | undefined}
                workspaceId={workspace?.id}
              />
            )
          })}
        </div>
      )}
    </div>
  )
}

/** What the tracks need at least: `minmax(12rem,2fr)` needs twelve. Below it the list scrolls sideways. */
function minRemOf(template: string): number {
  return [...template.matchAll(/([\d.]+)rem/g)].reduce((sum, match) => sum + Number(match[1]), 0)
}

interface RowProps {
  readonly index: number
  readonly top: number
  readonly template: string
  readonly columns: readonly RowColumn<unknown>[]
  readonly row: unknown
  readonly link: ((row: unknown) => RowLink) | undefined
  readonly workspaceId: string | undefined
}

/** Drawn in every frame of a fast scroll: plain elements, and no hook of the router. */
const Row = memo(function Row(props: RowProps) {
  const { index, top, template, columns, row, link, workspaceId } = props
  const href = link && hrefOf(link(row), workspaceId)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
      className={classes(
        'absolute top-0 left-0 grid h-9 w-full items-center border-line border-b contain-strict',
        href !== undefined && 'cursor-pointer focus-within:bg-accent-soft hover:bg-sunken',
      )}
    >
      {columns.map((column, place) => (
        <div
          key={column.id}
          role="cell"
          className={
            column.align === 'end'
              ? 'tabular min-w-0 truncate px-3 text-right'
              : 'min-w-0 truncate px-3'
          }
        >
          {place === 0 && href !== undefined ? (
            <a href={href} className="text-ink no-underline hover:text-accent">
              {column.cell(row)}
            </a>
          ) : (
            column.cell(row)
          )}
        </div>
      ))}
    </div>
  )
})
