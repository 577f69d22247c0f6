import type { Detector } from './detector.ts'

let loaded: readonly Detector[] | undefined

/**
 * Every built-in detector. Loaded when first asked for: their rules, check digits and lists of names take some 35 MB
 * and a third of a second, which a gateway without a data policy need not spend. Blocks while it loads, so that a
 * policy is known at once; `warmDetectors` asks at start, before any call does.
 */
export function builtInDetectors(): readonly Detector[] {
  loaded ??= load()
  return loaded
}

function load(): readonly Detector[] {
  const { DETECTORS }: typeof import('./detectors/index.ts') = require('./detectors/index.ts')
  const { names }: typeof import('./names/index.ts') = require('./names/index.ts')
  return [...DETECTORS, names]
}
