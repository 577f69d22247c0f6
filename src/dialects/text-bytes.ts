import { decodeLiteral } from '../stream/json-text.ts'

/**
 * UTF-8 bytes of text in the string members called one of `names`, at any depth, without parsing. A key that
 * stands inside a string is escaped there (`\"text\":`) and so never matches.
 */
export function textBytes(data: string, names: readonly string[]): number {
  let bytes = 0
  for (const name of names) {
    const key = `"${name}"`
    for (let at = data.indexOf(key); at !== -1; at = data.indexOf(key, at)) {
      at = skipSpace(data, at + key.length)
      if (data.charCodeAt(at) !== 58) continue
      at = skipSpace(data, at + 1)
      if (data.charCodeAt(at) !== 34) continue
      const end = literalEnd(data, at + 1)
      bytes += decodedBytes(data.slice(at + 1, end))
      at = end
    }
  }
  return bytes
}

/** Offset of the quote that closes the literal whose content begins at `from`, or the text's length. */
export function literalEnd(text: string, from: number): number {
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return text.length
    let slashes = 0
    while (quote - 1 - slashes >= from && text.charCodeAt(quote - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return quote
    at = quote + 1
  }
}

/**
 * UTF-8 bytes of a literal's text. Every token of a byte-level tokenizer holds at least one byte, so this is an upper
 * bound of its tokens; UTF-16 units are not (one rare character can be three tokens).
 */
export function decodedBytes(content: string): number {
  if (!content.includes('\\')) return Buffer.byteLength(content)
  try {
    return Buffer.byteLength(decodeLiteral(content))
  } catch {
    return Buffer.byteLength(content)
  }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= 32) at++
  return at
}
