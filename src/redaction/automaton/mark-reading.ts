import * as w from './assembler.ts'
import { KINDS } from './layout.ts'
import { moved, unitAt } from './reading.ts'

/** How looks at marks read what stands around one. */

const { and, get, constant } = w

/** Flags of a unit, `KIND_…`. */
export const kindOf = (unit: w.Code): w.Code => w.load8(unit, KINDS)
/** The kind of the unit `by` units behind a pointer. */
export const kindAt = (pointer: w.Code, by: number): w.Code => kindOf(unitAt(pointer, by))
/** Not 0 when `kind` has `flag`. */
export const isOf = (kind: w.Code, flag: number): w.Code => and(kind, constant(flag))
/** Units between two pointers, of their difference. */
export const halved = (value: w.Code): w.Code => w.shiftRight(value, constant(1))

/** Looks at marks: parameters are pointers to the mark, to the lowest unit and behind the last. See `glance.ts` for the facts. */
const MARK = 0
export const LOW = 1
const END = 2
/** Pointer to the mark. */
export const mark = get(MARK)
/** Pointer behind the last unit. */
export const end = get(END)
/** 1 when the unit `by` units behind the mark has not come. */
export const beyond = (by: number): w.Code => w.atLeast(moved(mark, by), end)
/** The kind of the unit `by` units behind the mark. */
export const kindBeside = (by: number): w.Code => kindAt(mark, by)
/** The unit `by` units behind the mark. */
export const unitBeside = (by: number): w.Code => unitAt(mark, by)
