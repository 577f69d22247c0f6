/**
 * The dialler alone: own sockets and one direct stream per answer, nothing of the gateway. With a database's URL as the
 * second argument each request waits for one durable row. Prints its port.
 */
import { systemClock } from '../../../src/base/clock.ts'
import { openDownstream } from '../../../src/gateway/downstream.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openUpstream } from '../../../src/upstream/open.ts'
import { testWorld } from '../../support/world.ts'
import { PATIENT } from '../../upstream/call.ts'
import { leash } from './leash.ts'

const [origin = '', databaseUrl] = process.argv.slice(2)
const sql =
  databaseUrl === undefined
    ? undefined
    : openDatabase({ url: databaseUrl, world: testWorld(), poolSize: 2, plansOnce: true }).sql
if (sql)
  await sql`create table bench_rows (id bigint generated always as identity primary key, what text not null)`
const log = { info() {}, warn() {}, error() {} }
const upstream = openUpstream({ world: { clock: systemClock, log }, env: {} })

/** Resolves when a row is on the disk. */
async function written(what: string): Promise<void> {
  if (sql) await sql`insert into bench_rows (what) values (${what})`
}

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
  async fetch(request) {
    const body = new Uint8Array(await request.arrayBuffer())
    await written(request.url)
    return pass(request, body)
  },
})
console.log(server.port)
leash()
