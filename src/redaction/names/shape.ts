/** How a word is written. */
export const SHAPE = {
  lower: 0,
  capital: 1,
  upper: 2,
  initial: 3,
  mixed: 4,
  caseless: 5,
  blob: 6,
} as const
export type Shape = (typeof SHAPE)[keyof typeof SHAPE]
