import type { TextFilter } from '../stream/filter.ts'
import { readSse, type SseText } from '../stream/sse.ts'

const DATA = /^data(?::|$)/
/** How protocols name their events: such a name is the protocol's own. */
const NAME = /^[a-z][a-z_.]{0,63}$/
const NAME_LINE = /^event: ?[a-z][a-z_.]{0,63}$/
/** The byte order mark with which a stream may begin. */
const MARK = '\ufeff'
const LINE = /([^\r\n]*)(\r\n|\n|\r|$)/g
const encoder = new TextEncoder()

/**
 * Filters what stands in frames beside their data (comments, ids, names of events, lines that mean nothing), each line
 * by itself: clients log these too. Gives the text as it is to leave; the very same when no line changes.
 */
export function lineFilter(openFilter: () => TextFilter): (text: SseText) => SseText {
  function filtered(line: string): string {
    const filter = openFilter()
    const kept = filter.push(line) + filter.end()
    // A value of the caller's own that comes back may have several lines; here they would be lines of the stream.
    return kept === line ? line : kept.replace(/[\r\n]+/g, ' ')
  }

  function isOnlyNamed({ text, event, lines, newline }: SseText): boolean {
    const [only] = lines
    if (!only || lines.length > 1) return false
    const name = event === undefined ? 0 : 'event: '.length + event.length + newline.length
    // Less where the spaces are left out; no line with anything in it is short enough to hide in the difference.
    if (only.textStart > name + 'data: '.length) return false
    if (text.length > only.textEnd + 2 * newline.length) return false
    return event === undefined || NAME.test(event)
  }

  return (frame) => {
    if (isOnlyNamed(frame)) return frame
    const text = frame.text.replace(LINE, (whole, line: string, lineEnd: string) => {
      const plain = line.startsWith(MARK) ? line.slice(1) : line
      if (line === '' || DATA.test(plain) || NAME_LINE.test(plain)) return whole
      return filtered(line) + lineEnd
    })
    if (text === frame.text) return frame
    return readSse({ bytes: encoder.encode(text), first: text.startsWith(MARK), terminated: true })
  }
}
