import type { Command } from './command.ts'

/** Every command of the CLI, in the order of the contract. */
export const COMMANDS: readonly Command[] = []
