import { decodeLiteral } from '../stream/json-text.ts'
import { type Hole, type Template, templateOf } from '../stream/template.ts'
import type { Glance, SlotText, Splice } from './dialect.ts'
import type { Located, Piece } from './locate.ts'

/** Kinds of frames remembered at once: parallel answers and tool calls alternate between a few. */
const KINDS_MAX = 8
/** Learning costs as much as ten readings, so a stream that never repeats itself stops being learnt. */
const TRIES = 16

/** A frame that differs from one already read only in its piece of text (and in noise). */
export interface Alike {
  readonly slot: Piece
  /** UTF-16 units of output text in the frame. */
  units(data: string): number
  /** What the gateway's own edits are in it. */
  edited(): Glance
  /** Where its piece of text stands. */
  place(): SlotText
}

const PASS: Glance = { drop: false, splices: [], done: false }

/** Remembers what frames of one answer look like, so that those that look the same need no parsing. */
export function openFamiliar(learns: boolean) {
  const kinds: { readonly template: Template; readonly alike: Alike }[] = []
  let tries = learns ? TRIES : 0

  return {
    /** The remembered kind of `data`; valid until the next `find`. */
    find(data: string): Alike | undefined {
      for (const kind of kinds) {
        if (!kind.template.fits(data)) continue
        if (tries < TRIES) tries++
        return kind.alike
      }
      return undefined
    },
    /** True while learning pays. */
    wants: () => tries > 0,
    /** Remembers a frame that holds one piece of one slot and nothing else of interest. */
    learn(
      data: string,
      found: Located,
      splices: readonly Splice[],
      units: number,
      names: readonly string[],
    ): void {
      tries--
      const [piece] = found.pieces
      if (!piece || found.pieces.length > 1 || piece.whole || piece.last) return
      // An empty piece closes no slot before it, a full one may: only the latter's effects hold for both.
      if (piece.start === piece.end || found.masks.length > 0 || found.odd) return
      const text: Hole = { start: piece.start, end: piece.end, kind: 'string' }
      const holes = [...found.noise, text].sort((a, b) => a.start - b.start)
      const template = templateOf(data, holes)
      if (!template.fits(data)) return
      const counted = names.includes(piece.key)
      const own = counted ? decodeLiteral(data.slice(piece.start, piece.end)).length : 0
      const at = holes.indexOf(text)
      if (kinds.length === KINDS_MAX) kinds.shift()
      const alike = alikeOf(template, at, piece, splices, units - own, counted)
      kinds.push({ template, alike })
    },
    forget(): void {
      kinds.length = 0
    },
  }
}

function alikeOf(
  template: Template,
  hole: number,
  piece: Piece,
  splices: readonly Splice[],
  fixedUnits: number,
  counted: boolean,
): Alike {
  const start = () => template.fit.starts[hole] ?? 0
  const end = () => template.fit.ends[hole] ?? 0
  return {
    slot: piece,
    units(data) {
      if (!counted) return fixedUnits
      return fixedUnits + decodeLiteral(data.slice(start(), end())).length
    },
    edited() {
      if (splices.length === 0) return PASS
      const moved = splices.map((splice) => ({
        start: template.moved(splice.start),
        end: template.moved(splice.end),
        text: splice.text,
      }))
      return { drop: false, splices: moved, done: false }
    },
    place: () => ({
      slot: piece.slot,
      start: start(),
      end: end(),
      kind: piece.kind,
      whole: false,
      last: false,
    }),
  }
}
