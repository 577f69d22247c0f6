import type { SseFrame, SseText } from '../stream/sse.ts'
import { type Template, templateOf } from '../stream/template.ts'
import type { Glance, SlotText, Splice } from './dialect.ts'
import { type FrameKind, type FrameLesson, frameKindOf } from './familiar-frames.ts'
import type { Located, LocatedHole, Piece } from './locate.ts'
import { decodedBytes } from './text-bytes.ts'

/** Kinds of frames remembered at once: parallel answers and tool calls alternate between a few. */
const KINDS_MAX = 8
/** Learning costs as much as ten readings, so a stream that never repeats itself is learnt from only now and then. */
const TRIES_MAX = 16
const FRAMES_PER_TRY = 64
/** A kind's bytes are learnt once it has come so often: in a short answer that would not pay. */
const SEEN_BEFORE_BYTES = 4
/** Longer frames come once or twice an answer, and a remembered one stays in memory to its end. */
const SAMPLE_UNITS_MAX = 16_384

/** A frame that differs from one already read only in its piece of text and in noise. */
export interface Alike {
  /** The slot whose next piece it holds, if any. */
  readonly slot: string | undefined
  /** UTF-8 bytes of output text in the frame. */
  bytes(data: string): number
  /** What the gateway's own edits are in it. */
  edited(): Glance
  /** Where its texts stand. */
  places(): readonly SlotText[]
  /** What tells the next such frame by its bytes. */
  lesson(): FrameLesson
}

/** One way frames of this answer look. */
interface Kind {
  readonly template: Template
  readonly alike: Alike
  /** Undefined until one was recognized by its text and remembered; null when its bytes cannot be recognized. */
  frame: FrameKind | null | undefined
  seen: number
}

/** What has been found out about a frame by reading it. */
export interface Lesson {
  readonly found: Located
  /** The gateway's own edits. */
  readonly splices: readonly Splice[]
  /** UTF-8 bytes of output text, and the members that hold it. */
  readonly bytes: number
  readonly names: readonly string[]
}

const PASS: Glance = { drop: false, splices: [], done: false }

/** Remembers what frames of one answer look like, so that those that look the same need no parsing. */
export function openFamiliar(learns: boolean) {
  const kinds: Kind[] = []
  /** The kind found last, while its fit stands. */
  let found: Kind | undefined
  let tries = TRIES_MAX
  let frames = 0

  return {
    /** The remembered kind of `data`; valid until the next `find`. */
    find(data: string): Alike | undefined {
      if (++frames % FRAMES_PER_TRY === 0 && tries < TRIES_MAX) tries++
      found = kinds.find((kind) => kind.template.fits(data))
      return found?.alike
    },
    /** The kind of the frame at `from`, which is then its `match`. */
    recognize(chunk: Uint8Array, from: number): FrameKind | undefined {
      for (const { frame } of kinds) if (frame?.match(chunk, from)) return frame
      return undefined
    },
    /** Learns the bytes of the frame found last. */
    remember(frame: SseFrame, text: SseText): void {
      if (!found || found.frame !== undefined || ++found.seen < SEEN_BEFORE_BYTES) return
      found.frame = frameKindOf(frame, text, found.alike.lesson()) ?? null
      found = undefined
    },
    /** True while learning pays. */
    wants: () => learns && tries > 0,
    /** Remembers a frame that holds at most one piece of one slot, beside whole texts that never change. */
    learn(data: string, lesson: Lesson): void {
      tries--
      if (data.length > SAMPLE_UNITS_MAX) return
      const { pieces, masks, noise, odd } = lesson.found
      const [piece, ...more] = pieces.filter((one) => !one.whole)
      if (more.length > 0 || masks.length > 0 || odd || piece?.last) return
      // An empty piece closes no slot before it, a full one may: only the latter's effects hold for both.
      if (piece && piece.start === piece.end) return
      const holes: LocatedHole[] = [...noise]
      if (piece) holes.push({ start: piece.start, end: piece.end, kind: 'string', key: piece.key })
      if (holes.length === 0) return
      holes.sort((a, b) => a.start - b.start)
      const template = templateOf(data, holes)
      if (!template.fits(data)) return
      if (kinds.length === KINDS_MAX) kinds.shift()
      const alike = alikeOf(data, template, holes, piece, lesson)
      kinds.push({ template, alike, frame: undefined, seen: 0 })
    },
    forget(): void {
      found = undefined
      kinds.length = 0
    },
  }
}

function alikeOf(
  sample: string,
  template: Template,
  holes: readonly LocatedHole[],
  piece: Piece | undefined,
  { found, splices, bytes, names }: Lesson,
): Alike {
  const { starts, ends } = template.fit
  const counted = holes.flatMap((hole, index) => (names.includes(hole.key) ? [index] : []))
  const hole = holes.findIndex((one) => one.start === piece?.start)

  function bytesIn(data: string): number {
    let sum = 0
    for (const index of counted) sum += decodedBytes(data.slice(starts[index], ends[index]))
    return sum
  }

  const fixedBytes = bytes - bytesIn(sample)

  function edited(): Glance {
    if (splices.length === 0) return PASS
    const moved = splices.map(({ start, end, text }) => ({
      start: template.moved(start),
      end: template.moved(end),
      text,
    }))
    return { drop: false, splices: moved, done: false }
  }

  return {
    slot: piece?.slot,
    lesson: () => ({
      holes: holes.map(({ kind, key }, index) => ({
        kind,
        start: starts[index] ?? 0,
        end: ends[index] ?? 0,
        counted: names.includes(key),
      })),
      fixedBytes,
      splices: edited().splices,
    }),
    bytes: (data) => fixedBytes + bytesIn(data),
    edited,
    places: () =>
      found.pieces.map(({ slot, kind, whole, last, start, end }) =>
        whole
          ? { slot, kind, whole, last, start: template.moved(start), end: template.moved(end) }
          : { slot, kind, whole, last, start: starts[hole] ?? 0, end: ends[hole] ?? 0 },
      ),
  }
}
