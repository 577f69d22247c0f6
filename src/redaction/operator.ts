/**
 * How a finding is rewritten. `replace`: a reversible placeholder. `mask`: stars. `hash`: keyed letters without a way back.
 * `drop`: nothing. `block`: a placeholder, and the exchange must be refused. `observe`: counted, left as it is.
 */
export type Operator = 'replace' | 'mask' | 'hash' | 'drop' | 'block' | 'observe'

/** Which operator applies to a detector. */
export type OperatorFor = (detector: string, entity: string) => Operator

/** What `mask` writes: a fixed length, so that the value's own length does not show. */
export const MASK = '********'

const STRENGTH: Readonly<Record<Operator, number>> = {
  block: 5,
  drop: 4,
  replace: 3,
  mask: 2,
  hash: 1,
  observe: 0,
}

/** The one that holds when several guards speak about one detector: block, drop, rewriting, observe. */
export function strongest(operators: readonly Operator[]): Operator {
  return operators.reduce<Operator>((a, b) => (STRENGTH[b] > STRENGTH[a] ? b : a), 'observe')
}

/** The sentence put in front of a text slot in which something was replaced, once per message. */
export const DISCLAIMER =
  '## disclaimer: Some values have been redacted by a reverse proxy and replaced with placeholders containing unique identifiers.'
