import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Json, textMember } from '../base/json.ts'
import { parseWithExactUsd } from '../base/wire.ts'
import type { CommandContext } from './command.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The admin API of the gateway that runs on this data directory. */
export interface AdminClient {
  /** The parsed answer. Throws {@link AdminError}. */
  call(method: Method, path: string, body?: unknown): Promise<unknown>
  /** The same; amounts of dollars come as the text of their digits, and each call may name its workspace. */
  exact(method: Method, path: string, body?: unknown, workspace?: string): Promise<Json>
}

/** The API said no, or nobody answered; the message is fit to print. */
export class AdminError extends Error {
  /** 0 when nobody answered. */
  readonly status: number
  /** The failure's code, when the API gave one. */
  readonly code: string | undefined
  constructor(message: string, status: number, code?: string) {
    super(message)
    this.name = 'AdminError'
    this.status = status
    this.code = code
  }
}

/** A list over loopback takes milliseconds; past this nobody is there. */
const CALL_MS = 15_000

/**
 * The gateway named by `SLUICE_ADMIN_URL`, spoken to with `SLUICE_ADMIN_KEY`; else the one that runs here, found by its
 * `ready.json`, with a key in it: the organisation's admin key, or the first workspace's own. `workspace` names another
 * one for the admin key. Throws {@link AdminError} when there is neither.
 */
export async function adminClient(
  context: CommandContext,
  key: 'gateway_key' | 'admin_key' = 'admin_key',
  workspace?: string,
): Promise<AdminClient> {
  const { url, token } = await findGateway(context, key)
  const headersFor = (named = workspace): Record<string, string> => ({
    'x-api-key': token,
    ...(named === undefined ? {} : { 'x-tenant-id': named }),
  })
  return {
    async call(method, route, body) {
      const text = await send(`${url}/api/v1${route}`, headersFor(), method, body)
      return text === '' ? undefined : JSON.parse(text)
    },
    async exact(method, route, body, named) {
      const text = await send(`${url}/api/v1${route}`, headersFor(named), method, body)
      // Parsed JSON is Json; only numbers of dollars were turned into text.
      return text === '' ? null : (parseWithExactUsd(text) as Json)
    },
  }
}

/** Where the admin API is and the key to speak with. Throws {@link AdminError}. */
export async function findGateway(
  { config }: CommandContext,
  key: 'gateway_key' | 'admin_key' = 'admin_key',
): Promise<{ readonly url: string; readonly token: string }> {
  if (config.adminUrl && config.adminKey)
    return { url: config.adminUrl.href.replace(/\/+$/, ''), token: config.adminKey.reveal() }
  const path = join(config.dataDir, 'ready.json')
  let ready: unknown
  try {
    ready = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw new AdminError(
      `no gateway runs here (no ${path}): start one with npm start, or set SLUICE_ADMIN_URL and SLUICE_ADMIN_KEY`,
      0,
    )
  }
  const url = textMember(ready, 'admin_url') ?? textMember(ready, 'url')
  const token = textMember(ready, key)
  if (url === undefined || token === undefined)
    throw new AdminError(`${path} is not complete: start the gateway again with npm start`, 0)
  return { url, token }
}

async function send(
  url: string,
  headers: Record<string, string>,
  method: Method,
  body?: unknown,
): Promise<string> {
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
  if (response.ok) return text
  let problem: unknown
  try {
    problem = JSON.parse(text)
  } catch {
    problem = undefined
  }
  const said = textMember(problem, 'error') ?? `the gateway answered ${response.status}`
  throw new AdminError(said, response.status, textMember(problem, 'code'))
}
