import { type Ahead, NOTHING } from './ahead.ts'

/** Whether a cell ends at `position`. */
export function endsCell(text: Ahead, position: number): boolean {
  let at = position
  if (text.at(at) === 0x22) at++
  while (text.at(at) === 0x20 && at - position < 3) at++
  const unit = text.at(at)
  return unit === NOTHING || CELL_ENDS.has(unit)
}

const CELL_ENDS = new Set([0x2c, 0x3b, 0x09, 0x7c, 0x0a, 0x0d])
