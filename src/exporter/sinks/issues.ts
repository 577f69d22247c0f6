import type { World } from '../../base/world.ts'
import type { Database } from '../../store/database.ts'
import { recordSightings } from '../../store/issues.ts'
import type { Sink } from '../sink.ts'
import { patiently } from '../store-away.ts'
import { sightingsOf } from '../triage.ts'

/** Turns what policies and books complain about into issues. A destination of its own, so that trouble here delays no trace. */
export function issuesSink(database: Database, world: World): Sink {
  return {
    name: 'issues',
    async storeUsage(events) {
      const sightings = events.flatMap(sightingsOf)
      await patiently(() => recordSightings(database, world, sightings))
    },
  }
}
