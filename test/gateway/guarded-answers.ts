import { dialectFor } from '../../src/dialects/index.ts'
import { filterWhole, openFilterPipe } from '../../src/gateway/filter-pipe.ts'
import { cutInto } from './answer-streams.ts'
import { callGuard } from './guarded.ts'

/** Everything is looked for, names included. */
export const SECRETS = { detect: { secrets: true, pii: true } }
/** One route of each protocol, with the least request. */
export const ROUTES = {
  chat: ['openai', '/v1/chat/completions', { model: 'm', messages: [] }],
  completions: ['openai', '/v1/completions', { model: 'm', prompt: 'x' }],
  responses: ['openai', '/v1/responses', { model: 'm', input: 'x' }],
  messages: ['anthropic', '/v1/messages', { model: 'm', max_tokens: 9, messages: [] }],
  gemini: ['gemini', '/v1beta/models/m:generateContent', { contents: [] }],
  'gemini stream': ['gemini', '/v1beta/models/m:streamGenerateContent', { contents: [] }],
} as const

/** A reader of what the route answers. */
export function readerOf(route: keyof typeof ROUTES, isStream: boolean) {
  const [prefix, path, body] = ROUTES[route]
  const query = new URLSearchParams()
  const dialect = dialectFor(prefix, 'POST', path, query)?.dialect
  if (!dialect) throw new Error('no dialect')
  return dialect.openAnswer(dialect.readAsk({ ...body, stream: isStream } as never, path, query))
}

/** What a caller gets of these bytes of a stream, cut at `cuts`. */
export function streamed(
  route: keyof typeof ROUTES,
  bytes: string | Uint8Array,
  guard = callGuard(SECRETS),
  cuts: readonly number[] = [],
): string {
  const out: Buffer[] = []
  const pipe = openFilterPipe('sse', readerOf(route, true), guard, (piece) => {
    out.push(Buffer.from(piece))
  })
  for (const piece of cutInto(Buffer.from(bytes), cuts)) pipe.push(piece)
  pipe.end()
  return Buffer.concat(out).toString()
}

/** What a caller gets of this JSON body. */
export function whole(route: keyof typeof ROUTES, body: object): string {
  const bytes = Buffer.from(JSON.stringify(body))
  return Buffer.from(
    filterWhole(Uint8Array.from(bytes), readerOf(route, false), callGuard(SECRETS)),
  ).toString()
}

/** A chunk of Chat Completions. */
export const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
/** How Chat Completions ends. */
export const END = `${chunk({}, 'stop')}data: [DONE]\n\n`
