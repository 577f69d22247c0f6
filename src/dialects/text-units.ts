import { decodeLiteral } from '../stream/json-text.ts'

/**
 * UTF-16 units of text in the string members called one of `names`, at any depth, without parsing. A key that
 * stands inside a string is escaped there (`\"text\":`) and so never matches.
 */
export function textUnits(data: string, names: readonly string[]): number {
  let units = 0
  for (const name of names) {
    const key = `"${name}"`
    for (let at = data.indexOf(key); at !== -1; at = data.indexOf(key, at)) {
      at = skipSpace(data, at + key.length)
      if (data.charCodeAt(at) !== 58) continue
      at = skipSpace(data, at + 1)
      if (data.charCodeAt(at) !== 34) continue
      const end = literalEnd(data, at + 1)
      units += decodedLength(data.slice(at + 1, end))
      at = end
    }
  }
  return units
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

function decodedLength(content: string): number {
  if (!content.includes('\\')) return content.length
  try {
    return decodeLiteral(content).length
  } catch {
    return content.length
  }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= 32) at++
  return at
}
