import * as w from '../../automaton/assembler.ts'
import { GAP } from '../context.ts'
import { CUE, W } from '../lexicon.ts'
import { CELL, COLUMNS_MAX, STATE } from './layout.ts'
import { has, joined, PHRASE } from './words.ts'

const { add, and, or, not, get, set, constant, when, either, give, loop, block } = w
const { leave, leaveIf } = w

/** What stands in front of a word, as the engine for names keeps it, and what that announces. */

export const cell = (place: number): w.Code => w.load32(constant(0), STATE + place * 4)
export const put = (place: number, value: w.Code): w.Code =>
  w.store32(constant(0), value, STATE + place * 4)
/** A cell of a row, by its number in bytes. */
const cellOf = (place: number, number: w.Code): w.Code => w.load32(number, STATE + place * 4)
const bytes = (cells: w.Code): w.Code => w.shiftLeft(cells, constant(2))

/** Marks that end a phrase: words on both sides of them do not announce anything together. */
const BREAKING =
  GAP.line | GAP.open | GAP.close | GAP.cell | GAP.wall | GAP.equals | GAP.greater | GAP.code
/** Units between an announcing phrase and what it announces. */
const CUE_GAP_UNITS_MAX = 8
const KEY = GAP.colon | GAP.equals | GAP.greater
const KEYS = CUE.personKey | CUE.placeKey | CUE.nrpKey
const PHRASAL = GAP.space | GAP.quote | GAP.colon | GAP.comma | GAP.stop | GAP.hyphen | GAP.line
const IN_LIST = GAP.space | GAP.comma | GAP.wall | GAP.cell | GAP.quote
const WORDS = [CELL.first, CELL.second, CELL.third, CELL.fourth] as const

/** Places behind those of `words.ts`. */
export const CUE_OF = 7
export const PASS_WORD = 8
export const END_CELL = 9
export const END_LINE = 10

/** The words in front, one more at a time, as phrases: each adds what it announces to local 1. */
const phrases: readonly w.Code[] = WORDS.flatMap((place, number) => {
  const nearer = WORDS.slice(0, number).reverse()
  return [
    leaveIf(not(cell(place)), 0),
    set(
      1,
      or(
        get(1),
        w.call(
          PHRASE,
          nearer.reduce((hash, next) => joined2(hash, next), cell(place)),
        ),
      ),
    ),
  ]
})

/** The join of a hash that is worked out only once with that of a nearer word. */
function joined2(hash: w.Code, next: number): w.Code {
  return [...set(2, hash), ...joined(get(2), cell(next))]
}

/** What the words in front announce: a set of `CUE`. Locals: 0 gap, 1 cue, 2 hash. */
const cueOf: w.WasmFunction = {
  name: 'cue',
  params: 0,
  results: 1,
  locals: [w.I32, w.I32, w.I32],
  body: [
    ...set(0, cell(CELL.gap)),
    ...when(
      or(w.above(cell(CELL.gapUnits), constant(CUE_GAP_UNITS_MAX)), has(get(0), GAP.code)),
      give(constant(0)),
    ),
    ...when(
      and(cell(CELL.origin), w.equal(get(0), constant(GAP.space))),
      give(constant(CUE.placeStrong)),
    ),
    ...when(
      cell(CELL.walled),
      when(or(has(get(0), ~IN_LIST), w.above(cell(CELL.gapUnits), constant(3))), give(constant(0))),
      give(cell(CELL.listCue)),
    ),
    ...when(not(has(cell(CELL.flags), W.cue)), give(constant(0))),
    ...block(...phrases),
    ...either(
      has(get(0), KEY),
      [
        when(has(get(0), GAP.close | GAP.stop), give(constant(0))),
        when(has(get(0), GAP.equals | GAP.greater), set(1, has(get(1), KEYS))),
      ],
      [when(has(get(0), ~PHRASAL), give(constant(0))), set(1, has(get(1), ~KEYS | CUE.nrpKey))],
    ),
    // "Hi,\nAnna" and "Regards,\n\nAnna" may break the line; "in.\nAnna" may not.
    ...when(
      and(not(not(has(get(0), GAP.line | GAP.comma))), not(has(get(0), GAP.colon))),
      when(has(get(0), GAP.stop), give(constant(0))),
      when(not(has(get(0), GAP.comma)), give(constant(0))),
      when(not(has(get(0), GAP.space | GAP.line)), give(constant(0))),
      set(1, has(get(1), CUE.personWeak | CUE.kin)),
    ),
    ...when(
      has(get(0), GAP.stop),
      set(1, has(get(1), ~(CUE.placeWeak | CUE.placeStrong | CUE.personPreposition))),
    ),
    ...get(1),
  ],
}

/** A word has passed. Parameters: hash, flags. */
const passWord: w.WasmFunction = {
  name: 'passWord',
  params: 2,
  results: 0,
  locals: [],
  body: [
    // All four words move on by one at once; nothing is read beyond an empty one.
    ...w.storeVector(
      constant(0),
      w.loadVector(constant(0), STATE + CELL.first * 4),
      STATE + CELL.second * 4,
    ),
    ...when(has(cell(CELL.gap), BREAKING), put(CELL.second, constant(0))),
    ...put(CELL.first, get(0)),
    ...put(CELL.origin, constant(0)),
    ...when(
      cell(CELL.walled),
      when(
        has(get(1), W.origin),
        put(CELL.origin, w.equal(cell(CELL.gap), constant(GAP.wall | GAP.space))),
      ),
      // "Anna, Bo and Cy": the linking word hands on what announced the list.
      when(
        or(not(has(get(1), W.linker)), w.above(cell(CELL.gapUnits), constant(2))),
        put(CELL.walled, constant(0)),
        put(CELL.listCue, constant(0)),
      ),
    ),
    ...put(CELL.flags, get(1)),
    ...put(CELL.gap, constant(0)),
    ...put(CELL.gapUnits, constant(0)),
  ],
}

/** A cell of a table has ended, if it is a table. */
const endCell: w.WasmFunction = {
  name: 'endCell',
  params: 0,
  results: 0,
  locals: [],
  body: [
    ...when(
      and(cell(CELL.pure), w.below(cell(CELL.cell), constant(COLUMNS_MAX))),
      w.store32(
        bytes(cell(CELL.cell)),
        has(w.call(PHRASE, cell(CELL.phrase)), KEYS),
        STATE + CELL.heads * 4,
      ),
    ),
    ...put(CELL.cell, add(cell(CELL.cell), constant(1))),
    ...put(CELL.phrase, constant(0)),
    ...put(CELL.empty, constant(1)),
  ],
}

/**
 * A line has ended: one of nothing but words, some of which announce, is the head of a table; one without cells ends the
 * table, but the line of dashes under a head belongs to it. Locals: 0 cells, in bytes; 1 place; 2 what they announce.
 */
const endLine: w.WasmFunction = {
  name: 'endLine',
  params: 0,
  results: 0,
  locals: [w.I32, w.I32, w.I32],
  body: [
    ...w.call(END_CELL),
    ...set(0, bytes(cell(CELL.cell))),
    ...put(CELL.cell, constant(0)),
    ...block(
      when(w.below(get(0), constant(8)), put(CELL.columns, constant(0)), leave(1)),
      leaveIf(not(cell(CELL.pure)), 0),
      when(w.above(get(0), constant(COLUMNS_MAX * 4)), set(0, constant(COLUMNS_MAX * 4))),
      loop(
        set(2, or(get(2), cellOf(CELL.heads, get(1)))),
        set(1, add(get(1), constant(4))),
        leaveIf(w.below(get(1), get(0)), 0),
      ),
      leaveIf(not(get(2)), 0),
      put(CELL.columns, w.shiftRight(get(0), constant(2))),
      set(1, constant(0)),
      loop(
        w.store32(get(1), cellOf(CELL.heads, get(1)), STATE + CELL.cues * 4),
        set(1, add(get(1), constant(4))),
        leaveIf(w.below(get(1), get(0)), 0),
      ),
    ),
    ...put(CELL.pure, constant(1)),
  ],
}

/** What the column announces, when nothing of its cell has passed yet: a set of `CUE`. */
export const columnCue: w.Code = w.multiply(
  cellOf(CELL.cues, bytes(w.multiply(cell(CELL.cell), insideTable()))),
  and(cell(CELL.empty), insideTable()),
)

function insideTable(): w.Code {
  return w.below(cell(CELL.cell), cell(CELL.columns))
}

/** A finding, a placeholder or another wall has passed. */
export const passWall: w.Code = [
  ...put(CELL.first, constant(0)),
  ...put(CELL.flags, constant(0)),
  ...put(CELL.walled, constant(1)),
  ...put(CELL.origin, constant(0)),
  ...put(CELL.listCue, constant(0)),
  ...put(CELL.gap, constant(GAP.wall)),
  ...put(CELL.gapUnits, constant(0)),
  ...put(CELL.pure, constant(0)),
  ...put(CELL.empty, constant(0)),
]

/** In the order of their places. */
export const CUE_FUNCTIONS: readonly w.WasmFunction[] = [cueOf, passWord, endCell, endLine]
