import type { CreateEden, Elysia } from 'elysia'
import type { RESOURCES } from './index.ts'
import type { TypedRoute, Typing } from './route.ts'

type AnyRoute = (typeof RESOURCES)[keyof typeof RESOURCES][number]
type TypingOf<R> = R extends TypedRoute<infer T> ? T : never

/** An input that was left out has the type `unknown`: a client sends none. */
type Given<T, Otherwise> = unknown extends T ? Otherwise : T

type AsEden<T extends Typing> = T extends Typing
  ? CreateEden<
      T['path'],
      Record<
        Lowercase<T['method']>,
        {
          body: Given<T['body'], undefined>
          params: Given<T['params'], Record<never, never>>
          query: Given<T['query'], Record<never, never>>
          headers: Record<never, never>
          response: { 200: Given<T['answer'], undefined> }
        }
      >
    >
  : never

type Together<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never

type Nothing = {
  derive: Record<never, never>
  resolve: Record<never, never>
  schema: Record<never, never>
  standaloneSchema: Record<never, never>
  response: Record<never, never>
}

/**
 * The admin API as Eden sees it, from the routes' own shapes; paths begin below `/api/v1`. The mount registers
 * routes in a loop, which Elysia cannot follow by type.
 */
export type AdminApp = Elysia<
  '',
  {
    decorator: Record<never, never>
    store: Record<never, never>
    derive: Record<never, never>
    resolve: Record<never, never>
  },
  { typebox: Record<never, never>; error: Record<never, never> },
  {
    schema: Record<never, never>
    standaloneSchema: Record<never, never>
    macro: Record<never, never>
    macroFn: Record<never, never>
    parser: Record<never, never>
    response: Record<never, never>
  },
  Together<AsEden<TypingOf<AnyRoute>>>,
  Nothing,
  Nothing
>
