import { measure } from './measure.ts'
import type { Node } from './pattern.ts'

/**
 * A pattern whose matches everything begins with that may match `body`, the first time it does. Where a count is open and what follows
 * could stand within it, telling where it ends would take a state for every such place: there units are only counted.
 */
export function followed(body: Node): Node {
  const node = shortest(body)
  if (isPlain(node)) return node
  const { unitsMin, alphabet } = measure(body)
  return { is: 'repeat', part: { is: 'set', set: alphabet }, from: unitsMin, to: unitsMin }
}

/** Nothing that may be left out stands at the end: matches are complete where they first are. */
function shortest(node: Node): Node {
  if (node.is === 'set') return node
  if (node.is === 'either') return { ...node, parts: node.parts.map(shortest) }
  if (node.is === 'repeat') return { ...node, to: Math.max(1, node.from) }
  const last = node.parts.at(-1)
  return last ? { ...node, parts: [...node.parts.slice(0, -1), shortest(last)] } : node
}

/** True when every open count ends at a unit that cannot stand within it. */
function isPlain(node: Node): boolean {
  if (node.is === 'set') return true
  if (node.is === 'repeat') return isPlain(node.part)
  if (node.is === 'either') return node.parts.every(isPlain)
  return node.parts.every((part, index) => {
    if (part.is !== 'repeat' || part.from === part.to) return isPlain(part)
    const ends = firstOf({ is: 'then', parts: node.parts.slice(index + 1) })
    return part.part.is === 'set' && !part.part.set.some((is, unit) => is === 1 && ends.has(unit))
  })
}

/** Units that a match may begin with. */
function firstOf(node: Node): Set<number> {
  if (node.is === 'set') return new Set([...node.set.keys()].filter((unit) => node.set[unit] === 1))
  if (node.is === 'repeat') return firstOf(node.part)
  const found = new Set<number>()
  for (const part of node.parts) {
    for (const unit of firstOf(part)) found.add(unit)
    if (node.is === 'then' && !(part.is === 'repeat' && part.from === 0)) break
  }
  return found
}
