import type { Detector } from './detector.ts'

let loaded: readonly Detector[] | undefined

/**
 * Every built-in detector. Their rules, check digits and lists of names take some 35 MB, which a gateway without a data
 * policy need not spend, so they are loaded when first asked for. That blocks for a tenth of a second, once; whoever
 * can wait asks {@link loadBuiltInDetectors} before.
 */
export function builtInDetectors(): readonly Detector[] {
  if (loaded) return loaded
  const { DETECTORS }: typeof import('./detectors/index.ts') = require('./detectors/index.ts')
  const { names }: typeof import('./names/index.ts') = require('./names/index.ts')
  loaded = [...DETECTORS, names]
  return loaded
}

/** Loads them piece by piece, so that streams go on meanwhile. */
export async function loadBuiltInDetectors(): Promise<void> {
  await import('./detectors/index.ts')
  await import('./names/index.ts')
}
