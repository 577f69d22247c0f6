import { Failure } from '../../src/base/failure.ts'
import { nanos } from '../../src/base/money.ts'
import { openDatabase } from '../../src/store/database.ts'
import { eventOf, ledgerBench } from '../support/ledger.ts'
import { testWorld } from '../support/world.ts'

/**
 * One gateway process under load at a cap's edge, until it reads `stop` or is killed. Prints `sent <id> <bill>` the moment
 * a call is sent: from then on the provider bills it, whatever happens here; and `failed <code>` for one that was not.
 * Arguments: database URL, organisation, ceiling, life of a hold in ms.
 */
const [url = '', organizationId = '', ceiling = '0', ttlMs = '1000'] = process.argv.slice(2)
const CALLERS = 20
const world = testWorld()
const database = openDatabase({ url, world, poolSize: 4, queryMs: 1_500 })
const bench = ledgerBench(database, world, { organizationId, ttlMs: Number(ttlMs) })
let going = true

const caller = async (): Promise<void> => {
  while (going) {
    try {
      const call = bench.call(BigInt(ceiling))
      const hold = await bench.ledger.reserve(call)
      const bill = (BigInt(ceiling) * BigInt(25 + Math.floor(world.dice.fraction() * 76))) / 100n
      console.log(`sent ${hold.id} ${bill}`)
      await pause(20 + world.dice.fraction() * 60)
      hold.settle({ nanos: nanos(bill), tokens: 1, basis: 'measured' }, eventOf(call.opened, bill))
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause
      console.log(`failed ${cause.code}`)
      await pause(30 + world.dice.fraction() * 60)
    }
  }
}

console.log('ready')
const callers = Array.from({ length: CALLERS }, caller)
for await (const line of console) if (line === 'stop') break
going = false
await Promise.all(callers)
await bench.ledger.drain(10_000)
console.log(`pending ${bench.ledger.pending()}`)
process.exit(0)

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => world.clock.after(ms, resolve))
}
