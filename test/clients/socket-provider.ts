import type { ServerWebSocket } from 'bun'

/** A provider that speaks WebSocket and keeps what it was asked with. */
export function startSocketProvider(
  answer: (message: unknown, index: number) => readonly object[],
  onPost?: (body: unknown) => Response,
) {
  const heads: { readonly url: string; readonly headers: Headers }[] = []
  const messages: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    development: false,
    async fetch(request, self) {
      heads.push({ url: request.url, headers: new Headers(request.headers) })
      if (self.upgrade(request)) return undefined
      if (onPost && request.method === 'POST') return onPost(await request.json())
      return new Response('no socket', { status: 404 })
    },
    websocket: {
      message(socket: ServerWebSocket<undefined>, message) {
        const text = String(message)
        messages.push(text)
        for (const event of answer(JSON.parse(text), messages.length - 1))
          socket.send(JSON.stringify(event))
      },
    },
  })
  const url = `http://127.0.0.1:${server.port}`
  return { url, heads, messages, close: () => server.stop(true) }
}
