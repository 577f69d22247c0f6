/** What a broken gateway does; planted only by the tests, to show that the scenarios would notice. */
export type Fault = 'dropped_beta_header' | 'unflushed_event' | 'clean_end'

const BETA = ['anthropic-beta', 'openai-beta', 'x-goog-api-client']
const FAILURE = /"type":"error"|^event: error|"error":\{/m

/** A proxy before the gateway that adds one fault to whatever passes. */
export function plant(fault: Fault, gateway: string) {
  const { fetch: plainFetch } = globalThis
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    development: false,
    idleTimeout: 60,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const headers = new Headers(request.headers)
      headers.delete('host')
      if (fault === 'dropped_beta_header') for (const name of BETA) headers.delete(name)
      const { method, body, signal } = request
      const answer = await plainFetch(`${gateway}${pathname}${search}`, {
        ...{ method, headers, signal, decompress: false },
        ...(body ? { body: await request.arrayBuffer() } : {}),
      })
      const { status, body: stream } = answer
      const streams = answer.headers.get('content-type') === 'text/event-stream'
      if (fault === 'dropped_beta_header' || !stream || !streams) return answer
      const changed = stream.pipeThrough(
        fault === 'unflushed_event' ? oneEventLate() : withoutFailure(),
      )
      return new Response(changed, { status, headers: answer.headers })
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) }
}

/** Splits at the blank line after each event; what is left over at the end comes only with `end`. */
function eventwise(events: (whole: string, tell: (event: string) => void) => void, end: boolean) {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let held = ''
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      const pieces = (held + decoder.decode(bytes, { stream: true })).split(/(?<=\r?\n\r?\n)/)
      held = pieces.pop() ?? ''
      for (const piece of pieces)
        events(piece, (event) => controller.enqueue(encoder.encode(event)))
    },
    flush(controller) {
      const tell = (event: string) => controller.enqueue(encoder.encode(event))
      if (!end) return
      if (held !== '') events(held, tell)
      events('', tell)
    },
  })
}

function oneEventLate() {
  let late = ''
  return eventwise((event, tell) => {
    if (late !== '') tell(late)
    late = event
  }, true)
}

function withoutFailure() {
  return eventwise((event, tell) => {
    if (!FAILURE.test(event)) tell(event)
  }, false)
}
