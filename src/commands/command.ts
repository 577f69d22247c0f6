import type { World } from '../base/world.ts'
import type { Config } from '../config.ts'

/** What every command is given. */
export interface CommandContext {
  readonly config: Config
  readonly world: World
  /** True when `--json` was given: one JSON value on stdout, nothing else. */
  readonly json: boolean
  /** Writes one line to stdout. */
  out(line: string): void
  /** Writes one line to stderr. */
  err(line: string): void
}

/** One CLI command: `npm run sluice -- <name> …`. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** The text of `--help`. */
  readonly usage: string
  /** The exit code of wrong usage and of a wrong configuration; 2 unless it means something else here. */
  wrong?(args: readonly string[]): number
  /** Gets the arguments after the name, without `--json` and `--help`. Gives the exit code: 0 success, 1 failure, 2 wrong usage. */
  run(args: readonly string[], context: CommandContext): Promise<number>
}
