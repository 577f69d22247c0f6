import { isJsonObject, type JsonObject, member } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import { scanJson } from '../stream/json-text.ts'
import type { Splice } from './dialect.ts'

const OPTION = '"include_usage":true'

/** Splices that make a streamed OpenAI request ask for usage, whatever `stream_options` it has already. */
export function askForUsage(bodyText: string, body: JsonObject): readonly Splice[] {
  const options = member(body, 'stream_options')
  const splices: Splice[] = []
  let rootEnd = -1
  scanJson(bodyText, LIMITS.jsonDepthMax, {
    value(path, start, end) {
      if (path.length === 0) rootEnd = end
      else if (path[0] !== 'stream_options') return
      else if (path.length === 1 && !isJsonObject(options)) {
        splices.push({ start, end, text: `{${OPTION}}` })
      } else if (path.length === 1 && member(options, 'include_usage') === undefined) {
        const comma = isJsonObject(options) && Object.keys(options).length > 0 ? ',' : ''
        splices.push({ start: start + 1, end: start + 1, text: OPTION + comma })
      } else if (path.length === 2 && path[1] === 'include_usage') {
        splices.push({ start, end, text: 'true' })
      }
    },
  })
  if (options === undefined && rootEnd > 0) {
    const comma = Object.keys(body).length > 0 ? ',' : ''
    const text = `${comma}"stream_options":{${OPTION}}`
    splices.push({ start: rootEnd - 1, end: rootEnd - 1, text })
  }
  return splices
}

/** What may follow a root member up to the end: flat members only, so that one brace closes the root. */
const FLAT_REST =
  /(?:\s*,\s*"[^"\\]*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|null|true|false|-?[\d.eE+-]+))*\s*\}\s*$/y
const UNASKED = /,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,/g

/** The splice that takes the root's `"usage":null` out again, which only stands there because usage was asked for. */
export function withoutNullUsage(data: string): readonly Splice[] {
  UNASKED.lastIndex = 0
  for (let match = UNASKED.exec(data); match; match = UNASKED.exec(data)) {
    const start = match.index
    const end = start + match[0].length
    const splice = { start, end, text: '' }
    if (match[0].startsWith(',')) {
      FLAT_REST.lastIndex = end
      if (FLAT_REST.test(data)) return [splice]
    }
    if (isRootUsage(data, start, end)) return [splice]
  }
  return []
}

function isRootUsage(data: string, start: number, end: number): boolean {
  let found = false
  scanJson(data, LIMITS.jsonDepthMax, {
    value(path, from, to) {
      if (path.length === 1 && path[0] === 'usage' && from > start && to <= end) found = true
    },
  })
  return found
}
