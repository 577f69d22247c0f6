/** Follows a text and tells how deep in strings of JSON it stands. */
export interface JsonNesting {
  pass(text: string): void
  /** 0 outside strings and in all text that is not JSON; 1 in a string; 2 in a string of JSON that is itself in a string. */
  depth(): number
}

/** What is known of a text: nothing before its first quote, then whether it is JSON. */
type Kind = 'new' | 'json' | 'plain'

/** JSON in JSON deeper than this is left as it is. */
const DEPTH_MAX = 8
const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Longer texts without a quote are not JSON that anything has to be escaped for. */
const FRONT_UNITS_MAX = 64
/** What may stand in front of the first quote of a JSON text: of no other text such as `[1] "` or `[tool]\nname = "`. */
const FRONT = /^(?:\[(?:(?:-?\d[\d.eE+-]*|true|false|null|\[\]|\{\}),)*)*\{?$/
const FRONT_MARK = /[[\]{},\d.eE+\-a-z]/

/**
 * Follows a text that comes in pieces, cut anywhere. It is JSON when it begins like an object or an array, and so is what a
 * string in it holds: whether the rest is well-formed is not awaited. Costs nothing in text that is not JSON.
 */
export function jsonNesting(): JsonNesting {
  // The text itself, the string that is open in it, the string open in that.
  const kinds: Kind[] = ['new']
  // Of the innermost text, without spaces, while it is new.
  let front = ''
  let backslashes = 0

  /** A quote is one of the text itself, or of a string's text when it is escaped there, and so on. */
  function quote(): void {
    let level = 0
    for (let run = backslashes; run % 2 === 1; run = (run - 1) / 2) level++
    const innermost = kinds.length - 1
    if (level < innermost) kinds.length = level + 1
    else if (level > innermost) mark('"')
    else if (beginsString(level)) {
      kinds.push('new')
      front = ''
    }
  }

  function beginsString(level: number): boolean {
    if (kinds[level] === 'new') kinds[level] = front !== '' && FRONT.test(front) ? 'json' : 'plain'
    return kinds[level] === 'json' && kinds.length <= DEPTH_MAX
  }

  function mark(unit: string): void {
    const level = kinds.length - 1
    if (kinds[level] !== 'new') return
    if (backslashes > 0 ? /[nrt]/.test(unit) : /[ \n\r\t]/.test(unit)) return
    const isMark = backslashes === 0 && (front === '' ? /[[{]/ : FRONT_MARK).test(unit)
    // An object that begins the text is empty, or its first key is next.
    if (!isMark || front === '{' || front.length === FRONT_UNITS_MAX) kinds[level] = 'plain'
    else front += unit
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
