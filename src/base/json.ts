/** Any value that JSON text can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject

/** A JSON object; built with a null prototype or checked with `hasOwn` where its keys come from outside. */
export interface JsonObject {
  [key: string]: Json
}

/** True for a JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Own property `key` of `value`, or `undefined` when value is no object or has no such own key. */
export function member(value: unknown, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** The member as text, or `undefined`. */
export function textMember(value: unknown, key: string): string | undefined {
  const found = member(value, key)
  return typeof found === 'string' ? found : undefined
}

/** The member as a finite number, or `undefined`. */
export function numberMember(value: unknown, key: string): number | undefined {
  const found = member(value, key)
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}
