import { Failure } from '../../src/base/failure.ts'
import { nanos } from '../../src/base/money.ts'
import { openDatabase } from '../../src/store/database.ts'
import { ledgerBench } from '../support/ledger.ts'
import { testWorld } from '../support/world.ts'

/**
 * One gateway process of the race: says `ready`, waits for `go`, fires its calls at once and prints what became of them.
 * Arguments: database URL, organisation, calls, ceiling, bill, whether refused-for-now calls come again.
 */
const [url = '', organizationId = '', calls = '0', ceiling = '0', bill = '0', retry = ''] =
  process.argv.slice(2)
const world = testWorld()
const database = openDatabase({ url, world, poolSize: 4, queryMs: 20_000 })
const bench = ledgerBench(database, world, { organizationId })
await bench.cache.forOrganization(organizationId)

console.log('ready')
for await (const line of console) if (line === 'go') break

const counts: Record<string, number> = {}
const one = async (): Promise<void> => {
  for (;;) {
    try {
      const hold = await bench.ledger.reserve(bench.call(BigInt(ceiling)))
      count('held')
      hold.settle({ nanos: nanos(BigInt(bill)), tokens: 1, basis: 'measured' }, undefined)
      await hold.ended
      return
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause
      // A starved machine may miss the admission's deadline: nothing was decided, so the caller comes again.
      const undecided = cause.code === 'ledger_unavailable'
      if (undecided || (cause.code === 'spend_reserved' && retry === 'retry')) {
        await new Promise<void>((resolve) =>
          world.clock.after(5 + world.dice.fraction() * 20, resolve),
        )
        continue
      }
      count(cause.code)
      return
    }
  }
}
await Promise.all(Array.from({ length: Number(calls) }, one))
console.log(JSON.stringify(counts))
await database.close()
process.exit(0)

function count(what: string): void {
  counts[what] = (counts[what] ?? 0) + 1
}
