import { type UnitClass, unitClass } from './classes.ts'

/** A parsed pattern. */
export type Node =
  | { readonly is: 'set'; readonly set: UnitClass }
  | { readonly is: 'then'; readonly parts: readonly Node[] }
  | { readonly is: 'either'; readonly parts: readonly Node[] }
  | { readonly is: 'repeat'; readonly part: Node; readonly from: number; readonly to: number }

/** Counts above this are refused: no format needs them before its verdict. */
const REPEAT_MAX = 512
/** Nesting above this is refused, so that parsing cannot exhaust the stack. */
const DEPTH_MAX = 32

/** Why a pattern cannot be compiled; the message is fit to be shown to whoever wrote it. */
export class PatternError extends Error {}

const ANY = unitClass('^')
const SHORTHANDS: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: ' \\t\\n\\r' }

/** Parses the linear syntax described at `compileShape`. Throws {@link PatternError}. */
export function parsePattern(pattern: string, foldCase: boolean): Node {
  let index = 0
  const fail = (why: string): never => {
    throw new PatternError(`${why} (at ${index} in the pattern)`)
  }
  const set = (members: UnitClass): Node => ({
    is: 'set',
    set: foldCase ? folded(members) : members,
  })

  function either(depth: number): Node {
    if (depth > DEPTH_MAX) fail('groups are nested too deeply')
    const parts = [sequence(depth)]
    while (pattern[index] === '|') {
      index++
      parts.push(sequence(depth))
    }
    return parts.length === 1 && parts[0] ? parts[0] : { is: 'either', parts }
  }

  function sequence(depth: number): Node {
    const parts: Node[] = []
    while (index < pattern.length && pattern[index] !== '|' && pattern[index] !== ')')
      parts.push(quantified(atom(depth)))
    return parts.length === 1 && parts[0] ? parts[0] : { is: 'then', parts }
  }

  function quantified(part: Node): Node {
    let node = part
    for (;;) {
      const mark = pattern[index]
      if (mark === '?') node = { is: 'repeat', part: node, from: 0, to: 1 }
      else if (mark === '*') node = { is: 'repeat', part: node, from: 0, to: Infinity }
      else if (mark === '+') node = { is: 'repeat', part: node, from: 1, to: Infinity }
      else if (mark === '{') node = counted(node)
      else return node
      if (mark !== '{') index++
      if (pattern[index] === '?' || pattern[index] === '+')
        fail('lazy and possessive quantifiers are not supported')
    }
  }

  function counted(part: Node): Node {
    const found = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(pattern.slice(index, index + 12))
    if (!found) return fail('a brace must be a count such as {8} or {8,40}')
    const from = Number(found[1])
    const to = found[2] === undefined ? from : found[3] === '' ? Infinity : Number(found[3])
    if (from > REPEAT_MAX || (to !== Infinity && to > REPEAT_MAX))
      fail(`counts above ${REPEAT_MAX} are not supported`)
    if (to < from) fail('a count must not end below its beginning')
    index += found[0].length
    return { is: 'repeat', part, from, to }
  }

  function atom(depth: number): Node {
    const unit = pattern[index] ?? fail('the pattern ends too early')
    index++
    if (unit === '(') return group(depth)
    if (unit === '[') return bracket()
    if (unit === '.') return set(ANY)
    if (unit === '\\') return escaped()
    if ('*+?{}^$'.includes(unit)) {
      index--
      fail(`"${unit}" cannot stand here; anchors are not needed and not supported`)
    }
    if (unit.charCodeAt(0) > 127) fail('only ASCII units can stand in a pattern')
    return set(just(unit))
  }

  function group(depth: number): Node {
    if (pattern[index] === '?') {
      if (pattern[index + 1] !== ':') fail('look-around and named groups are not supported')
      index += 2
    }
    const inside = either(depth + 1)
    if (pattern[index] !== ')') fail('a group is not closed')
    index++
    return inside
  }

  function bracket(): Node {
    const from = index
    while (index < pattern.length && (pattern[index] !== ']' || index === from))
      index += pattern[index] === '\\' ? 2 : 1
    if (index >= pattern.length) fail('a bracket is not closed')
    const inside = pattern
      .slice(from, index)
      .replace(/\\([dws])/g, (_, name: string) => SHORTHANDS[name] ?? '')
    index++
    return set(unitClass(inside))
  }

  function escaped(): Node {
    const unit = pattern[index] ?? fail('the pattern ends in a backslash')
    index++
    const shorthand = SHORTHANDS[unit]
    if (shorthand) return set(unitClass(shorthand))
    if (unit === 'n' || unit === 't' || unit === 'r') return set(unitClass(`\\${unit}`))
    if (/[A-Za-z0-9]/.test(unit)) fail(`"\\${unit}" is not supported`)
    return set(just(unit))
  }

  const tree = either(0)
  if (index < pattern.length) fail('a bracket closes that was never opened')
  return tree
}

/** The class of one unit. */
function just(unit: string): UnitClass {
  const table = new Uint8Array(128)
  table[unit.charCodeAt(0)] = 1
  return table
}

function folded(members: UnitClass): UnitClass {
  const both = members.slice()
  for (let unit = 0x41; unit <= 0x5a; unit++) {
    const either = members[unit] === 1 || members[unit + 32] === 1 ? 1 : 0
    both[unit] = either
    both[unit + 32] = either
  }
  return both
}
