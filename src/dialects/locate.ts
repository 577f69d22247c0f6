import type { JsonObject } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import { type JsonPath, scanJson } from '../stream/json-text.ts'
import type { Hole } from '../stream/template.ts'
import type { SlotText, Splice } from './dialect.ts'
import type { AnswerShape } from './reader.ts'
import { WIRE_NAMES } from './wire-names.ts'

/** A slot's piece while its frame is still being read. */
export type Piece = { -readonly [Key in keyof SlotText]: SlotText[Key] } & {
  /** The member that holds it. */
  readonly key: string
}

/** A part that changes from frame to frame, with the member that holds it. */
export type LocatedHole = Hole & { readonly key: string }

/** Where everything of interest stands in a frame. */
export interface Located {
  readonly pieces: readonly Piece[]
  readonly masks: readonly Splice[]
  /** Parts that mean nothing at once: padding, numbering, running totals, text that nobody may touch. */
  readonly noise: readonly LocatedHole[]
  /** A running total is no count at all: such a frame is like no other. */
  readonly odd: boolean
}

/** Where names of members that the protocols do not know are filtered: each by itself. */
export const NAME_SLOT = 'name'

const OTHER_NUMBER = /^[-\d]/
const WHOLE = /^(?:0|[1-9][0-9]*)$/

/** Looks through a frame's text; undefined when it is nested too deep to be looked through. */
export function locate(
  shape: AnswerShape,
  data: string,
  root: JsonObject,
  event: string | undefined,
): Located | undefined {
  const pieces: Piece[] = []
  const masks: Splice[] = []
  const noise: LocatedHole[] = []
  let odd = false
  const maskTexts = shape.masks ?? {}
  const hidden = (path: JsonPath) =>
    path.some((step) => typeof step === 'string' && Object.hasOwn(maskTexts, step))
  const scan = scanJson(data, LIMITS.jsonDepthMax, {
    string(path, start, end) {
      const key = String(path[path.length - 1])
      const padding = path.length === 1 && key === 'obfuscation'
      if (padding || shape.isNoise?.(path, root)) noise.push({ start, end, kind: 'string', key })
      else if (!hidden(path)) {
        const name = shape.slotAt(path, root, event)
        if (name) pieces.push({ ...name, start, end, last: name.whole, key })
      }
    },
    key(path, start, end) {
      const key = String(path[path.length - 1])
      if (WIRE_NAMES.has(key) || hidden(path)) return
      pieces.push({ slot: NAME_SLOT, kind: 'text', whole: true, start, end, last: true, key })
    },
    value(path, start, end) {
      const key = path[path.length - 1]
      if (typeof key !== 'string') return
      const counts = path[0] === 'usageMetadata' || (path.length === 1 && key === 'sequence_number')
      if (counts && WHOLE.test(data.slice(start, end)))
        noise.push({ start, end, kind: 'digits', key })
      else if (counts) odd ||= OTHER_NUMBER.test(data.slice(start, end))
      if (!Object.hasOwn(maskTexts, key)) return
      const text = maskTexts[key] ?? 'null'
      const was = data.slice(start, end)
      if (was !== text && was !== 'null') masks.push({ start, end, text })
    },
  })
  return scan.ok ? { pieces, masks, noise, odd } : undefined
}
