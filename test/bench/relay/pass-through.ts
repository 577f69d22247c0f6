/** The baseline: the shortest pass-through that Bun offers, `fetch` with its body handed on. Prints its port. */
import { leash } from './leash.ts'

const origin = process.argv[2] ?? ''

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  development: false,
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const answer = await fetch(origin + pathname, {
      method: request.method,
      headers: { 'content-type': 'application/json' },
      body: await request.arrayBuffer(),
      redirect: 'manual',
      decompress: false,
      signal: request.signal,
    })
    const headers = { 'content-type': answer.headers.get('content-type') ?? '' }
    return new Response(answer.body, { status: answer.status, headers })
  },
})
console.log(server.port)
leash()
