/** Object keys and array indexes from the root. */
export type JsonPath = readonly (string | number)[]

/** Told what stands where, in text order. `path` is live: it is only valid during the call. */
export interface JsonVisitor {
  /** A string value; offsets of its content, without the quotes. `escaped` when it holds a backslash. */
  string?(path: JsonPath, start: number, end: number, escaped: boolean): void
  /** An object's key, with the path of the member it names. */
  key?(path: JsonPath, start: number, end: number, escaped: boolean): void
  /** Any value but a string, when it has ended; `[start, end)` is its whole text. */
  value?(path: JsonPath, start: number, end: number): void
  /** An object names the same key twice: parsers disagree on which one counts. */
  duplicate?(path: JsonPath, start: number): void
}

/** `at` is where the text stopped being JSON. */
export type JsonScan =
  | { readonly ok: true }
  | { readonly ok: false; readonly at: number; readonly why: 'syntax' | 'depth' }

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings.
const RUN = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\u[0-9a-fA-F]{4}/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const SPACE = /[ \t\n\r]*/y

/** `"` `\\` `/` `b` `f` `n` `r` `t`: escapes of two units. */
function isShortEscape(unit: number): boolean {
  return (
    unit === 110 ||
    unit === 34 ||
    unit === 92 ||
    unit === 116 ||
    unit === 47 ||
    unit === 114 ||
    unit === 98 ||
    unit === 102
  )
}

/** An object or array being read: where it began, and an object's keys so far when duplicates are wanted. */
interface Open {
  readonly start: number
  readonly keys: Set<string> | undefined
  readonly isArray: boolean
}

/**
 * Walks JSON text (RFC 8259, strictly) in linear time without recursion and without building values.
 * Text that is not JSON gives `ok: false`, after the visitor may have been told of what came before.
 */
export function scanJson(text: string, depthMax: number, visitor: JsonVisitor): JsonScan {
  const path: (string | number)[] = []
  const open: Open[] = []
  let escaped = false

  /** `at` stands behind the opening quote; gives the closing quote's offset, or -1 minus where it broke. */
  function stringEnd(from: number): number {
    escaped = false
    let at = from
    for (;;) {
      RUN.lastIndex = at
      RUN.test(text)
      at = RUN.lastIndex
      const unit = text.charCodeAt(at)
      if (unit === 34) return at
      if (unit !== 92) return -1 - at
      escaped = true
      // Source code holds an escape in every line.
      if (isShortEscape(text.charCodeAt(at + 1))) at += 2
      else {
        ESCAPE.lastIndex = at
        if (!ESCAPE.test(text)) return -1 - at
        at = ESCAPE.lastIndex
      }
    }
  }

  function skip(at: number): number {
    const unit = text.charCodeAt(at)
    if (unit > 32) return at
    SPACE.lastIndex = at
    SPACE.test(text)
    return SPACE.lastIndex
  }

  /** Reads `"key" :` at `at` and puts the key on the path; gives where its value begins, or -1 minus the break. */
  function readKey(at: number, keys: Set<string> | undefined): number {
    if (text.charCodeAt(at) !== 34) return -1 - at
    const end = stringEnd(at + 1)
    if (end < 0) return end
    const key = escaped ? decodeLiteral(text.slice(at + 1, end)) : text.slice(at + 1, end)
    path.push(key)
    visitor.key?.(path, at + 1, end, escaped)
    if (keys?.has(key)) visitor.duplicate?.(path, at + 1)
    keys?.add(key)
    const colon = skip(end + 1)
    return text.charCodeAt(colon) === 58 ? skip(colon + 1) : -1 - colon
  }

  const broken = (at: number): JsonScan => ({ ok: false, at, why: 'syntax' })

  let at = skip(0)
  for (;;) {
    // A value begins at `at`.
    const unit = text.charCodeAt(at)
    let ended = true
    if (unit === 34) {
      const end = stringEnd(at + 1)
      if (end < 0) return broken(-1 - end)
      visitor.string?.(path, at + 1, end, escaped)
      at = end + 1
    } else if (unit === 123 || unit === 91) {
      if (open.length === depthMax) return { ok: false, at, why: 'depth' }
      const isArray = unit === 91
      const keys = isArray || !visitor.duplicate ? undefined : new Set<string>()
      const start = at
      at = skip(at + 1)
      if (text.charCodeAt(at) === unit + 2) {
        at++
        visitor.value?.(path, start, at)
      } else {
        open.push({ start, keys, isArray })
        ended = false
        if (isArray) path.push(0)
        else {
          const value = readKey(at, keys)
          if (value < 0) return broken(-1 - value)
          at = value
        }
      }
    } else {
      SCALAR.lastIndex = at
      if (!SCALAR.test(text)) return broken(at)
      visitor.value?.(path, at, SCALAR.lastIndex)
      at = SCALAR.lastIndex
    }
    // A value has ended at `at`: close what closes here, then go to the next value.
    while (ended) {
      at = skip(at)
      const parent = open[open.length - 1]
      if (!parent) return at === text.length ? { ok: true } : broken(at)
      const next = text.charCodeAt(at)
      const last = path.pop()
      if (next === 44) {
        at = skip(at + 1)
        ended = false
        if (parent.isArray) path.push(Number(last) + 1)
        else {
          const value = readKey(at, parent.keys)
          if (value < 0) return broken(-1 - value)
          at = value
        }
      } else if (next === (parent.isArray ? 93 : 125)) {
        open.pop()
        at++
        visitor.value?.(path, parent.start, at)
      } else return broken(at)
    }
  }
}

/** A string literal of a JSON text; offsets of its content, without the quotes. */
export interface StringLiteral {
  readonly path: JsonPath
  readonly start: number
  readonly end: number
  readonly escaped: boolean
  readonly isKey: boolean
}

export type StringScan =
  | {
      readonly ok: true
      readonly literals: readonly StringLiteral[]
      /** True when some object names a key twice. */
      readonly duplicates: boolean
    }
  | { readonly ok: false; readonly at: number; readonly why: 'syntax' | 'depth' }

/** Every string literal of `text`, keys included, in text order. */
export function stringLiterals(text: string, depthMax: number): StringScan {
  const literals: StringLiteral[] = []
  let duplicates = false
  const scan = scanJson(text, depthMax, {
    string: (path, start, end, escaped) =>
      literals.push({ path: path.slice(), start, end, escaped, isKey: false }),
    key: (path, start, end, escaped) =>
      literals.push({ path: path.slice(), start, end, escaped, isKey: true }),
    duplicate: () => {
      duplicates = true
    },
  })
  return scan.ok ? { ok: true, literals, duplicates } : scan
}

/** The text that a literal's content (without quotes, already known to be valid) stands for. */
export function decodeLiteral(content: string): string {
  if (!content.includes('\\')) return content
  const text: unknown = JSON.parse(`"${content}"`)
  return typeof text === 'string' ? text : ''
}
