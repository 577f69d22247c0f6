import { Link, type LinkProps, useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef } from 'react'
import { classes } from './classes.ts'

/** Where a row leads; `label` names the link in its first cell. */
export interface RowLink {
  readonly to: LinkProps['to']
  readonly params?: Record<string, string>
  readonly search?: Record<string, string>
}

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
  const rowsRef = useRef(rows)
  rowsRef.current = rows
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => view.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    getItemKey: (index) => {
      const row = rowsRef.current[index]
      return row === undefined ? index : rowId(row)
    },
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

const Row = memo(function Row({
  index,
  top,
  template,
  columns,
  row,
  link,
}: {
  index: number
  top: number
  template: string
  columns: readonly RowColumn<unknown>[]
  row: unknown
  link: ((row: unknown) => RowLink) | undefined
}) {
  const navigate = useNavigate()
  const leads = link?.(row)
  const open = leads && {
    to: leads.to,
    params: leads.params,
    search: (old: Record<string, unknown>) => ({ w: old.w, ...leads.search }),
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the link in the first cell is the way for keyboards
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
      className={classes(
        'absolute top-0 left-0 grid h-9 w-full items-center border-line border-b',
        leads && 'cursor-pointer hover:bg-sunken focus-within:bg-accent-soft',
      )}
      onClick={(event) => {
        const inside = (event.target as HTMLElement).closest('a, button, input')
        if (open && !inside && getSelection()?.isCollapsed !== false) void navigate(open as never)
      }}
    >
      {columns.map((column, place) => (
        <div
          key={column.id}
          role="cell"
          className={classes(
            'min-w-0 truncate px-3',
            column.align === 'end' && 'tabular text-right',
          )}
        >
          {place === 0 && open ? (
            <Link {...(open as LinkProps)} className="text-ink no-underline hover:text-accent">
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
        </div>
      ))}
    </div>
  )
})
