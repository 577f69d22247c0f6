import { isJsonObject, type JsonObject } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import { type JsonPath, scanJson } from '../stream/json-text.ts'
import type { AnswerReader, Glance, SlotText, Splice, WireFrame } from './dialect.ts'
import { newTally, summaryOf, type Tally } from './tally.ts'
import { textUnits } from './text-units.ts'

/** A slot's name and nature, as a dialect finds it at a path. */
export interface SlotName {
  readonly slot: string
  readonly kind: 'text' | 'json'
  readonly whole: boolean
}

/** The last frame that carried a piece of a slot: what a frame of the gateway's own is made like. */
export interface Likeness {
  readonly root: JsonObject
  readonly event: string | undefined
}

/** What leaves differently from how it came. */
export interface Edit {
  readonly drop: boolean
  readonly splices: readonly Splice[]
}

/** What a dialect knows of its answers; the reader itself is the same for all. */
export interface AnswerShape {
  /** Members whose strings are output text in this frame. */
  textNames(data: string, event: string | undefined): readonly string[]
  /** False when the frame surely holds nothing to note and needs no edit; a substring test. */
  matters(data: string, event: string | undefined): boolean
  /** Takes usage, finish, model, error and completion out of a frame. */
  note(root: JsonObject, event: string | undefined, tally: Tally): void
  /** A frame that is no JSON object (`[DONE]`). */
  noteBare?(data: string, tally: Tally): void
  /** What must change or vanish though no filter acts. `root` is undefined for frames that did not matter. */
  edit?(data: string, root: JsonObject | undefined): Edit
  /**
   * Members that repeat the text in another form (token lists) and what stands there instead once filters act:
   * a value that was filtered out of the text must not survive beside it.
   */
  readonly masks?: Readonly<Record<string, string>>
  /** The slot whose text stands at this path of the frame, if any. `path` is live. */
  slotAt(path: JsonPath, root: JsonObject, event: string | undefined): SlotName | undefined
  /** Beginnings of the names of slots that end in or before this frame; `''` ends all. */
  ends(root: JsonObject, event: string | undefined): readonly string[]
  /** True when `begun` beginning means that `open` has ended. */
  succeeds?(begun: string, open: string): boolean
  /** A frame with `text` for `slot` alone. */
  write(slot: string, text: string, like: Likeness): WireFrame | undefined
}

const PASS: Glance = { drop: false, splices: [], done: false }
const NO_EDIT: Edit = { drop: false, splices: [] }

/** A reader for one answer in the given shape. Frames that are not JSON pass and tell nothing. */
export function openReader(shape: AnswerShape): AnswerReader {
  const tally = newTally()
  const slots = openSlots(shape)

  function noteFrame(
    data: string,
    root: JsonObject | undefined,
    event: string | undefined,
  ): Glance {
    const before = tally.complete
    if (root) shape.note(root, event, tally)
    else shape.noteBare?.(data, tally)
    const { drop, splices } = shape.edit?.(data, root) ?? NO_EDIT
    return { drop, splices, done: tally.complete && !before }
  }

  return {
    glance(data, event) {
      tally.outputUnits += textUnits(data, shape.textNames(data, event))
      if (!shape.matters(data, event)) {
        const { drop, splices } = shape.edit?.(data, undefined) ?? NO_EDIT
        return drop || splices.length > 0 ? { drop, splices, done: false } : PASS
      }
      return noteFrame(data, parsed(data), event)
    },
    read(data, event) {
      tally.outputUnits += textUnits(data, shape.textNames(data, event))
      const root = parsed(data)
      const glance = noteFrame(data, root, event)
      if (!root) return { ...glance, slots: [], closes: glance.done ? 'all' : [] }
      const reading = slots.read(data, root, event)
      const splices = [...glance.splices, ...reading.masks].sort((a, b) => a.start - b.start)
      return { ...glance, splices, slots: reading.slots, closes: reading.closes }
    },
    writeText: slots.write,
    summary: () => summaryOf(tally),
  }
}

function parsed(data: string): JsonObject | undefined {
  try {
    const root: unknown = JSON.parse(data)
    return isJsonObject(root) ? root : undefined
  } catch {
    return undefined
  }
}

/** Which slots are open, and how their frames looked. */
function openSlots(shape: AnswerShape) {
  // Kept to the end of the answer: a tail may be flushed long after its slot's last frame.
  const likeness = new Map<string, Likeness>()
  const open = new Set<string>()
  // A provider that goes back to a slot already closed loses early flushing there, not filtering.
  const wasClosed = new Set<string>()

  function close(slot: string, closed: string[]): void {
    open.delete(slot)
    wasClosed.add(slot)
    closed.push(slot)
  }

  const maskTexts = shape.masks ?? {}

  function read(data: string, root: JsonObject, event: string | undefined) {
    const found: { -readonly [Key in keyof SlotText]: SlotText[Key] }[] = []
    const masks: Splice[] = []
    const hidden = (path: JsonPath) =>
      path.some((step) => typeof step === 'string' && Object.hasOwn(maskTexts, step))
    scanJson(data, LIMITS.jsonDepthMax, {
      string(path, start, end) {
        if (hidden(path)) return
        const name = shape.slotAt(path, root, event)
        if (name) found.push({ ...name, start, end, last: name.whole })
      },
      value(path, start, end) {
        const key = path[path.length - 1]
        if (typeof key !== 'string' || !Object.hasOwn(maskTexts, key)) return
        const text = maskTexts[key] ?? 'null'
        const was = data.slice(start, end)
        if (was !== text && was !== 'null') masks.push({ start, end, text })
      },
    })
    const here = new Set(found.filter((piece) => !piece.whole).map((piece) => piece.slot))
    const closes: string[] = []
    for (const slot of found)
      if (!slot.whole && slot.end > slot.start) succeed(slot.slot, here, closes)
    for (const slot of here) {
      open.add(slot)
      likeness.set(slot, { root, event })
    }
    const ends = shape.ends(root, event)
    for (const prefix of ends) {
      for (const slot of [...open]) {
        if (!slot.startsWith(prefix)) continue
        if (!here.has(slot)) close(slot, closes)
        else {
          const last = found.findLast((piece) => piece.slot === slot && !piece.whole)
          if (last) last.last = true
          open.delete(slot)
        }
      }
    }
    const all = ends.includes('') && here.size === 0
    return { slots: found, masks, closes: all ? ('all' as const) : closes }
  }

  function succeed(begun: string, here: ReadonlySet<string>, closes: string[]): void {
    for (const slot of [...open]) {
      if (here.has(slot) || wasClosed.has(slot) || !shape.succeeds?.(begun, slot)) continue
      close(slot, closes)
    }
  }

  return {
    read,
    write(slot: string, text: string): WireFrame | undefined {
      const like = likeness.get(slot)
      return like && shape.write(slot, text, like)
    },
  }
}
