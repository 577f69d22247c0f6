/** Follows a text and tells how deep in strings of JSON it stands. */
export interface JsonNesting {
  pass(text: string): void
  /** 0 outside strings and in all text that is not JSON; 1 in a string; 2 in a string of JSON that is itself in a string. */
  depth(): number
}

/** What is known of a text: nothing yet, its first mark, or whether it is JSON. */
type Kind = 'new' | 'brace' | 'bracket' | 'json' | 'plain'

/** JSON in JSON deeper than this is left as it is. */
const DEPTH_MAX = 8
const QUOTE = 0x22
const BACKSLASH = 0x5c
const BEHIND_BRACKET = /[[{\]\-0-9tfn]/

/**
 * Follows a text that comes in pieces, cut anywhere. It is JSON when it begins like an object or an array, and so is what a
 * string in it holds: whether the rest is well-formed is not awaited. Costs nothing in text that is not JSON.
 */
export function jsonNesting(): JsonNesting {
  // The text itself, the string that is open in it, the string open in that.
  const kinds: Kind[] = ['new']
  let backslashes = 0

  /** A quote is one of the text itself, or of a string's text when it is escaped there, and so on. */
  function quote(): void {
    let level = 0
    for (let run = backslashes; run % 2 === 1; run = (run - 1) / 2) level++
    const innermost = kinds.length - 1
    if (level < innermost) kinds.length = level + 1
    else if (level > innermost) mark('"')
    else if (beginsString(level)) kinds.push('new')
  }

  function beginsString(level: number): boolean {
    const kind = kinds[level]
    if (kind === 'new' || kind === 'plain') {
      kinds[level] = 'plain'
      return false
    }
    kinds[level] = 'json'
    return kinds.length <= DEPTH_MAX
  }

  function mark(unit: string): void {
    const level = kinds.length - 1
    const kind = kinds[level]
    if (kind === 'json' || kind === 'plain') return
    if (backslashes > 0 ? /[nrt]/.test(unit) : /[ \n\r\t]/.test(unit)) return
    if (kind === 'new' && backslashes === 0 && unit === '{') kinds[level] = 'brace'
    else if (kind === 'new' && backslashes === 0 && unit === '[') kinds[level] = 'bracket'
    else if (kind === 'brace') kinds[level] = unit === '}' ? 'json' : 'plain'
    else if (kind === 'bracket') kinds[level] = BEHIND_BRACKET.test(unit) ? 'json' : 'plain'
    else kinds[level] = 'plain'
  }

  return {
    pass(text) {
      if (kinds[0] === 'plain') return
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at)
        if (unit === BACKSLASH) {
          backslashes++
          continue
        }
        if (unit === QUOTE) quote()
        else mark(text.charAt(at))
        backslashes = 0
      }
    },
    depth: () => kinds.length - 1,
  }
}
