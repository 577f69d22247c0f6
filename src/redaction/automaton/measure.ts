import type { UnitClass } from './classes.ts'
import type { Node } from './pattern.ts'

/** What is known of a pattern without compiling it. */
export interface Measured {
  /** Fewest units of a match. */
  readonly unitsMin: number
  /** Every unit that can stand in a match. */
  readonly alphabet: UnitClass
  /** True when any so many units of the alphabet match: one class and a count. */
  readonly uniform: boolean
}

/** Measures a pattern. */
export function measure(tree: Node): Measured {
  const alphabet = new Uint8Array(128)
  const visit = (node: Node): void => {
    if (node.is === 'set') merge(alphabet, node.set)
    else if (node.is === 'repeat') visit(node.part)
    else node.parts.forEach(visit)
  }
  visit(tree)
  const uniform = tree.is === 'set' || (tree.is === 'repeat' && tree.part.is === 'set')
  return { unitsMin: lengths(tree).from, alphabet, uniform }
}

/** Fewest and most units of a match. */
export function lengths(node: Node): { from: number; to: number } {
  if (node.is === 'set') return { from: 1, to: 1 }
  if (node.is === 'repeat') {
    const part = lengths(node.part)
    return { from: part.from * node.from, to: part.to === 0 ? 0 : part.to * node.to }
  }
  const parts = node.parts.map(lengths)
  if (node.is === 'then')
    return parts.reduce((a, b) => ({ from: a.from + b.from, to: a.to + b.to }), { from: 0, to: 0 })
  return {
    from: Math.min(...parts.map((part) => part.from)),
    to: Math.max(...parts.map((part) => part.to)),
  }
}

/** Positions of a pattern once its counts are written out. */
export function sizeOf(node: Node): number {
  if (node.is === 'set') return 1
  if (node.is === 'repeat')
    return sizeOf(node.part) * (node.to === Infinity ? node.from + 1 : node.to)
  return node.parts.reduce((sum, part) => sum + sizeOf(part), 0)
}

/** Adds the units of `set` to `into`. */
export function merge(into: Uint8Array, set: UnitClass | undefined): void {
  if (set) for (let unit = 0; unit < 128; unit++) if (set[unit] === 1) into[unit] = 1
}
