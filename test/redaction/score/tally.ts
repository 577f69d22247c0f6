import { type LabelledCase, labelsOf } from './cases.ts'

/** What a detector reports of a text. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly entity: string
}

/** Values asked for and found, for one name. */
export interface Count {
  asked: number
  found: number
}

/** Counts by group and name. */
export type Tally = Map<string, Map<string, Count>>

/** Adds one value to a name in a group. */
export function count(tally: Tally, group: string, name: string, isFound: boolean): void {
  const names = tally.get(group) ?? new Map<string, Count>()
  tally.set(group, names)
  const one = names.get(name) ?? { asked: 0, found: 0 }
  names.set(name, one)
  one.asked++
  if (isFound) one.found++
}

/** True when every unit of `[start, end)` lies inside what was found. */
export function isCovered(found: readonly Found[], start: number, end: number): boolean {
  let at = start
  for (const each of [...found].sort((a, b) => a.start - b.start))
    if (each.start <= at && each.end > at) at = each.end
  return at >= end
}

/** Findings that touch none of the values of their text. */
export function strayOf(of: LabelledCase, found: readonly Found[]): Found[] {
  const labels = labelsOf(of)
  return found.filter((each) => !labels.some((l) => each.start < l.end && each.end > l.start))
}

/** Mean of the recalls of all names of a group; NaN when it is empty. */
export function macro(tally: Tally, group: string): number {
  const all = [...(tally.get(group)?.values() ?? [])]
  return all.reduce((sum, { asked, found }) => sum + found / asked, 0) / all.length
}

export function sum(tally: Tally, group: string): Count {
  const all = [...(tally.get(group)?.values() ?? [])]
  return {
    asked: all.reduce((total, { asked }) => total + asked, 0),
    found: all.reduce((total, { found }) => total + found, 0),
  }
}

/** `0.958 (23/24)`. */
export function shown({ asked, found }: Count): string {
  return asked === 0 ? '-' : `${(found / asked).toFixed(3)} (${found}/${asked})`
}
