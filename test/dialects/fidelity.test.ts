import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isJsonObject, type JsonObject, member, textMember } from '../../src/base/json.ts'
import type { AnswerReader } from '../../src/dialects/dialect.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import type { TextFilter } from '../../src/stream/filter.ts'
import { applySplices } from '../../src/stream/splice.ts'
import { expectedTexts, type Fixture, loadFixtures } from './fixtures.ts'
import { filterOn, passOn } from './pipe.ts'

const fixtures = loadFixtures()
/** Up to here every single cut is tried; above, random ones. */
const SMALL_BYTES = 1_000

function read(fixture: Fixture) {
  const { prefix, method, path, query } = fixture.route
  const spoken = dialectFor(prefix, method, path, query)
  if (!spoken) throw new Error(`${fixture.name} belongs to no provider`)
  const ask = spoken.dialect.readAsk(fixture.request, path, query)
  return { ...spoken, ask, open: () => spoken.dialect.openAnswer(ask) }
}

function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b)
  return at.map((to, index) => bytes.slice(index === 0 ? 0 : at[index - 1], to))
}

const text = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

function summaryOf(fixture: Fixture): JsonObject {
  const summary = member(fixture.expect, 'summary')
  if (!isJsonObject(summary)) throw new Error(`${fixture.name} expects no summary`)
  return summary
}

/** Notes what passes, per slot; changes nothing. */
function listener() {
  const streamed = new Map<string, string>()
  const whole = new Map<string, string>()
  const open = new Map<string, boolean>()
  return {
    streamed,
    whole,
    /** A reader that tells of every slot it reads. */
    on(reader: AnswerReader): AnswerReader {
      return {
        ...reader,
        read(data, event) {
          const reading = reader.read(data, event)
          for (const slot of reading.slots) open.set(slot.slot, slot.whole)
          return reading
        },
      }
    },
    filter: (slot: string): TextFilter => {
      const into = open.get(slot) ? whole : streamed
      if (open.get(slot)) into.delete(slot)
      return {
        push(piece) {
          into.set(slot, (into.get(slot) ?? '') + piece)
          return piece
        },
        end: () => '',
        held: () => 0,
      }
    },
  }
}

/** Holds every slot's text to its end: the longest tails there can be. */
function hoarder(): TextFilter {
  let held = ''
  return {
    push(piece) {
      held += piece
      return ''
    },
    end: () => held,
    held: () => held.length,
  }
}

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  const { dialect, ask, open } = read(fixture)

  test('is read by its dialect, and the request is forwarded as it came but for the asked edits', () => {
    expect<string>(dialect.id).toBe(fixture.dialect)
    const asked = fixture.expect.ask
    if (isJsonObject(asked)) expect(ask).toMatchObject(asked)
    const splices = dialect.amend(fixture.requestText, fixture.request, ask)
    const sent = applySplices(fixture.requestText, splices)
    expect(sent).toBe(textMember(fixture.expect, 'amended') ?? fixture.requestText)
    expect(JSON.parse(sent)).toBeObject()
  })

  test('leaves as it came at every cut when no filter acts', () => {
    const length = fixture.upstream.length
    const expected = text(fixture.downstream)
    const check = (cuts: readonly number[]): void => {
      const out = passOn(fixture.framing, pieces(fixture.upstream, cuts), open())
      expect(text(out)).toBe(expected)
    }
    if (length <= SMALL_BYTES) for (let cut = 0; cut <= length; cut++) check([cut])
    fc.assert(
      fc.property(fc.array(fc.nat(length), { maxLength: 12 }), (cuts) => check(cuts)),
      { numRuns: 25 },
    )
  })

  test('tells usage, end and names alike in both readings', () => {
    const cheap = open()
    passOn(fixture.framing, [fixture.upstream], cheap)
    const full = open()
    filterOn(fixture.framing, [fixture.upstream], full, () => listener().filter(''))
    const expected = {
      usage: undefined,
      usageSoFar: undefined,
      usageSuspect: false,
      error: undefined,
      ...summaryOf(fixture),
    }
    expect(cheap.summary()).toMatchObject(expected)
    expect(full.summary()).toEqual(cheap.summary())
  })

  test('holds exactly the texts that a user reads, and repeats them alike', () => {
    const heard = listener()
    const reader = heard.on(open())
    const out = filterOn(fixture.framing, [fixture.upstream], reader, heard.filter)
    const { complete, error } = summaryOf(fixture)
    // What filters cannot look into stays behind: half a frame of an answer that was cut off.
    if (complete !== true && error === undefined) {
      expect(text(fixture.downstream)).toStartWith(text(out))
      expect(text(out)).not.toMatch(/\{"candi$|"content_bl$|"object":"chat\.complet$/)
    } else if (!text(fixture.upstream).includes('"logprob"')) {
      // Token lists beside the text are masked once filters act; nothing else may differ.
      expect(text(out)).toBe(text(fixture.downstream))
    }
    const texts = expectedTexts(fixture)
    for (const [slot, expected] of Object.entries(texts)) {
      const found = [heard.streamed.get(slot), heard.whole.get(slot)].filter(
        (one) => one !== undefined,
      )
      expect({ slot, found: [...new Set(found)] }).toEqual({ slot, found: [expected] })
    }
    expect(Object.keys(texts)).toEqual(expect.arrayContaining([...heard.streamed.keys()]))
  })

  test('loses no text to a filter that holds everything back', () => {
    const { complete, error } = summaryOf(fixture)
    // A broken answer's held text is never sent.
    if (complete !== true || error !== undefined) return
    const first = listener()
    filterOn(fixture.framing, [fixture.upstream], first.on(open()), first.filter)
    const late = filterOn(fixture.framing, [fixture.upstream], open(), hoarder)
    const again = listener()
    const reader = open()
    filterOn(fixture.framing, [late], again.on(reader), again.filter)
    const kept = (texts: Map<string, string>) => [...texts].filter(([, one]) => one !== '').sort()
    expect(kept(again.streamed)).toEqual(kept(first.streamed))
    expect(kept(again.whole)).toEqual(kept(first.whole))
    const plain = open()
    passOn(fixture.framing, [fixture.downstream], plain)
    expect(reader.summary()).toEqual(plain.summary())
  })
})

test('there are enough fixtures to mean something', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(60)
})
