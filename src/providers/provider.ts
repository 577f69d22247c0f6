import type { Secret } from '../base/secret.ts'

export type ProviderName = 'openai' | 'anthropic' | 'gemini' | 'demo'

/** Whose door: address and credential. Knows nothing of bodies. */
export interface Provider {
  /** Value of the price table's provider column, of metrics, and of routes. */
  readonly name: ProviderName
  /** First path segment below the base path, e.g. `openai`. */
  readonly prefix: string
  /** Name of the provider secret, e.g. `OPENAI_API_KEY`; undefined for the built-in demonstration. */
  readonly secretName: string | undefined
  /** Sets exactly one credential on the upstream request. */
  authorize(headers: Headers, secret: Secret): void
  /** True for paths (below the prefix) that belong to this provider's API at all; others are 404 here. */
  serves(path: string): boolean
  /** True for administrative routes that are denied by default. */
  isAdministrative(path: string): boolean
}
