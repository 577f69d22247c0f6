import type { NoRoom } from '../policies/ledger-port.ts'

/** Numbers, booleans, UUIDs and plain words as a Postgres array's text. Not for text of callers: nothing is quoted. */
export function arrayText(values: readonly (string | number | bigint | boolean | null)[]): string {
  let text = '{'
  for (const value of values) text += text === '{' ? value : `,${value}`
  return `${text}}`
}

const NUMBERS_PER_REFUSAL = 6

/** The refusing meters of each refused item, by its index: hold, meter, limit, spent, held, end in ms, repeated. */
export function readRefusals(
  flat: readonly bigint[],
  nowMs: number,
): ReadonlyMap<number, readonly NoRoom[]> {
  const found = new Map<number, NoRoom[]>()
  for (let at = 0; at + NUMBERS_PER_REFUSAL <= flat.length; at += NUMBERS_PER_REFUSAL) {
    const [index = 0n, meter = 0n, limit = 0n, spent = 0n, held = 0n, ends = 0n] = flat.slice(
      at,
      at + 6,
    )
    const noRoom = { meter: Number(meter), limit, spent, held, resetsAtMs: Number(ends), nowMs }
    const list = found.get(Number(index))
    if (list) list.push(noRoom)
    else found.set(Number(index), [noRoom])
  }
  return found
}
