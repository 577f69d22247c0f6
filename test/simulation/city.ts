import { nanos } from '../../src/base/money.ts'
import { deliver } from '../../src/exporter/deliver.ts'
import { relayOutbox } from '../../src/exporter/relay.ts'
import { SinkAway } from '../../src/exporter/sink.ts'
import type { Subject } from '../../src/policies/match.ts'
import type { Books } from './books.ts'
import { openBooks } from './books.ts'
import { simulatedBus } from './bus.ts'
import type { Faults, SimDatabase } from './database.ts'
import { simulatedDatabase } from './database.ts'
import { gateway } from './gateway.ts'
import { checkAlways } from './invariants.ts'
import type { Mutant } from './mutants.ts'
import type { Time } from './time.ts'
import { simulatedTime } from './time.ts'
/** What the simulation knows of a call beyond the books: what the provider really billed. */
export interface Truth {
  readonly id: string
  readonly subject: Subject
  sent: boolean
  billed: bigint
  /** The provider's usage reached a living gateway: the record must equal the bill. */
  measured: boolean
  /** How the caller was answered; a caller of a dead process hears nothing. */
  answers: string[]
  orphaned: boolean
  /** The end is durable: what was told to a gateway that died before is lost, and the hold stands for it. */
  committed: boolean
  /** Its gateway died before its end was durable. */
  lost: boolean
}

export interface City {
  readonly time: Time
  readonly books: Books
  readonly truths: Truth[]
  readonly mutant: Mutant | undefined
  readonly problems: string[]
}

/** Faults happen in the first part, the second must heal. */
const FAULTY_MS = 30_000
const REST_MS = 40_000
const CALLS = 60

/** Plays one seed: calls of three gateways with faults, then rest. Gives the city as it then is. */
export function play(seed: number, mutant?: Mutant): City {
  const time = simulatedTime(seed)
  const books = openBooks(time.wall, mutant)
  const city: City = { time, books, truths: [], mutant, problems: [] }
  const faults = faultsOf(time)
  const database = simulatedDatabase(time, books, faults, mutant, () => checkAlways(city))
  const gateways = [0, 1, 2].map((index) => gateway(city, database, `g${index}`))
  administer(city, faults)
  exporter(city, database, simulatedBus(time, faults), faults)
  // Half of the calls come in four bursts: what is only right one by one shows there.
  const bursts = Array.from({ length: 4 }, () => time.between(0, FAULTY_MS))
  for (let call = 0; call < CALLS; call++) {
    const burst = bursts[call % 8]
    const at = burst === undefined ? time.between(0, FAULTY_MS) : burst + time.between(0, 2)
    time.after(at, 'clients', () => {
      const at = time.between(0, gateways.length - 1)
      const chosen = gateways[at]
      if (chosen) void chosen.serve(time.chance(0.5) ? 'k1' : 'k2')
    })
  }
  if (faults.untilMs > 0)
    for (let death = time.between(0, 3); death > 0; death--)
      time.after(time.between(0, FAULTY_MS), 'fate', () => {
        const at = time.between(0, gateways.length - 1)
        gateways[at]?.die()
        gateways[at] = gateway(city, database, `g${at}'${death}'${time.now()}`)
      })
  time.play(FAULTY_MS + REST_MS)
  return city
}

function faultsOf(time: Time): Faults {
  // Some seeds without any fault: what is wrong there is wrong by itself.
  if (time.chance(0.2)) return { untilMs: 0, refused: 0, lost: 0, slow: 0, down: [] }
  const downs = time.between(0, 2)
  const down = Array.from({ length: downs }, () => {
    const from = time.between(1_000, FAULTY_MS - 8_000)
    return [from, from + time.between(200, 7_000)] as const
  })
  return {
    untilMs: FAULTY_MS,
    refused: time.random() * 0.1,
    lost: time.random() * 0.1,
    slow: time.random() * 0.05,
    down,
  }
}

/** Caps are made, tightened, loosened and deleted while calls are under way. */
function administer({ time, books }: City, faults: Faults): void {
  const scopes = [[], [{ key: 'api_key_id', value: 'k1' }], [{ key: 'api_key_id', value: 'k2' }]]
  const save = (at: number) =>
    books.saveCap(`cap${at}`, {
      name: `cap${at}`,
      type: 'spend_cap',
      matchers: scopes[at] ?? [],
      config: {
        kind: 'spend',
        window: 'hour',
        limitNanos: nanos(0),
        hold: 'full',
        ceilingPrice: undefined,
        unmetered: 'block',
      },
      enabled: true,
      priority: 0,
      parentId: undefined,
      limit: BigInt(time.between(200, 4_000)),
    })
  save(0)
  if (time.chance(0.5)) save(1)
  for (let change = time.between(0, 4); change > 0; change--)
    time.after(time.between(0, Math.max(faults.untilMs, 20_000)), 'admin', () => {
      const at = time.between(0, 2)
      if (time.chance(0.25)) books.deleteCap(`cap${at}`)
      else save(at)
    })
}

/** The product's relay and delivery, and the sweeper's two chores, in a process that dies now and then. */
function exporter(
  city: City,
  database: SimDatabase,
  busOf: ReturnType<typeof simulatedBus>,
  faults: Faults,
  life = 0,
): void {
  const { time } = city
  const name = `exporter${life}`
  const world = time.world(name)
  const bus = busOf(name)
  const delivery = deliver(
    {
      name: 'postgres',
      essential: true,
      storeUsage: (events) =>
        database.storeRuns(name, events).catch((cause: unknown) => {
          throw new SinkAway(String(cause))
        }),
    },
    bus,
    world,
  )
  const outbox = database.outbox(name)
  relayOutbox({
    outbox,
    bus,
    world,
    backlog: () => delivery.lag('usage'),
    reachedMs: () => delivery.reachedMs(),
  })
  const port = database.port(name)
  const sweep = async (): Promise<void> => {
    if (city.mutant !== 'no_sweeper') {
      await port.expire(100).catch(() => {})
      await database.interrupt(name, (processId) => time.isDead(processId)).catch(() => {})
    }
    time.after(2_000, name, () => void sweep())
  }
  void sweep()
  if (faults.untilMs > 0 && time.chance(0.5))
    time.after(time.between(1_000, faults.untilMs), 'fate', () => {
      time.kill(name)
      exporter(city, database, busOf, { ...faults, untilMs: time.now() }, life + 1)
    })
}
