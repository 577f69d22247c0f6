import { join } from 'node:path'
import type { World } from '../base/world.ts'
import { openBus } from './bus.ts'
import { openFolderBus } from './folder.ts'
import type { Bus } from './port.ts'

/** NATS where there is an address, else the folder `bus` in the data directory, which all processes of the machine share. */
export function chooseBus(options: {
  readonly natsUrl: string | undefined
  /** The same for every process: each adjusts the bus streams to it. Default 1. */
  readonly replicas?: number | undefined
  readonly dataDir: string
  readonly world: World
  /** Which program this is, as the server's connection list shows it. */
  readonly name: string
}): Bus {
  const { natsUrl, dataDir, world, name, replicas } = options
  if (natsUrl !== undefined)
    return openBus({ url: natsUrl, world, name, replicas, spillDir: join(dataDir, 'spool') })
  return openFolderBus({ dir: join(dataDir, 'bus'), world })
}
