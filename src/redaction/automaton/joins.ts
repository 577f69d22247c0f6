import { ALNUM, isIn, unitClass } from './classes.ts'
import type { Shape } from './shape.ts'
import { MACHINE_HOLD_UNITS_MAX, type Window } from './window.ts'

/** The units of a body end before its fewest, at one that no join begins with. */
export const TOO_SHORT = 0
/** Its fewest units stand there. */
export const LONG_ENOUGH = 1
/** The end of what has arrived, the bound, a join or a placeholder comes first. */
export const UNSEEN = 2

/** What can be seen of a body before its pattern is run. `joinsFrom` is how many units must stand in front of a join. */
export function glanceAtBody(
  window: Window,
  body: number,
  { unitsMin, alphabet }: Pick<Shape, 'unitsMin' | 'alphabet'>,
  joinsFrom: number,
): typeof TOO_SHORT | typeof LONG_ENOUGH | typeof UNSEEN {
  const { units, offsets, end } = window
  const from = offsets[window.base] ?? 0
  for (let index = 0; index < unitsMin; index++) {
    const at = body + index
    if (at >= end || (offsets[at] ?? 0) - from >= MACHINE_HOLD_UNITS_MAX) return UNSEEN
    const unit = units[at] ?? 0
    if (unit === 0x5b) return UNSEEN
    if (isIn(alphabet, unit)) continue
    return index < joinsFrom || !isIn(JOINING, unit) ? TOO_SHORT : UNSEEN
  }
  return LONG_ENOUGH
}

/** Units that a join begins with. */
const JOINING = unitClass('*"\'\\n')

/** Units of a join at `position`: bold marks, a string concatenation, or a line break and its indent. */
export function joinAt(window: Window, position: number): number {
  const unit = window.at(position)
  let end = position
  if (unit === 0x2a) {
    if (window.at(position + 1) !== 0x2a) return 0
    end += 2
  } else if (unit === 0x22 || unit === 0x27) {
    end = spaces(window, position + 1)
    if (window.at(end) !== 0x2b) return 0
    end = spaces(window, end + 1)
    if (window.at(end) !== unit) return 0
    end++
  } else if (unit === 0x0a) end = spaces(window, position + 1)
  else return 0
  return isIn(ALNUM, window.at(end)) ? end - position : 0
}

function spaces(window: Window, from: number): number {
  let position = from
  while (position - from < 8) {
    const unit = window.at(position)
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x09) break
    position++
  }
  return position
}
