/** The dialler alone: own sockets and one direct stream per answer, nothing of the gateway. Prints its port. */
import { systemClock } from '../../../src/base/clock.ts'
import { openDownstream } from '../../../src/gateway/downstream.ts'
import { openUpstream } from '../../../src/upstream/open.ts'
import { PATIENT } from '../../upstream/call.ts'
import { leash } from './leash.ts'

const origin = process.argv[2] ?? ''
const log = { info() {}, warn() {}, error() {} }
const upstream = openUpstream({ world: { clock: systemClock, log }, env: {} })

function pass(request: Request, body: Uint8Array): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>()
  const downstream = openDownstream({
    onFull: () => call.pause(),
    onDrained: () => call.resume(),
    onLeave: () => call.abort(),
  })
  const url = new URL(origin + new URL(request.url).pathname)
  const headers = new Headers({ 'content-type': 'application/json' })
  const call = upstream.send(
    { method: request.method, url, headers, body },
    {
      onHead(status, got) {
        const type = got.get('content-type') ?? ''
        resolve(new Response(downstream.body, { status, headers: { 'content-type': type } }))
      },
      onData(bytes) {
        downstream.write(bytes)
        downstream.flush()
      },
      onEnd: () => downstream.end(),
      onFault(fault) {
        downstream.reset()
        resolve(new Response(fault, { status: 502 }))
      },
    },
    PATIENT,
  )
  return promise
}

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  development: false,
  fetch: async (request) => pass(request, new Uint8Array(await request.arrayBuffer())),
})
console.log(server.port)
leash()
