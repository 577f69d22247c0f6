import { createHmac } from 'node:crypto'

/** Placeholder ⇄ original for one exchange. Lives in memory only and is forgotten with the exchange. */
export interface Vault {
  /** The placeholder of a value of an entity; the same value gets the same one. */
  seal(entity: string, value: string): string
  /** As `seal` for a value whose end has not come: undefined when the placeholder cannot be told from its head alone. */
  sealHead(entity: string, head: string): string | undefined
  /** Says what a placeholder given by `sealHead` stands for, once its value is complete. */
  complete(placeholder: string, value: string): void
  /** What a placeholder of this vault stands for. */
  open(placeholder: string): string | undefined
  /** Notes text that already looks like a placeholder, so that no value is given the same one. */
  avoid(lookAlike: string): void
  /** Keyed letters of a value, for the operator that keeps no original. */
  digest(entity: string, value: string): string
  /** Placeholders given out. */
  readonly size: number
}

/** How a vault makes its letters. */
export interface VaultOptions {
  /** Secret bytes of the organisation; at least 16. */
  readonly key: Uint8Array
  /** Gateway key id (stable letters over requests) or exchange id (letters that cannot be linked). */
  readonly scope: string
}

/** Values one exchange may hide reversibly; past this they are still replaced, but not restored. */
const VALUES_MAX = 65_536
/** `[SAFE_TO_USE:<category>_<letters>]`: longest, with a category of 40 units. */
export const PLACEHOLDER_UNITS_MAX = 63
const LETTERS = 8

/** Opens an empty vault. Letters are HMAC-SHA-256 over scope, entity and value, so they tell nothing without the key. */
export function vault(options: VaultOptions): Vault {
  const values = new Map<string, string>()
  const placeholders = new Map<string, string>()
  const avoided = new Set<string>()

  function letters(entity: string, value: string, attempt: number): string {
    const bytes = createHmac('sha256', options.key)
      .update(`${options.scope}\u0000${entity}\u0000${attempt}\u0000`)
      .update(Buffer.from(value, 'utf16le'))
      .digest()
    let text = ''
    for (let index = 0; index < LETTERS; index++)
      text += String.fromCharCode(97 + (bytes.readUInt16BE(index * 2) % 26))
    return text
  }

  function name(entity: string, value: string, attempt: number): string {
    return `[SAFE_TO_USE:${entity}_${letters(entity, value, attempt)}]`
  }

  function free(entity: string, value: string): string {
    for (let attempt = 0; ; attempt++) {
      const placeholder = name(entity, value, attempt)
      if (!values.has(placeholder) && !avoided.has(placeholder)) return placeholder
    }
  }

  function keep(placeholder: string, entity: string, value: string): void {
    if (values.size >= VALUES_MAX && !values.has(placeholder)) return
    values.set(placeholder, value)
    placeholders.set(`${entity}\u0000${value}`, placeholder)
  }

  return {
    seal(entity, value) {
      const known = placeholders.get(`${entity}\u0000${value}`)
      if (known !== undefined) return known
      const placeholder = free(entity, value)
      keep(placeholder, entity, value)
      return placeholder
    },
    sealHead(entity, head) {
      const placeholder = name(entity, head, 0)
      if (values.has(placeholder) || avoided.has(placeholder)) return undefined
      if (values.size < VALUES_MAX) values.set(placeholder, head)
      return placeholder
    },
    complete(placeholder, value) {
      const entity = placeholder.slice(13, -(LETTERS + 2))
      if (values.has(placeholder)) keep(placeholder, entity, value)
    },
    open: (placeholder) => values.get(placeholder),
    avoid(lookAlike) {
      if (avoided.size < VALUES_MAX && !values.has(lookAlike)) avoided.add(lookAlike)
    },
    digest: (entity, value) => letters(entity, value, 0),
    get size() {
      return values.size
    },
  }
}
