import type { UnitClass } from './classes.ts'
import type { Node } from './pattern.ts'

/** Positions of units in patterns (Glushkov): which units may stand there, and which positions may follow. */
export interface Positions {
  readonly sets: UnitClass[]
  readonly follow: number[][]
}

/** What is known of a laid out part: whether it may be empty, and where its matches begin and end. */
export interface Part {
  readonly empty: boolean
  readonly first: readonly number[]
  readonly last: readonly number[]
}

/** Numbers the positions of `node` and records which may follow which. */
export function layOut(node: Node, built: Positions): Part {
  if (node.is === 'set') {
    const position = built.sets.push(node.set) - 1
    built.follow.push([])
    return { empty: false, first: [position], last: [position] }
  }
  if (node.is === 'either') {
    const parts = node.parts.map((part) => layOut(part, built))
    return {
      empty: parts.some((part) => part.empty),
      first: parts.flatMap((part) => part.first),
      last: parts.flatMap((part) => part.last),
    }
  }
  if (node.is === 'then')
    return node.parts.reduce<Part>((left, part) => join(left, layOut(part, built), built), NOTHING)
  return layOutRepeat(node, built)
}

/** A part in which nothing stands. */
export const NOTHING: Part = { empty: true, first: [], last: [] }

function layOutRepeat(node: Node & { is: 'repeat' }, built: Positions): Part {
  let whole: Part = NOTHING
  for (let count = 0; count < node.from; count++)
    whole = join(whole, layOut(node.part, built), built)
  if (node.to === Infinity) {
    const again = layOut(node.part, built)
    for (const last of again.last) link(built, last, again.first)
    return join(whole, { ...again, empty: true }, built)
  }
  for (let count = node.from; count < node.to; count++)
    whole = join(whole, { ...layOut(node.part, built), empty: true }, built)
  return whole
}

/** `right` behind `left`. */
export function join(left: Part, right: Part, built: Positions): Part {
  for (const last of left.last) link(built, last, right.first)
  return {
    empty: left.empty && right.empty,
    first: left.empty ? [...left.first, ...right.first] : left.first,
    last: right.empty ? [...left.last, ...right.last] : right.last,
  }
}

function link(built: Positions, from: number, to: readonly number[]): void {
  const list = built.follow[from]
  if (list) for (const position of to) if (!list.includes(position)) list.push(position)
}
