import { sqlState } from '../store/store-failure.ts'
import { SinkAway } from './sink.ts'

/** Deadlock, serialization failure, lock not available: the same statement works a moment later. */
const PASSING = new Set(['40001', '40P01', '55P03'])

/** Runs `work` on our own store; a clash with another writer becomes {@link SinkAway}, so that no event is blamed for it. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (PASSING.has(sqlState(cause) ?? '')) throw new SinkAway('a clash with another writer')
    throw cause
  }
}
