import type { StreamDetector } from '../detector.ts'
import type { Compiled } from './compile.ts'

/** What a smaller or larger view of a compiled set keeps and adds. */
export interface Restriction {
  /** True for detectors of the set that stay. */
  keeps(id: string): boolean
  /** Detectors with their own state that are added; ids must be new. */
  readonly adds?: readonly StreamDetector[]
}

/**
 * A view of `compiled` with fewer detectors, and with further ones that need no literals. The automaton itself is shared:
 * building one takes hundreds of milliseconds, which no request may wait for, a view takes less than one.
 */
export function restrictCompiled(compiled: Compiled, { keeps, adds = [] }: Restriction): Compiled {
  const kept = compiled.detectors.map(({ id }) => keeps(id))
  const stays = (entry: { readonly detector: number }) => kept[entry.detector] === true
  const detectors = [...compiled.detectors]
  const streams = compiled.streams.filter(stays)
  for (const stream of adds) {
    const { id, kind, entity } = stream
    streams.push({ stream, detector: detectors.push({ id, kind, entity }) - 1 })
  }
  const longest = (all: Compiled['streams']) =>
    Math.max(0, ...all.map(({ stream }) => stream.holdUnitsMax))
  return {
    ...compiled,
    holdUnitsMax: compiled.holdUnitsMax - longest(compiled.streams) + longest(streams),
    detectors,
    groups: compiled.groups.map((group) => group.filter(stays)),
    words: compiled.words.map((word) => word.filter(stays)),
    // The glances stay as they are: entries name them by their place.
    spots: compiled.spots.map(({ first, glances, entries }) => ({
      first,
      glances,
      entries: entries.filter(stays),
    })),
    streams,
  }
}
