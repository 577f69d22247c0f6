import type { Static, TObject } from '@sinclair/typebox'
import { Type as t } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { LIMITS } from '../../base/limits.ts'
import { type Mistake, unprocessable } from '../route.ts'
import { uuid } from '../scalar-shapes.ts'
import type { Asker } from './ask.ts'

/** One tool of the MCP server, with its types erased. */
export interface Tool {
  /** As clients call it. */
  readonly name: string
  readonly title: string
  /** What it answers and when to use it, for the model that chooses. */
  readonly says: string
  /** The permission it needs, in words; the routes it asks hold it to that. */
  readonly needs: string
  /** The arguments: what is checked and what clients are shown. */
  readonly shape: TObject
  /** Absent for tools that only read. */
  readonly writes?: {
    /** True when the key may use it; else it is not even listed. */
    allows(asker: Asker): boolean
    /** True when what it does cannot simply be done again the other way. */
    readonly destroys: boolean
  }
  /** Checks the arguments and answers with a JSON value or with Markdown. Fails with any failure of the routes asked. */
  run(input: unknown, asker: Asker): Promise<unknown>
}

/** Which workspace a tool is about. */
export const WORKSPACE = {
  workspace_id: t.Optional(uuid('The workspace; default: the one the key belongs to.')),
}

/** A tool from its shape and what it does with arguments of that shape. */
export function tool<S extends TObject>(
  told: Omit<Tool, 'run' | 'shape'> & {
    readonly shape: S
    run(input: Static<S>, asker: Asker): unknown
  },
): Tool {
  const check = TypeCompiler.Compile(told.shape)
  return {
    ...told,
    async run(input, asker) {
      if (check.Check(input)) return await told.run(input, asker)
      const mistakes: Mistake[] = []
      for (const { path, message } of check.Errors(input)) {
        mistakes.push({ in: 'body', pointer: path.slice(0, 200), detail: message })
        if (mistakes.length === 5) break
      }
      throw unprocessable(mistakes)
    },
  }
}

/** The first rows of a list, and how many are left out. */
export function firstRows<T>(rows: readonly T[], max: number = LIMITS.mcpRowsMax) {
  return { rows: rows.slice(0, max), left_out: Math.max(0, rows.length - max) }
}
