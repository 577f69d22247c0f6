import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { builtInDetectors } from '../../src/redaction/built-in.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { vault } from '../../src/redaction/vault.ts'
import { inEscape, nearTokens, texts } from '../redaction/texts.ts'

/** Ways of cutting in all; a day's run sets more. */
const CUTTINGS = Number(process.env.SOAK_CUTTINGS ?? 1_000_000)
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 2 ** 31)
/** Cuttings of one text before the next is made. */
const CUTTINGS_A_TEXT = 200
/** A busy machine takes minutes; a hang still ends. */
const PATIENCE_MS = 3_600_000

const OTHER =
  'My name is Orla Trantow, I live in Graz, and Dr. Quellmann of Tartu will write to Mina Solberg today.'

const compiled = compileDetectors(builtInDetectors())
const pieces = fc.oneof(texts, nearTokens)
const key = new Uint8Array(32).fill(5)

test(
  `no way of cutting a text changes what comes out (${CUTTINGS} cuttings, seed ${SEED})`,
  () => {
    let state = SEED
    const roll = (sides: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 4_294_967_296) * sides)
    }
    let [cuttings, cuts, units, differences] = [0, 0, 0, 0]
    while (cuttings < CUTTINGS) {
      const plain = fc.sample(pieces, { seed: roll(2 ** 31), numRuns: 4 }).join(' ')
      // The bound counts what was sent: in escapes it comes early.
      const text = roll(4) === 0 ? plain.replace(/[\w"=-]/g, inEscape) : plain
      if (text.length < 2) continue
      const whole = through([text])
      units += text.length
      for (let index = 0; index < CUTTINGS_A_TEXT && cuttings < CUTTINGS; index++) {
        const pieces = cutAtRandom(text, 1 + roll(index % 4 === 0 ? 3 : 60), roll)
        cuttings++
        cuts += pieces.length - 1
        // All texts share one memory: what another one left there must not show.
        through([OTHER.slice(0, 1 + roll(OTHER.length))])
        if (through(pieces) === whole) continue
        if (differences++ === 0) console.error(JSON.stringify(pieces))
      }
    }
    console.log(`${cuttings} cuttings with ${cuts} cuts of ${units} units: ${differences} differ`)
    expect(differences).toBe(0)
  },
  PATIENCE_MS,
)

function through(pieces: readonly string[]): string {
  const filter = redactor(compiled, () => 'replace', vault({ key, scope: 'soak' }))
  let out = ''
  for (const piece of pieces) out += filter.push(piece)
  return out + filter.end()
}

/** Pieces of 1 to `most` units; some are empty. */
function cutAtRandom(text: string, most: number, roll: (sides: number) => number): string[] {
  const out: string[] = []
  for (let at = 0; at < text.length; ) {
    const size = roll(24) === 0 ? 0 : 1 + roll(most)
    out.push(text.slice(at, at + size))
    at += size
  }
  return out
}
