/**
 * A replacer for `JSON.stringify`: PostgreSQL stores neither NUL nor half a surrogate pair, and a model's name, a
 * caller's header or a member's name in a provider's usage may hold both.
 */
export function storable(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return clean(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const keys = Object.keys(value)
  if (keys.every((key) => clean(key) === key)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [clean(key), each]))
}

/** In JSON: what PostgreSQL does not store, or what only looks like it. */
export const UNSTORABLE = /\\u(?:0000|d[89a-f])/

/** A value as JSON that PostgreSQL stores. Nearly every one is fit as it is, and looking at each of its texts costs the most. */
export function storableJson(value: object): string {
  const text = JSON.stringify(value)
  return UNSTORABLE.test(text) ? JSON.stringify(value, storable) : text
}

function clean(text: string): string {
  return text.replaceAll('\0', '\u{fffd}').toWellFormed()
}
