import { type Node, parsePattern } from './pattern.ts'

/** A text that matches `pattern`, the same for the same `seed`: test material without a whole token in any file. */
export function sampleOf(pattern: string, seed: number): string {
  let state = seed >>> 0
  const roll = (sides: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * sides)
  }
  const write = (node: Node): string => {
    if (node.is === 'set') {
      const members = [...node.set.keys()].filter((unit) => node.set[unit] === 1 && unit > 32)
      return String.fromCharCode(members[roll(members.length)] ?? 0x61)
    }
    if (node.is === 'then') return node.parts.map(write).join('')
    if (node.is === 'either') {
      const part = node.parts[roll(node.parts.length)]
      return part ? write(part) : ''
    }
    const count = node.to === Infinity ? Math.max(node.from, 3) : node.to
    return Array.from({ length: Math.min(count, Math.max(node.from, 1)) }, () =>
      write(node.part),
    ).join('')
  }
  return write(parsePattern(pattern, false))
}
