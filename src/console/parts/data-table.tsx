import {
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { type ReactNode, useMemo } from 'react'
import { classes } from './classes.ts'
import { IconDown, IconUpDown } from './icons.tsx'
import type { RowLink } from './row-link.ts'
import { useFilters } from './use-filters.ts'
import { VirtualRows } from './virtual-rows.tsx'

/** One column. */
export interface Column<T> {
  readonly id: string
  readonly header: string
  /** A CSS grid track, such as `7rem` or `minmax(10rem, 2fr)`. */
  readonly width: string
  /** Numbers stand at the end, so that their digits line up. */
  readonly align?: 'end'
  readonly cell: (row: T) => ReactNode
  /** What the column is sorted by; left out: it is not. */
  readonly sortBy?: (row: T) => string | number | bigint | null
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })

/**
 * A list of any length: only the rows in view exist. Sorting is kept in the address (`sort=-name`). With `link` a row
 * leads somewhere, by click and by keyboard (up, down, Enter).
 */
export function DataTable<T>({
  label,
  columns,
  rows,
  rowId,
  link,
  empty,
  sort: sortAtFirst = '',
  className,
}: {
  /** Says what is listed, for screen readers. */
  label: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  rowId: (row: T) => string
  link?: (row: T) => RowLink
  /** Stands in while there are no rows. */
  empty?: ReactNode
  /** The order at first: a column's id, with `-` for descending. */
  sort?: string
  className?: string
}) {
  const [{ sort }, setFilters] = useFilters({ sort: sortAtFirst })
  const sorting = useMemo<SortingState>(
    () => (sort === '' ? [] : [{ id: sort.replace(/^-/, ''), desc: sort.startsWith('-') }]),
    [sort],
  )
  const definitions = useMemo(() => columns.map(definitionOf), [columns])
  const data = useMemo(() => rows.map((row) => ({ row })), [rows])
  const table = useTable({ features, columns: definitions, data, state: { sorting } })
  const sorted = table.getRowModel().rows
  const inOrder = useMemo(() => sorted.map((each) => each.original.row), [sorted])
  const turn = (id: string) =>
    setFilters({ sort: sort === id ? `-${id}` : sort === `-${id}` ? '' : id })
  return (
    <VirtualRows
      label={label}
      template={columns.map((each) => each.width).join(' ')}
      head={columns.map((each) => <Head key={each.id} column={each} sort={sort} turn={turn} />)}
      columns={columns}
      rows={inOrder}
      rowId={rowId}
      {...(link ? { link } : {})}
      empty={empty}
      {...(className === undefined ? {} : { className })}
    />
  )
}

function definitionOf<T>({ id, header, sortBy }: Column<T>) {
  return {
    id,
    header,
    accessorFn: ({ row }: { row: T }) => sortBy?.(row) ?? undefined,
    enableSorting: sortBy !== undefined,
    sortUndefined: 'last' as const,
    sortFn: (left: { getValue(id: string): unknown }, right: { getValue(id: string): unknown }) =>
      compare(left.getValue(id), right.getValue(id)),
  }
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'string' && typeof right === 'string')
    return left.localeCompare(right, 'en', { numeric: true })
  const [one, other] = [left as number, right as number]
  return one < other ? -1 : one > other ? 1 : 0
}

function Head<T>({
  column,
  sort,
  turn,
}: {
  column: Column<T>
  sort: string
  turn: (id: string) => void
}) {
  const state = sort === column.id ? 'ascending' : sort === `-${column.id}` ? 'descending' : 'none'
  const side = column.align === 'end' ? 'justify-end text-right' : ''
  if (!column.sortBy)
    return (
      <div role="columnheader" className={classes('flex items-center px-3', side)}>
        {column.header}
      </div>
    )
  return (
    <div role="columnheader" aria-sort={state} className={classes('flex items-center px-2', side)}>
      <button
        type="button"
        onClick={() => turn(column.id)}
        className="inline-flex items-center gap-1 rounded-sm px-1 py-0.5 font-medium hover:text-ink"
      >
        {column.header}
        <span
          className={classes(
            state === 'ascending' && 'rotate-180',
            state === 'none' && 'opacity-40',
          )}
        >
          {state === 'none' ? <IconUpDown size={12} /> : <IconDown size={12} />}
        </span>
      </button>
    </div>
  )
}
