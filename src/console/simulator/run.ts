import { api, ask } from '../client.ts'
import { gatewayUrl } from '../start/clients.ts'
import type { Way } from './dialects.ts'

/** The key ends by itself soon after, also when this tab is closed in the middle. */
const KEY_LIVES_MS = 5 * 60_000
/** A chat answer of the simulator is far shorter; what comes after is not shown. */
const SHOWN_UNITS_MAX = 100_000

/** How a simulated call went, as far as the caller sees it. */
export interface Ended {
  readonly status: number
  /** The gateway's id of the call; undefined when it has none. */
  readonly id: string | undefined
  readonly firstMs: number | undefined
  readonly forMs: number
  /** What the answer said instead of a stream. */
  readonly refusal: string | undefined
}

/**
 * Makes a key that lives for minutes, sends one call with it as any client would, and deletes the key, however the call
 * ended. `onText` is given the text as it comes. Rejects with a `Problem` when no key could be made.
 */
export async function simulate(
  way: Way,
  model: string,
  prompt: string,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<Ended> {
  const key = await ask(
    api.orgs.current['service-keys'].post({
      description: 'Simulator',
      expires_at: new Date(Date.now() + KEY_LIVES_MS).toISOString(),
    }),
  )
  try {
    return await send(way, model, prompt, key.key, signal, onText)
  } finally {
    await ask(api.orgs.current['service-keys']({ id: key.id }).delete()).catch(() => undefined)
  }
}

async function send(
  way: Way,
  model: string,
  prompt: string,
  key: string,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<Ended> {
  const startedMs = performance.now()
  let firstMs: number | undefined
  const response = await fetch(gatewayUrl() + way.path(model), {
    method: 'POST',
    credentials: 'omit',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(way.body(model, prompt)),
    signal,
  })
  const id = response.headers.get('x-gateway-request-id') ?? undefined
  const isStream = (response.headers.get('content-type') ?? '').includes('event-stream')
  let refusal: string | undefined
  if (response.ok && isStream && response.body) {
    for await (const event of eventsOf(response.body)) {
      firstMs ??= performance.now() - startedMs
      onText(way.textOf(event))
    }
  } else {
    const text = (await response.text()).slice(0, SHOWN_UNITS_MAX)
    if (response.ok) onText(text)
    else refusal = messageOf(text)
  }
  return { status: response.status, id, firstMs, forMs: performance.now() - startedMs, refusal }
}

/** The JSON of each event; what is none, such as `[DONE]`, is left out. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (value) rest += decoder.decode(value, { stream: true })
    const lines = rest.split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = line.startsWith('data:') ? parsed(line.slice(5)) : undefined
      if (event !== undefined) yield event
    }
    if (done || rest.length > SHOWN_UNITS_MAX) return
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a refusal says in each dialect, or the answer as it came. */
function messageOf(text: string): string {
  const found = parsed(text)
  const error =
    typeof found === 'object' && found !== null ? Reflect.get(found, 'error') : undefined
  const message =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : error
  return typeof message === 'string' ? message : text
}
