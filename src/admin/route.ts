import type { Static, TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Failure, type FailureCode } from '../base/failure.ts'
import type { JsonObject } from '../base/json.ts'
import type { Permission } from '../base/permission.ts'
import type { Secret } from '../base/secret.ts'
import type { AdminDeps } from './deps.ts'
import type { Caller } from './guard.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a handler gives back. `body` may hold exact numbers; absent for 204. */
export interface Answer {
  readonly status: 200 | 201 | 204 | 303
  readonly body?: unknown
  /** JSON text that stands for `body`. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  /** One `Set-Cookie` each. */
  readonly cookies?: readonly string[]
}

/** One admin request after the guard: who asks, and what, both checked. */
export interface Call<P, Q, B> {
  readonly deps: AdminDeps
  readonly caller: Caller
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly headers: Headers
  readonly method: Method
  /** As requested, without the query. */
  readonly path: string
  readonly url: URL
  /** The caller's own key, for deriving what only its holder may read again. */
  readonly token: Secret
  /** The caller's address as the listener saw it. */
  readonly address: string | undefined
  /** UUIDv7 of this request, as in the answer's `x-gateway-request-id`. */
  readonly requestId: string
}

/** What the OpenAPI document says a route answers when all is well. */
export interface Promise200<A extends TSchema = TSchema> {
  readonly status: 200 | 201 | 204 | 303
  readonly says: string
  readonly shape?: A
}

interface Told {
  readonly method: Method
  /** Below `/api/v1`; `:name` marks a parameter. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly says: string
  /** Every one of these is needed; `[]` means any active key. */
  readonly needs: readonly Permission[]
  /** Replaces the line about permissions where `needs` cannot say it all. */
  readonly needsSays?: string
  /**
   * Where the permissions are held: `organization`: in the key's organisation; `workspace`: in the one workspace of
   * this request; `named`: in the workspace whose id is the parameter `id`. `open`: anybody may ask, without a key.
   */
  readonly scope: 'organization' | 'workspace' | 'named' | 'open'
  readonly answer: Promise200
  /** A browser navigates here: what fails sends it to the console's `#sign-in-failed=<code>`, not to JSON. */
  readonly isPage?: true
  /** False for a POST that only reads. */
  readonly repeatable?: false
  /** Failure codes beyond those every route can have. */
  readonly fails?: readonly FailureCode[]
}

interface Shapes<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params?: P
  readonly query?: Q
  readonly body?: B
}

/** What a typed client may know of a route: never there at run time. */
export interface Typing {
  readonly method: Method
  readonly path: string
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly answer: unknown
}

/** A {@link Route} that remembers its shapes as types. */
export interface TypedRoute<T extends Typing> extends Route {
  readonly typing?: T
}

/** A route with its types erased: what the mount registers and the OpenAPI document shows. */
export interface Route extends Told {
  readonly params: TSchema | undefined
  readonly query: TSchema | undefined
  readonly body: TSchema | undefined
  /** Checks the three inputs against their shapes, then handles. Fails with `unprocessable` listing every mistake. */
  run(call: Call<unknown, unknown, unknown>): Promise<Answer>
}

/**
 * One route of the admin API: its shapes are both what is checked and what `/swagger` shows, so they cannot
 * drift apart. A shape left out means that the input is ignored.
 */
export function route<
  const M extends Method,
  const N extends string,
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
  A extends TSchema = TSchema,
>(
  told: Told &
    Shapes<P, Q, B> & {
      readonly method: M
      readonly path: N
      readonly answer: Promise200<A>
      handle(call: Call<Static<P>, Static<Q>, Static<B>>): Promise<Answer>
    },
): TypedRoute<{
  method: M
  path: N
  params: Static<P>
  query: Static<Q>
  body: Static<B>
  answer: Static<A>
}> {
  const params = told.params && door(told.params, 'path')
  const query = told.query && door(told.query, 'query')
  const body = told.body && door(told.body, 'body')
  return {
    ...told,
    params: told.params,
    query: told.query,
    body: told.body,
    async run(call) {
      const mistakes: Mistake[] = []
      const checked = {
        params: params?.(call.params, mistakes),
        query: query?.(call.query, mistakes),
        body: body?.(call.body, mistakes),
      }
      if (mistakes.length > 0) throw unprocessable(mistakes)
      return await told.handle({ ...call, ...checked })
    },
  }
}

/** One thing that is wrong with an input, by JSON pointer. Never quotes the value. */
export interface Mistake {
  readonly in: 'path' | 'query' | 'body'
  readonly pointer: string
  readonly detail: string
}

/** The 422 that lists what is wrong. */
export function unprocessable(mistakes: readonly Mistake[]): Failure {
  const [first] = mistakes
  const where = first === undefined || first.pointer === '' ? '' : ` at ${first.pointer}`
  const errors: JsonObject[] = mistakes.map((each) => ({ ...each }))
  return new Failure('unprocessable', {
    says: first ? `Not valid${where} (${first.in}): ${first.detail}.` : 'Not valid.',
    details: { errors },
  })
}

/** More mistakes than this are not listed: nobody reads them, and a hostile body could make thousands. */
const MISTAKES_MAX = 20
const POINTER_LENGTH_MAX = 200

function door<T extends TSchema>(shape: T, where: Mistake['in']) {
  const check = TypeCompiler.Compile(shape)
  return (value: unknown, mistakes: Mistake[]): Static<T> | undefined => {
    if (check.Check(value)) return value
    for (const error of check.Errors(value)) {
      mistakes.push({
        in: where,
        pointer: error.path.slice(0, POINTER_LENGTH_MAX),
        detail: error.message,
      })
      if (mistakes.length >= MISTAKES_MAX) break
    }
    return undefined
  }
}
