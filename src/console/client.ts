import { treaty } from '@elysiajs/eden'
import type { AdminApp } from '../admin/client-types.ts'

/** `''` or `/something`: the path prefix of every route. */
export const BASE =
  document.querySelector('meta[name="sluice-base"]')?.getAttribute('content') ?? ''

/** Holds a key for this tab alone, for who signs in with one; a session needs nothing here. */
const KEY_SLOT = 'sluice-key'

/** The workspace that requests are about; null before one is known. */
let tenant: string | null = null

/** From now on requests are about this workspace. */
export function chooseTenant(id: string | null): void {
  tenant = id
}

/** From now on requests carry this key instead of the session's cookie; null: the cookie again. */
export function signWithKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(KEY_SLOT)
  else sessionStorage.setItem(KEY_SLOT, key)
}

/** True when this tab was signed in with a key. */
export function holdsKey(): boolean {
  return sessionStorage.getItem(KEY_SLOT) !== null
}

function headers(): Record<string, string> {
  const key = sessionStorage.getItem(KEY_SLOT)
  return {
    ...(tenant === null ? {} : { 'x-tenant-id': tenant }),
    ...(key === null ? {} : { 'x-api-key': key }),
  }
}

/**
 * The admin API, typed from its own routes: `ask(api.workspaces.get())`. Paths follow the API's:
 * `api.orgs.current['service-keys'].get()`, `api.requests({ id }).get()`.
 */
export const api = treaty<AdminApp>(`${location.origin}${BASE}/api/v1`, {
  parseDate: false,
  fetch: { credentials: 'same-origin' },
  headers,
})

/** The same about the whole organisation: it names no workspace. */
export const organizationApi = treaty<AdminApp>(`${location.origin}${BASE}/api/v1`, {
  parseDate: false,
  fetch: { credentials: 'same-origin' },
  headers: () => {
    const { 'x-tenant-id': _, ...rest } = headers()
    return rest
  },
})

/** A refusal of the admin API, as far as a page needs to know it. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when the gateway could not be reached. */
    readonly status: number,
    /** The failure's code, such as `permission_missing`. */
    readonly code: string,
    says: string,
    /** The permission that is missing. */
    readonly permission: string | undefined,
    /** What is wrong with an input, by JSON pointer. */
    readonly mistakes: readonly { readonly pointer: string; readonly detail: string }[],
    readonly requestId: string | undefined,
  ) {
    super(says)
  }
}

interface Reply<T> {
  readonly data: T | null
  readonly error: unknown
  readonly status: number
  readonly response: Response
}

/** What a request answers. Rejects with a {@link Problem}; a session that ended shows the sign-in page. */
export async function ask<T>(request: Promise<Reply<T>>): Promise<NonNullable<T>> {
  let reply: Reply<T>
  try {
    reply = await request
  } catch {
    throw unreachable()
  }
  if (!reply.error) return reply.data as NonNullable<T>
  const problem = problemOf(reply)
  if (problem.status === 401) window.dispatchEvent(new Event('sluice:signed-out'))
  throw problem
}

function unreachable(): Problem {
  return new Problem(
    0,
    'unreachable',
    'The gateway does not answer. Is it running?',
    undefined,
    [],
    undefined,
  )
}

function problemOf({ error, status, response }: Reply<unknown>): Problem {
  // Eden hands over what the network threw as an error without an answer.
  if (response === undefined || status >= 502) return unreachable()
  const value = parsed(memberOf(error, 'value'))
  const errors = memberOf(value, 'errors')
  return new Problem(
    status,
    textOf(value, 'code') ?? 'failed',
    textOf(value, 'error') ?? textOf(value, 'detail') ?? `The gateway answered ${status}.`,
    textOf(value, 'permission'),
    Array.isArray(errors)
      ? errors.map((each) => ({
          pointer: textOf(each, 'pointer') ?? '',
          detail: textOf(each, 'detail') ?? '',
        }))
      : [],
    response.headers.get('x-gateway-request-id') ?? undefined,
  )
}

/** Eden reads a problem's media type as text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function textOf(value: unknown, name: string): string | undefined {
  const found = memberOf(value, name)
  return typeof found === 'string' ? found : undefined
}
