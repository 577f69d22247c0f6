import * as w from './assembler.ts'
import { FLAGS, FRONT, OFFSETS, UNITS } from './layout.ts'

/** How the program of the engine reads text: pointers into the units count from `FRONT` bytes in front of them. */

/** The unit `by` units behind a pointer. */
export const unitAt = (pointer: w.Code, by = 0): w.Code => w.load16(pointer, UNITS - FRONT + by * 2)
/** A pointer `by` units further. */
export const moved = (pointer: w.Code, by: number): w.Code => w.add(pointer, w.constant(by * 2))
/** Moves the pointer in a local by one unit. */
export const forward = (local: number): w.Code => w.set(local, moved(w.get(local), 1))
/** Counts a local up. */
export const count = (local: number): w.Code => w.set(local, w.add(w.get(local), w.constant(1)))
/** Raw offset of the unit at a pointer. */
export const offsetAt = (pointer: w.Code): w.Code =>
  w.load32(w.shiftLeft(pointer, w.constant(1)), OFFSETS - FRONT * 2)
/** Raw units between two pointers. */
export const rawUnits = (from: w.Code, to: w.Code): w.Code => w.sub(offsetAt(to), offsetAt(from))

/** 1 when a unit is `sign`. */
export const is = (unit: w.Code, sign: string): w.Code =>
  w.equal(unit, w.constant(sign.charCodeAt(0)))
/** What a unit is, as flags of `unit-kinds.ts`. */
export const flagsOf = (unit: w.Code): w.Code => w.load32(w.shiftLeft(unit, w.constant(2)), FLAGS)
/** Not 0 when a unit is in one of the classes of `flags`. */
export const isA = (unit: w.Code, flags: number): w.Code => w.and(flagsOf(unit), w.constant(flags))
/** 1 or 0. */
export const truth = (value: w.Code): w.Code => w.not(w.not(value))
/** 1 when neither is 0. */
export const both = (left: w.Code, right: w.Code): w.Code => w.and(truth(left), truth(right))

/** A function that gives an answer, with all its locals numbered behind its parameters. */
export const look = (
  name: string,
  params: number,
  locals: number,
  body: readonly w.Code[],
): w.WasmFunction => ({
  name,
  params,
  results: 1,
  locals: Array.from({ length: locals }, () => w.I32),
  body: body.flat(),
})

/** Answers of a look. */
export const NO = w.constant(0)
export const PERHAPS = w.constant(1)
/** Raw units behind a position that verdicts can read in any case; escapes may take them to the bound further on. */
export const NEAR_UNITS = 22
