import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { customScanner } from '../../src/redaction/custom-scanner.ts'
import { DETECTORS, SECRETS } from '../../src/redaction/detectors/index.ts'
import { names } from '../../src/redaction/names/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { vault } from '../../src/redaction/vault.ts'
import { cut, nearTokens, texts } from './texts.ts'

/**
 * All texts of a process share the memory of the engines. Whoever else is open, of whichever policy, in whatever order their pieces
 * come, and though some never end: a text reads as it reads alone.
 */

const order = { id: 'order', entity: 'ORDER', kind: 'pii', pattern: 'ORD-[0-9]{6,38}' } as const
const SETS = [
  DETECTORS,
  SECRETS,
  [...DETECTORS, names],
  [...DETECTORS, names, customScanner(order)],
].map((detectors) => compileDetectors(detectors))
const RUNS = Number(process.env.SOAK_RUNS ?? 400)
const PATIENCE_MS = 120_000

const sentences = fc.constantFrom(
  'My name is Anna Berg. ',
  'Dr. Orla McTrantow said ',
  'name;city\nAnna;Oslo\n',
  'nationality: Peruvian, ',
  'ORD-12345678 ',
  'aaaaaaaa'.repeat(300),
  'x '.repeat(3000),
)
const open = (set: number) => {
  const compiled = SETS[set] ?? compileDetectors(DETECTORS)
  return redactor(compiled, () => 'mask', vault({ key: new Uint8Array(32), scope: 'turns' }))
}
const someone = fc.record({
  text: fc
    .array(fc.oneof(nearTokens, texts, sentences), { maxLength: 5 })
    .map((list) => list.join('')),
  set: fc.nat(SETS.length - 1),
  sizes: fc.array(fc.oneof(fc.nat(9), fc.nat(3000)), { minLength: 1, maxLength: 12 }),
  leaves: fc.nat(9).map((chance) => chance === 0),
})

test(
  'a text reads as it reads alone, whoever else is open',
  () => {
    fc.assert(
      fc.property(
        fc.array(someone, { minLength: 2, maxLength: 5 }),
        fc.array(fc.nat(4), { minLength: 1, maxLength: 40 }),
        (list, turns) => {
          const alone = list.map(({ text, set }) => {
            const filter = open(set)
            return filter.push(text) + filter.end()
          })
          const under = list.map(({ text, set, sizes, leaves }) => ({
            filter: open(set),
            // Providers begin with an empty piece.
            pieces: ['', ...cut(text, sizes)],
            leaves,
            out: '',
            ended: false,
          }))
          for (let turn = 0; under.some(({ ended }) => !ended); turn++) {
            const index = (turns[turn % turns.length] ?? 0) % under.length
            const each = under[index]?.ended ? under.find(({ ended }) => !ended) : under[index]
            if (!each) break
            const piece = each.pieces.shift()
            if (piece !== undefined) each.out += each.filter.push(piece)
            else {
              if (!each.leaves) each.out += each.filter.end()
              each.ended = true
            }
          }
          for (const [index, { out, leaves }] of under.entries())
            if (leaves) expect(alone[index]?.startsWith(out)).toBe(true)
            else expect(out).toBe(alone[index] ?? '')
        },
      ),
      { numRuns: Math.ceil(RUNS / 2) },
    )
  },
  PATIENCE_MS,
)
