import { newId } from '../base/id.ts'
import { isJsonObject, member, textMember } from '../base/json.ts'
import type { Timer, World } from '../base/world.ts'
import type { Upstream, UpstreamCall, UpstreamRequest, UpstreamSink } from '../upstream/upstream.ts'

/** The one model of the built-in demonstration. */
export const DEMO_MODEL = 'demo/echo'

/** Between two words: slow enough to see that it streams. */
const WORD_MS = 40
const encoder = new TextEncoder()

/**
 * The built-in demonstration provider: speaks OpenAI Chat Completions, echoes the last message, and says a
 * made-up key and e-mail address, so that the first call shows a stream, a trace, a cost and (with a data
 * policy) a redaction without any provider key. It answers through the same interface as a real provider.
 */
export function demoUpstream(world: World): Upstream {
  return {
    send(request, sink) {
      let timer: Timer | undefined
      let over = false
      const call: UpstreamCall & { next(ms: number, run: () => void): void } = {
        pause() {},
        resume() {},
        abort() {
          over = true
          timer?.cancel()
        },
        sent: true,
        next(ms, run) {
          if (!over) timer = world.clock.after(ms, run)
        },
      }
      // Like a real provider it answers in a later event, never inside `send`.
      call.next(0, () => answerDemo(request, sink, call, world))
      return call
    },
    close() {},
  }
}

function answerDemo(
  request: UpstreamRequest,
  sink: UpstreamSink,
  call: { next(ms: number, run: () => void): void },
  world: World,
): void {
  const { pathname } = request.url
  if (pathname !== '/v1/chat/completions' || request.method !== 'POST')
    whole(sink, pathname === '/v1/models' ? 200 : 404, demoList(pathname))
  else answerChat(askedOf(request), sink, call, world)
}

function askedOf(request: UpstreamRequest): unknown {
  if (!(request.body instanceof Uint8Array)) return {}
  return JSON.parse(new TextDecoder().decode(request.body))
}

function answerChat(
  asked: unknown,
  sink: UpstreamSink,
  call: { next(ms: number, run: () => void): void },
  world: World,
): void {
  const model = textMember(asked, 'model') ?? ''
  const prompt = lastText(asked)
  const words = demoWords(prompt)
  const usage = demoUsage(prompt, words)
  const created = Math.floor(world.clock.now() / 1_000)
  const base = { id: `chatcmpl-${newId(world)}`, created, model }
  if (model !== DEMO_MODEL) whole(sink, 404, UNKNOWN_MODEL)
  else if (member(asked, 'stream') !== true) {
    const message = { role: 'assistant', content: words.join('') }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    whole(sink, 200, { ...base, object: 'chat.completion', choices, usage })
  } else {
    const wantsUsage = member(member(asked, 'stream_options'), 'include_usage') === true
    const chunks = demoChunks(base, words, wantsUsage ? usage : undefined)
    sink.onHead(200, new Headers({ 'content-type': 'text/event-stream; charset=utf-8' }))
    const step = (at: number): void => {
      const chunk = chunks[at]
      if (chunk === undefined) {
        sink.onEnd()
        return
      }
      sink.onData(encoder.encode(chunk))
      call.next(WORD_MS, () => step(at + 1))
    }
    step(0)
  }
}

const UNKNOWN_MODEL = {
  error: {
    message: `The demonstration serves one model: ${DEMO_MODEL}.`,
    type: 'invalid_request_error',
    param: 'model',
    code: 'model_not_found',
  },
}

function demoChunks(base: object, words: readonly string[], usage: object | undefined): string[] {
  const chunk = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({
      ...base,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...(usage ? { usage: null } : {}),
    })}\n\n`
  const chunks = [chunk({ role: 'assistant', content: '' }, null)]
  for (const word of words) chunks.push(chunk({ content: word }, null))
  chunks.push(chunk({}, 'stop'))
  if (usage) {
    const last = { ...base, object: 'chat.completion.chunk', choices: [], usage }
    chunks.push(`data: ${JSON.stringify(last)}\n\n`)
  }
  chunks.push('data: [DONE]\n\n')
  return chunks
}

/** What the demonstration says; the key is made up and built here, so that no scanner takes it for real. */
function demoWords(prompt: string): string[] {
  const key = `sk-${'proj'}-${'demo'.repeat(12)}`
  const said = prompt === '' ? 'nothing' : prompt.slice(0, ECHO_UNITS_MAX)
  const text = `You said: ${said}. This is Sluice's built-in demonstration. A careless model might now tell you a key such as ${key} or an address such as ada.demo@example.com: a data policy keeps both from leaving.`
  return text.match(/\s*\S+/g) ?? []
}

const ECHO_UNITS_MAX = 500

function demoUsage(prompt: string, words: readonly string[]): object {
  const input = Math.max(1, prompt.split(/\s+/).length)
  return {
    prompt_tokens: input,
    completion_tokens: words.length,
    total_tokens: input + words.length,
  }
}

function lastText(asked: unknown): string {
  const messages = member(asked, 'messages')
  const last = Array.isArray(messages) ? messages.at(-1) : undefined
  const content = member(last, 'content')
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part) => (isJsonObject(part) ? (textMember(part, 'text') ?? '') : ''))
    .join(' ')
}

function demoList(path: string): object {
  if (path === '/v1/models')
    return { object: 'list', data: [{ id: DEMO_MODEL, object: 'model', owned_by: 'sluice' }] }
  return {
    error: {
      message: 'The demonstration serves /v1/chat/completions and /v1/models.',
      type: 'invalid_request_error',
      param: null,
      code: 'unknown_route',
    },
  }
}

function whole(sink: UpstreamSink, status: number, body: object): void {
  sink.onHead(status, new Headers({ 'content-type': 'application/json' }))
  sink.onData(encoder.encode(JSON.stringify(body)))
  sink.onEnd()
}
