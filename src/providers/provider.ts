import type { Secret } from '../base/secret.ts'

/** Whose door: address and credential. Knows nothing of bodies. */
export interface Provider {
  /** Value of `gen_ai.provider.name` and of the price table's provider column. */
  readonly name: 'openai' | 'anthropic' | 'gemini' | 'demo'
  /** First path segment below the base path, e.g. `openai`. */
  readonly prefix: string
  /** Name of the provider secret, e.g. `OPENAI_API_KEY`; undefined for the built-in demonstration. */
  readonly secretName: string | undefined
  /** Sets exactly one credential on the upstream request. */
  authorize(headers: Headers, secret: Secret): void
  /** True for administrative routes that are denied by default. */
  isAdministrative(path: string): boolean
}
