import type { Json, JsonObject } from '../base/json.ts'

/** What stands for a text that was left out. */
export const LEFT_OUT = '[cut]'
const DEPTH_MAX = 64

/**
 * The beginning of a large body, as a body of its own: texts stay whole or are left out, because half a secret would not be known for
 * one. Lists end, and members are missing, once `unitsMax` UTF-16 units are kept.
 */
export function shortened(body: JsonObject, unitsMax: number): JsonObject {
  let left = unitsMax

  function keep(value: Json, depth: number): Json {
    if (typeof value === 'string') {
      if (value.length > left) return LEFT_OUT
      left -= value.length
      return value
    }
    if (typeof value !== 'object' || value === null) {
      left -= 8
      return value
    }
    if (depth >= DEPTH_MAX) return LEFT_OUT
    if (Array.isArray(value)) {
      const items: Json[] = []
      for (const item of value) {
        if (left <= 0) break
        left -= 2
        items.push(keep(item, depth + 1))
      }
      return items
    }
    return keepObject(value, depth)
  }

  function keepObject(value: JsonObject, depth: number): JsonObject {
    const kept: Record<string, Json> = Object.create(null)
    for (const [name, item] of Object.entries(value)) {
      if (name.length > left) break
      left -= name.length + 4
      kept[name] = keep(item, depth + 1)
    }
    return { ...kept }
  }

  return keepObject(body, 0)
}
