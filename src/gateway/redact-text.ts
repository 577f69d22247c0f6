import { LIMITS } from '../base/limits.ts'
import { encodeLiteral } from '../stream/json-literal.ts'
import { decodeLiteral, scanJson } from '../stream/json-text.ts'
import { applySplices, type Splice } from '../stream/splice.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ScanPace } from './scan-pace.ts'

/** JSON inside a string inside JSON is real (tool arguments quoted in tool arguments); deeper is not. */
const NESTING_MAX = 3
/** Text handed to a scanner at once; between two pieces others get their turn. */
export const PIECE_UNITS = 256 * 1024
/** No detector finds anything in fewer units; most keys and enumerations are shorter. */
export const FINDING_UNITS_MIN = 4

/** Longer names are data themselves. */
const LABEL_UNITS_MAX = 64

/** Rewrites texts of one request. */
export interface TextCleaner {
  /**
   * The text as it may leave. `label` is the name under which it stands in data of the caller's own: such a name
   * may be all that tells a password from a word. JSON inside the text stays JSON.
   */
  clean(text: string, label?: string): Promise<string>
}

/** Opens a cleaner that keeps to `pace`. */
export function textCleaner(guard: ExchangeGuard, pace: ScanPace): TextCleaner {
  async function filtered(text: string): Promise<string> {
    if (text.length < FINDING_UNITS_MIN) return text
    const filter = guard.openRequest()
    let out = ''
    for (let at = 0; at < text.length; at += PIECE_UNITS) {
      const piece = at === 0 && text.length <= PIECE_UNITS ? text : text.slice(at, at + PIECE_UNITS)
      // Short texts pass by the hundred thousand: waiting for each would cost more than reading it.
      if (pace.isDue(piece.length)) await pace.pause()
      if (pace.isOver()) return out + text.slice(at - filter.held())
      out += filter.push(piece)
    }
    return out + filter.end()
  }

  /** Labels that are findings themselves: looked at with their value they would count twice. */
  const found = new Map<string, boolean>()
  function isFound(label: string): boolean {
    const known = found.get(label)
    if (known !== undefined) return known
    const is = label.length > LABEL_UNITS_MAX || guard.look(label).length > 0
    found.set(label, is)
    return is
  }

  async function labelled(text: string, label: string): Promise<string> {
    if (isFound(label)) return filtered(text)
    const front = `${JSON.stringify(label)}: "`
    const all = await filtered(`${front}${text}"`)
    // A value that runs into the quote is looked at without its name.
    if (!all.startsWith(front) || !all.endsWith('"')) return filtered(text)
    return all.slice(front.length, -1)
  }

  async function clean(text: string, label: string | undefined, nesting: number): Promise<string> {
    const inner = nesting < NESTING_MAX ? await cleanJson(text, nesting + 1) : text
    return label === undefined || inner.length < FINDING_UNITS_MIN
      ? filtered(inner)
      : labelled(inner, label)
  }

  /** The strings of a text that is itself JSON, each by itself: what is kept of them is what they mean. */
  async function cleanJson(text: string, nesting: number): Promise<string> {
    const found = literalsOf(text)
    if (!found) return text
    const splices: Splice[] = []
    for (const { start, end, label } of found) {
      const literal = text.slice(start, end)
      const plain = decodeLiteral(literal)
      const cleaned = await clean(plain, label, nesting)
      if (cleaned !== plain) splices.push({ start, end, text: encodeLiteral(cleaned, literal) })
    }
    return splices.length === 0 ? text : applySplices(text, splices)
  }

  return { clean: (text, label) => clean(text, label, 0) }
}

/** A string inside a JSON text: offsets of its content and the member it is the value of. */
interface Literal {
  readonly start: number
  readonly end: number
  readonly label: string | undefined
}

/** Every string and key of a text that is a JSON object or array; undefined for all other texts. */
function literalsOf(text: string): readonly Literal[] | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  const found: Literal[] = []
  const { ok } = scanJson(text, LIMITS.jsonDepthMax, {
    string(path, start, end) {
      if (end - start >= FINDING_UNITS_MIN) found.push({ start, end, label: labelOf(path) })
    },
    key(_, start, end) {
      if (end - start >= FINDING_UNITS_MIN) found.push({ start, end, label: undefined })
    },
  })
  return ok ? found : undefined
}

/** The nearest key above a value. */
export function labelOf(path: readonly (string | number)[]): string | undefined {
  const key = path.findLast((step) => typeof step === 'string')
  return typeof key === 'string' ? key : undefined
}
