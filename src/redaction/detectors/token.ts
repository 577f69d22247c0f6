import { sampleOf } from '../automaton/sample.ts'
import type { FormatDetector } from '../detector.ts'

/** What a token format may say beyond literal and body; see `FormatDetector`. */
export type TokenOptions = Partial<
  Pick<FormatDetector, 'tail' | 'left' | 'exact' | 'disguises' | 'check' | 'kind' | 'until'>
>

/** Units of a literal that nobody writes by chance. */
const DISTINCT_UNITS_MIN = 6

/** True when every literal is distinct by itself: long enough, with a sign that ends it. */
function isDistinct(literals: readonly string[]): boolean {
  return literals.every((each) => each.length >= DISTINCT_UNITS_MIN && /[-_.]$/.test(each))
}

/** Behind a distinct literal any letter or digit is taken where the issuer writes hexadecimal: tokens change, leaks stay. */
function widened(units: string): string {
  return units.replace(/a-fA-F0-9|0-9a-fA-F/g, 'a-zA-Z0-9').replace(/a-f0-9|0-9a-f/g, 'a-z0-9')
}

/**
 * A secret with a literal beginning. `literals` are separated by spaces. Its cases are built from the pattern itself: the
 * token in prose, in escaped JSON, in parentheses; and not glued to letters, not cut short.
 */
export function token(
  id: string,
  literals: string,
  body: string,
  options: TokenOptions = {},
): FormatDetector {
  const list = literals.split(' ')
  const isPlain = !isDistinct(list)
  const shape = isPlain ? body : widened(body)
  const samples = () => list.map((literal, index) => literal + sampleOf(body, index + 7))
  return {
    type: 'format',
    kind: 'secret',
    id,
    entity: id.toUpperCase().replaceAll('-', '_'),
    literals: list,
    body: shape,
    ...options,
    ...(isPlain || options.tail === undefined ? {} : { tail: widened(options.tail) }),
    cases: {
      hits: () =>
        options.check || options.until
          ? []
          : samples().flatMap((sample) => [
              [`use ${sample} please`, [sample]],
              [`{"content":"line\\n${sample}\\nend"}`, [sample]],
              [`Schlüssel（${sample}）。`, [sample]],
            ]),
      misses: () =>
        options.until || sampleOf(body, 7).length < 4
          ? []
          : list.map((literal) => [`${literal}${sampleOf(body, 7)[0]}`, 'cut short']),
    },
  }
}
