import type { ExportDestination, ExportsPort } from './admin/deps.ts'
import type { World } from './base/world.ts'
import type { Bus } from './bus/port.ts'
import { type Destination, loadDestinations } from './exporter/destinations.ts'
import { madeUpCall } from './exporter/made-up-call.ts'
import { PROFILES } from './exporter/profiles/index.ts'
import { isForCalls, sinkFor } from './exporter/sinks/index.ts'

/** What this product stores itself; their cursors go by these names. */
const OWN: readonly ExportDestination[] = [
  { name: 'postgres', type: 'trace store', cursor: 'postgres' },
  { name: 'issues', type: 'triage', cursor: 'issues' },
].map((each) => ({ ...each, gets: 'calls', origin: undefined, outside: false }))

/** The destinations as the exporter beside reads them: from the same environment, each time anew. */
export function exportsPort(bus: Bus, world: World, env = process.env): ExportsPort {
  // A wrong list ends the exporter with its reasons; here it only is none.
  const load = () =>
    loadDestinations(env).catch((cause: unknown) => {
      world.log.warn('exports.unreadable', { cause: String(cause) })
      return []
    })
  return {
    list: async () => [...OWN, ...(await load()).map(shown)],
    lags: () => bus.lags(),
    async test(name) {
      const destination = (await load()).find((each) => each.name === name && isForCalls(each))
      if (!destination) return undefined
      const write = (lines: string) => Bun.write(Bun.stdout, lines)
      const sink = sinkFor(destination, { world, fetch, write })
      try {
        await sink.storeUsage?.([madeUpCall(world)])
        return { ok: true, says: 'accepted' }
      } catch (cause) {
        return { ok: false, says: cause instanceof Error ? cause.message : String(cause) }
      } finally {
        await sink.close?.()
      }
    },
  }
}

function shown(destination: Destination): ExportDestination {
  const { name, type, sinceMs } = destination
  const forCalls = isForCalls(destination)
  const endpoint =
    destination.endpoint ?? PROFILES.find((each) => each.name === type)?.defaultEndpoint
  const since = sinceMs === undefined ? '' : `-since-${Math.floor(sinceMs / 1_000)}`
  return {
    name,
    type,
    gets: type === 'issues' || type === 'budgets' ? type : 'calls',
    origin: endpoint === undefined ? undefined : new URL(endpoint).origin,
    cursor: forCalls ? `${name}${since}` : undefined,
    outside: true,
  }
}
