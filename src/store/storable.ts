/**
 * A replacer for `JSON.stringify`: PostgreSQL stores neither NUL nor half a surrogate pair, and a model's name or
 * a caller's header may hold both.
 */
export function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\u{fffd}').toWellFormed() : value
}
