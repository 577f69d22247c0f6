import { sampleOf } from '../automaton/sample.ts'
import type { FormatDetector } from '../detector.ts'

/** What a token format may say beyond literal and body; see `FormatDetector`. */
export type TokenOptions = Partial<
  Pick<FormatDetector, 'tail' | 'left' | 'exact' | 'disguises' | 'check' | 'kind' | 'until'>
>

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
  const samples = () => list.map((literal, index) => literal + sampleOf(body, index + 7))
  return {
    type: 'format',
    kind: 'secret',
    id,
    entity: id.toUpperCase().replaceAll('-', '_'),
    literals: list,
    body,
    ...options,
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
