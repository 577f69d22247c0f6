import {
  type AuthInfo,
  createMcpHandler,
  McpServer,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server'
import { Failure } from '../../base/failure.ts'
import { newId } from '../../base/id.ts'
import { textMember } from '../../base/json.ts'
import { LIMITS } from '../../base/limits.ts'
import type { AdminDeps } from '../deps.ts'
import { authenticate, throttled } from '../guard.ts'
import { readPlainJsonBody } from '../input.ts'
import { baseHeaders, problemOf } from '../problem.ts'
import type { Asker } from './ask.ts'
import { TOOLS } from './index.ts'
import { pace } from './pace.ts'
import type { Tool } from './tool.ts'

const INSTRUCTIONS =
  'Sluice is the LLM gateway in front of the providers. Use search_docs before guessing how it works, explain_request for a single call, spend_by_key for money. Amounts ending in _nanos are exact nanodollars.'

/**
 * The MCP server at `/mcp` (Streamable HTTP, protocol 2026-07-28, and 2025 revisions without sessions): every request
 * stands alone, so any worker process answers any of them and nothing is kept between two. A key is needed as for the
 * admin API; cookies do not count here.
 */
export function mcp(deps: AdminDeps): (request: Request) => Promise<Response> {
  const askers = new WeakMap<AuthInfo, Asker>()
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const asker = authInfo && askers.get(authInfo)
      if (!asker) throw new Failure('unauthenticated')
      return serverFor(asker)
    },
    // Nothing here ever changes while a client listens.
    { maxSubscriptions: 0, keepAliveMs: 0 },
  )
  const paced = pace(deps.world.clock)
  return async (request) => {
    const requestId = newId(deps.world)
    try {
      demandOwnOrigin(request)
      const { key, token } = await throttled(request, deps, () => keyOf(request, deps))
      return await paced(key.id, async () => {
        const parsedBody = request.method === 'POST' ? await readMessage(request) : undefined
        const authInfo: AuthInfo = { token: '', clientId: key.id, scopes: [] }
        const address = deps.addressOf?.(request)
        askers.set(authInfo, { deps, key, token, address, requestId })
        return await whole(await handler.fetch(request, { authInfo, parsedBody }), requestId)
      })
    } catch (cause) {
      return problemOf(cause, requestId, deps.world)
    }
  }
}

/**
 * The answer once all of it is there: for the 2025 revisions it comes as a stream that is open before the tool has begun,
 * and a place among those under way must be kept until the work is done. Tools' answers are bounded.
 */
async function whole(answer: Response, requestId: string): Promise<Response> {
  const body = await answer.bytes()
  const headers = new Headers(answer.headers)
  for (const [name, value] of Object.entries(baseHeaders(requestId))) headers.set(name, value)
  return new Response(body.byteLength === 0 ? null : body, { status: answer.status, headers })
}

/** Names every tool the asker may use, and runs them. */
function serverFor(asker: Asker): McpServer {
  const { deps } = asker
  const server = new McpServer(
    { name: 'sluice', title: 'Sluice', version: deps.version },
    { instructions: INSTRUCTIONS, capabilities: { tools: { listChanged: false } } },
  )
  for (const each of TOOLS) {
    if (each.writes && !(deps.mcpWrites === true && each.writes.allows(asker))) continue
    server.registerTool(
      each.name,
      {
        title: each.title,
        description: `${each.says} Needs: ${each.needs}.`,
        inputSchema: INPUTS.get(each.name) ?? shownAs(each.shape),
        annotations: {
          readOnlyHint: each.writes === undefined,
          destructiveHint: each.writes?.destroys ?? false,
          openWorldHint: false,
        },
      },
      (input: unknown) => answered(each, input, asker),
    )
  }
  return server
}

/** The shapes as clients are shown them. A tool checks its own arguments, so that a mistake reads as everywhere else. */
const INPUTS = new Map(TOOLS.map(({ name, shape }) => [name, shownAs(shape)]))

function shownAs(shape: Tool['shape']): StandardSchemaWithJSON {
  const json: Record<string, unknown> = JSON.parse(JSON.stringify(shape))
  return {
    '~standard': {
      version: 1,
      vendor: 'sluice',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  }
}

async function answered(tool: Tool, input: unknown, asker: Asker) {
  try {
    const value = await tool.run(input, asker)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (Buffer.byteLength(text) > LIMITS.mcpAnswerBytesMax)
      throw new Failure('unprocessable', {
        says: `The answer is larger than ${LIMITS.mcpAnswerBytesMax} bytes: ask for less of it.`,
      })
    return { content: [{ type: 'text' as const, text }] }
  } catch (cause) {
    return {
      content: [{ type: 'text' as const, text: await problemText(cause, asker) }],
      isError: true,
    }
  }
}

/** What went wrong, as the admin API says it. */
async function problemText(cause: unknown, { deps, requestId }: Asker): Promise<string> {
  const {
    type: _,
    title: __,
    error: ___,
    ...problem
  } = await problemOf(cause, requestId, deps.world).json()
  return JSON.stringify(problem)
}

/** A page of another site in some browser must not talk to a gateway on this machine (MCP, security of transports). */
function demandOwnOrigin(request: Request): void {
  const origin = request.headers.get('origin')
  if (origin === null) return
  const host = request.headers.get('host') ?? new URL(request.url).host
  if (URL.parse(origin)?.host !== host)
    throw new Failure('permission_missing', {
      says: 'Requests from pages of other origins are refused.',
    })
}

function keyOf(request: Request, deps: AdminDeps): ReturnType<typeof authenticate> {
  const { headers } = request
  // A cookie is what a browser sends by itself.
  if (!headers.has('authorization') && !headers.has('x-api-key'))
    throw new Failure('unauthenticated', {
      says: 'Missing key: send a gateway key as Authorization: Bearer or X-API-Key.',
    })
  return authenticate(request, deps)
}

async function readMessage(request: Request): Promise<unknown> {
  const body = await readPlainJsonBody(request, LIMITS.mcpBodyBytesMax)
  // One message is one request against the pace.
  if (Array.isArray(body))
    throw new Failure('invalid_request', { says: 'Batches are not part of this protocol.' })
  if (textMember(body, 'jsonrpc') !== '2.0')
    throw new Failure('invalid_request', { says: 'The body is not a JSON-RPC 2.0 message.' })
  return body
}
