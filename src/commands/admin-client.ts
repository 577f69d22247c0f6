import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { textMember } from '../base/json.ts'
import type { CommandContext } from './command.ts'

/** The admin API of the gateway that runs on this data directory. */
export interface AdminClient {
  /** The parsed answer. Throws {@link AdminError}. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
}

/** The API said no, or nobody answered; the message is fit to print. */
export class AdminError extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.name = 'AdminError'
    this.status = status
  }
}

/** A list over loopback takes milliseconds; past this nobody is there. */
const CALL_MS = 15_000

/**
 * Finds the running gateway by its `ready.json` and speaks with a key in it: the organisation's admin key, or the
 * first workspace's own. `workspace` names another one for the admin key. Throws {@link AdminError} when there is no
 * such file.
 */
export async function adminClient(
  context: CommandContext,
  key: 'gateway_key' | 'admin_key' = 'admin_key',
  workspace?: string,
): Promise<AdminClient> {
  const path = join(context.config.dataDir, 'ready.json')
  let ready: unknown
  try {
    ready = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw new AdminError(`no gateway runs here (no ${path}): start one with npm start`, 0)
  }
  const url = textMember(ready, 'admin_url') ?? textMember(ready, 'url')
  const token = textMember(ready, key)
  if (url === undefined || token === undefined)
    throw new AdminError(`${path} is not complete: start the gateway again with npm start`, 0)
  return {
    call: (method, route, body) => {
      const headers: Record<string, string> = { 'x-api-key': token }
      if (workspace !== undefined) headers['x-tenant-id'] = workspace
      return call(`${url}/api/v1${route}`, headers, method, body)
    },
  }
}

async function call(
  url: string,
  headers: Record<string, string>,
  method: string,
  body?: unknown,
): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_MS),
      redirect: 'manual',
    })
  } catch {
    throw new AdminError(
      `the gateway at ${new URL(url).origin} does not answer: npm run sluice -- status`,
      0,
    )
  }
  const text = await response.text()
  if (response.ok) return text === '' ? undefined : JSON.parse(text)
  let said: string | undefined
  try {
    said = textMember(JSON.parse(text), 'error')
  } catch {
    said = undefined
  }
  throw new AdminError(said ?? `the gateway answered ${response.status}`, response.status)
}
