import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import type {
  AnswerReader,
  Glance,
  Reading,
  RecognizedFrame,
  Splice,
  WireFrame,
} from './dialect.ts'
import { openFamiliar } from './familiar.ts'
import { locate } from './locate.ts'
import { openSlots } from './slots.ts'
import { newTally, summaryOf, type Tally } from './tally.ts'
import { textBytes } from './text-bytes.ts'

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
  /**
   * True when frames that do not matter still carry running totals, of which only the last is ever needed: it is
   * noted when somebody asks.
   */
  readonly defers?: boolean
  /** Takes usage, finish, model, error and completion out of a frame. */
  note(root: JsonObject, event: string | undefined, tally: Tally): void
  /** A frame that is no JSON object: true when it is a word of the protocol (`[DONE]`). */
  noteBare?(data: string, tally: Tally): boolean
  /**
   * What must change or vanish though no filter acts; absent where nothing can, for frames may then leave unread.
   * `root` is undefined for frames that did not matter.
   */
  edit?(data: string, root: JsonObject | undefined): Edit
  /**
   * Members that repeat the text in another form (token lists) and what stands there instead once filters act:
   * a value that was filtered out of the text must not survive beside it.
   */
  readonly masks?: Readonly<Record<string, string>>
  /** True for a string that changes from frame to frame and is no slot: signed thinking, sound. */
  isNoise?(path: JsonPath, root: JsonObject): boolean
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
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * A reader for one answer in the given shape. Frames that are not JSON tell nothing; they pass unless filters act.
 * `learns` is off only where the two ways of reading are compared.
 */
export function openReader(shape: AnswerShape, learns = true): AnswerReader {
  const tally = newTally()
  const slots = openSlots(shape)
  const familiar = openFamiliar(learns)
  // A frame came that filters could not look into: whatever follows, the answer is not whole.
  let unreadable = false
  let deferred:
    | { readonly data: string | Uint8Array; readonly event: string | undefined }
    | undefined

  function settle(): void {
    const root =
      deferred &&
      parsed(typeof deferred.data === 'string' ? deferred.data : DECODER.decode(deferred.data))
    if (root) shape.note(root, deferred?.event, tally)
    deferred = undefined
  }

  function editOf(data: string, root: JsonObject | undefined, done: boolean): Glance {
    const { drop, splices } = shape.edit?.(data, root) ?? NO_EDIT
    return drop || done || splices.length > 0 ? { drop, splices, done } : PASS
  }

  function noteFrame(data: string, root: JsonObject, event: string | undefined): Glance {
    settle()
    const before = tally.complete
    shape.note(root, event, tally)
    return editOf(data, root, tally.complete && !before)
  }

  function noteBare(data: string): Glance | undefined {
    const before = tally.complete
    const known = shape.noteBare?.(data, tally) ?? false
    return known ? { ...PASS, done: tally.complete && !before } : undefined
  }

  function glance(data: string, event: string | undefined): Glance {
    const alike = familiar.find(data)
    if (alike) {
      if (shape.defers) deferred = { data, event }
      tally.outputBytes += alike.bytes(data)
      return alike.edited()
    }
    const names = shape.textNames(data, event)
    const bytes = textBytes(data, names)
    tally.outputBytes += bytes
    const matters = shape.matters(data, event)
    const root = matters || shape.defers || familiar.wants() ? parsed(data) : undefined
    if (matters && !root) return noteBare(data) ?? PASS
    const plain =
      root && (matters || shape.defers)
        ? noteFrame(data, root, event)
        : editOf(data, undefined, false)
    if (root && !matters && !plain.drop && familiar.wants()) {
      const found = locate(shape, data, root, event)
      if (found) familiar.learn(data, { found, splices: plain.splices, bytes, names })
    }
    return plain
  }

  function recognize(chunk: Uint8Array, from: number): RecognizedFrame | undefined {
    const kind = familiar.recognize(chunk, from)
    if (!kind) return undefined
    if (shape.defers) deferred = { data: kind.dataOf(chunk, from), event: kind.event }
    tally.outputBytes += kind.textBytes()
    return kind.found
  }

  function read(data: string, event: string | undefined): Reading {
    const alike = familiar.find(data)
    if (alike && (alike.slot === undefined || slots.isOpen(alike.slot))) {
      if (shape.defers) deferred = { data, event }
      tally.outputBytes += alike.bytes(data)
      return { ...alike.edited(), slots: alike.places(), closes: [] }
    }
    const names = shape.textNames(data, event)
    const bytes = textBytes(data, names)
    tally.outputBytes += bytes
    const root = parsed(data)
    const found = root && locate(shape, data, root, event)
    if (!root || !found) {
      const bare = root ? undefined : noteBare(data)
      if (bare) return { ...bare, slots: [], closes: bare.done ? 'all' : [] }
      unreadable = true
      return { drop: true, splices: [], done: false, slots: [], closes: [] }
    }
    const plain = noteFrame(data, root, event)
    const before = slots.changes()
    const closes = slots.take(found.pieces, root, event)
    // What was learnt about a frame holds only while the same slots are open.
    if (slots.changes() !== before) familiar.forget()
    else if (!shape.matters(data, event) && !plain.drop && familiar.wants())
      familiar.learn(data, { found, splices: plain.splices, bytes, names })
    const splices = [...plain.splices, ...found.masks].sort((a, b) => a.start - b.start)
    return { ...plain, splices, slots: found.pieces, closes }
  }

  return {
    edits: shape.edit !== undefined,
    glance,
    recognize,
    remember: familiar.remember,
    read,
    writeText: slots.write,
    summary: () => {
      settle()
      const told = summaryOf(tally)
      return unreadable ? { ...told, complete: false } : told
    },
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
