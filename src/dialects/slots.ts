import type { JsonObject } from '../base/json.ts'
import type { WireFrame } from './dialect.ts'
import type { Piece } from './locate.ts'
import type { AnswerShape, Likeness } from './reader.ts'

/** Which slots of an answer are open, and how their frames looked. */
export function openSlots(shape: AnswerShape) {
  // Kept to the end of the answer: a tail may be flushed long after its slot's last frame.
  const likeness = new Map<string, Likeness>()
  const open = new Set<string>()
  // A provider that goes back to a slot already closed loses early flushing there, not filtering.
  const wasClosed = new Set<string>()
  let changes = 0

  function close(slot: string, closed: string[]): void {
    open.delete(slot)
    wasClosed.add(slot)
    closed.push(slot)
    changes++
  }

  /** Takes a frame's pieces, marks the last one of each slot that ends in it, and names the slots that ended before. */
  function take(
    pieces: readonly Piece[],
    root: JsonObject,
    event: string | undefined,
  ): readonly string[] | 'all' {
    const here = new Set(pieces.filter((piece) => !piece.whole).map((piece) => piece.slot))
    const closed: string[] = []
    for (const piece of pieces)
      if (!piece.whole && piece.end > piece.start) succeed(piece.slot, here, closed)
    for (const slot of here) {
      if (!open.has(slot)) changes++
      open.add(slot)
      likeness.set(slot, { root, event })
    }
    const ends = shape.ends(root, event)
    for (const prefix of ends) {
      for (const slot of [...open]) {
        if (!slot.startsWith(prefix)) continue
        if (!here.has(slot)) {
          close(slot, closed)
          continue
        }
        const last = pieces.findLast((piece) => piece.slot === slot && !piece.whole)
        if (last) last.last = true
        open.delete(slot)
        changes++
      }
    }
    return ends.includes('') && here.size === 0 ? 'all' : closed
  }

  function succeed(begun: string, here: ReadonlySet<string>, closed: string[]): void {
    for (const slot of [...open]) {
      if (here.has(slot) || wasClosed.has(slot) || !shape.succeeds?.(begun, slot)) continue
      close(slot, closed)
    }
  }

  return {
    take,
    isOpen: (slot: string) => open.has(slot),
    /** Rises whenever a slot opens or closes. */
    changes: () => changes,
    /** A frame with `text` for `slot`; undefined for a slot that never was or cannot be written. */
    write(slot: string, text: string): WireFrame | undefined {
      const like = likeness.get(slot)
      return like && shape.write(slot, text, like)
    },
  }
}
