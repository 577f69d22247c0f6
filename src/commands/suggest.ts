/** The candidate a slip of the fingers away from `word`, or undefined when none is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const given = word.toLowerCase().slice(0, WORD_UNITS_MAX)
  if (given === '') return undefined
  const [begun, other] = candidates.filter((each) => each.toLowerCase().startsWith(given))
  if (begun !== undefined && other === undefined) return begun
  const ranked = candidates
    .map((candidate) => ({ candidate, far: distance(given, candidate.toLowerCase()) }))
    .sort((one, two) => one.far - two.far)
  const [best] = ranked
  // Two slips in a long word are one word; in a short one they are another.
  const bound = Math.min(3, Math.max(1, Math.floor((best?.candidate.length ?? 0) / 3)))
  return best && best.far <= bound ? best.candidate : undefined
}

/** No name of ours is longer; the distance costs the product of both lengths. */
const WORD_UNITS_MAX = 64

/** Letters to insert, drop, replace or swap with their neighbour (optimal string alignment). */
function distance(left: string, right: string): number {
  const rows: number[][] = [[...right, ''].map((_, column) => column)]
  for (let row = 1; row <= left.length; row++) {
    const line = [row]
    for (let column = 1; column <= right.length; column++) {
      const at = (back: number, side: number): number => rows[row - back]?.[column - side] ?? 0
      const same = left[row - 1] === right[column - 1]
      let best = Math.min(at(1, 0) + 1, (line[column - 1] ?? 0) + 1, at(1, 1) + (same ? 0 : 1))
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      if (row > 1 && column > 1 && swapped) best = Math.min(best, at(2, 2) + 1)
      line.push(best)
    }
    rows.push(line)
  }
  return rows[left.length]?.[right.length] ?? 0
}
