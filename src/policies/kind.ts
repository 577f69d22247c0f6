import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { parseUsd } from '../base/money.ts'
import type { MeterSpec, PolicyConfig, PolicyType } from './policy.ts'

/** One mistake in a body, with a JSON pointer from the body's root. */
export interface Mistake {
  readonly pointer: string
  readonly says: string
}

/** A type of policy: its shape, how its config is read, and what it counts. */
export interface PolicyKind {
  readonly type: PolicyType
  /** One line for forms and documentation. */
  readonly says: string
  /** JSON shape of `config`; forms are drawn from it and `/swagger` shows it. */
  readonly shape: TSchema
  /** Reads a config that fits {@link shape}; gives every mistake otherwise. */
  parse(config: unknown): PolicyConfig | readonly Mistake[]
  /**
   * Mistakes that only a new or edited policy is held to: names that a later version may not know any more must not
   * make a stored policy unreadable.
   */
  review?(config: PolicyConfig): readonly Mistake[]
  /** The part of the config that belongs to a policy's identity: `''` when there is none. */
  windowKey(config: PolicyConfig): string
  /** What is counted; empty for kinds that count nothing. */
  meters(config: PolicyConfig): readonly MeterSpec[]
  readonly examples: readonly unknown[]
  /** Configs that must be refused, with the pointer that is named. */
  readonly refusals: readonly { readonly config: unknown; readonly pointer: string }[]
}

/** True when a parse gave mistakes. */
export function isMistaken(
  parsed: PolicyConfig | readonly Mistake[],
): parsed is readonly Mistake[] {
  return Array.isArray(parsed)
}

/** Every way `config` does not fit `shape`, with pointers below `/config`. */
export function shapeMistakes(shape: TSchema, config: unknown): readonly Mistake[] {
  const found = new Map<string, Mistake>()
  for (const error of Value.Errors(shape, config)) {
    const pointer = `/config${error.path}`
    if (!found.has(pointer)) found.set(pointer, { pointer, says: error.message })
    if (found.size >= 20) break
  }
  return [...found.values()]
}

/** Dollars as a JSON number or as its exact digits → nanodollars; undefined when it is neither or too fine. */
export function readUsd(value: unknown): bigint | undefined {
  if (typeof value === 'string') return parseUsd(value)
  // The shortest text of a double that was written with at most 15 digits is that text again.
  return typeof value === 'number' ? parseUsd(String(value)) : undefined
}
