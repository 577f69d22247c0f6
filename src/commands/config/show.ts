import { printable } from '../table.ts'
import type { Wrong } from './read.ts'
import type { Planning, Step } from './step.ts'

const SIGNS = { create: '+', update: '~', delete: '-' } as const
/** A guard can hold thousands of words: nobody reads them in a plan. */
const VALUE_UNITS_MAX = 160

/** One mistake on one line, as compilers write it. */
export function wrongLine(file: string, { line, column, pointer, says }: Wrong): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`
  return printable(`${place}: ${pointer === '' ? '' : `${pointer} `}${says}`)
}

/** A step with what it changes, for people. */
export function stepLines(step: Step): string[] {
  const width = Math.max(0, ...step.differences.map(({ path }) => path.length))
  return [
    headOf(step),
    ...step.differences.map(({ path, before, after }) => {
      const change =
        before === undefined
          ? shorten(after)
          : `${shorten(before)} → ${after === undefined ? '(none)' : shorten(after)}`
      return `      ${path.padEnd(width)}  ${change}`
    }),
  ]
}

/** The first line of a step. */
export function headOf({ action, resource, name }: Step): string {
  return `  ${SIGNS[action]} ${resource} ${printable(name)}`
}

function shorten(value = ''): string {
  const shown = printable(value)
  return shown.length > VALUE_UNITS_MAX ? `${shown.slice(0, VALUE_UNITS_MAX)}…` : shown
}

/** What would be done, counted. */
export function sumLine(steps: readonly Step[]): string {
  const count = (action: Step['action']): number =>
    steps.filter((each) => each.action === action).length
  return `${count('create')} to add, ${count('update')} to change, ${count('delete')} to delete`
}

/** A plan as one JSON value. `unlisted` is there and not in the file; it is among `changes` only under `--prune`. */
export function planOnWire(planning: Planning, steps: readonly Step[]): Record<string, unknown> {
  return {
    pending: steps.length,
    changes: steps.map(stepOnWire),
    unlisted: planning.removals.map(({ resource, name }) => ({ resource, name })),
    notes: planning.notes,
  }
}

/** A step as it stands in `--json`. */
export function stepOnWire({ action, resource, name, differences }: Step): Record<string, unknown> {
  return { action, resource, name, differences }
}
