import type { Dice } from './world.ts'

/** Chance from the operating system's CSPRNG. */
export const systemDice: Dice = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => Math.random(),
}
