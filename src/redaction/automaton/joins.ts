import { ALNUM, isIn, unitClass } from './classes.ts'
import type { Shape } from './shape.ts'
import { MACHINE_HOLD_UNITS_MAX, type Window } from './window.ts'

/**
 * True when the units of a body end before its fewest, at one that no join begins with: seen before the pattern is run. `joinsFrom`
 * is how many units must stand in front of a join.
 */
export function isTooShort(
  window: Window,
  body: number,
  { unitsMin, alphabet }: Pick<Shape, 'unitsMin' | 'alphabet'>,
  joinsFrom: number,
): boolean {
  const { units, offsets, end } = window
  const from = offsets[window.base] ?? 0
  for (let index = 0; index < unitsMin; index++) {
    const at = body + index
    if (at >= end || (offsets[at] ?? 0) - from >= MACHINE_HOLD_UNITS_MAX) return false
    const unit = units[at] ?? 0
    if (isIn(alphabet, unit)) continue
    return unit !== 0x5b && (index < joinsFrom || !isIn(JOINING, unit))
  }
  return false
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
