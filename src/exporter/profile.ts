import type { Attributes, SpanRecord } from '../base/span.ts'

/** What an operator gives for one destination; each profile says what it needs. */
export interface Credentials {
  readonly apiKey: string | undefined
  readonly publicKey: string | undefined
  readonly secretKey: string | undefined
  /** The project at the destination, where it has such a thing. */
  readonly project: string
}

/** How one backend wants its OTLP: where, with which headers, and under which attribute names. All data, no network. */
export interface Profile {
  readonly name: string
  /** Used when the operator gives no endpoint; undefined: one must be given. */
  readonly defaultEndpoint: string | undefined
  /** Appended to an endpoint that does not end in `/v1/traces` already. */
  readonly path: string
  headers(credentials: Credentials): Readonly<Record<string, string>>
  /** Beside `service.name`. */
  resource(credentials: Credentials): Attributes
  /** The attributes as this backend reads them; gets every span of ours. */
  attributes(span: SpanRecord): Attributes
}
