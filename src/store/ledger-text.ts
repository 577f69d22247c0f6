/** Numbers, booleans, UUIDs and plain words as a Postgres array's text. Not for text of callers: nothing is quoted. */
export function arrayText(values: readonly (string | number | bigint | boolean | null)[]): string {
  return `{${values.map(elementText).join(',')}}`
}

/** `join` leaves nothing where a null is. */
function elementText(value: string | number | bigint | boolean | null): unknown {
  return value ?? 'null'
}
