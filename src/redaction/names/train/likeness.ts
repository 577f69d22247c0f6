/**
 * Trains the spelling model: logistic regression over hashed n-grams of letters, on words made here (stems joined with
 * endings, the lists of general knowledge beside it). Prints accuracy on words held out and writes `likeness.data.ts`.
 *
 *   bun src/redaction/names/train/likeness.ts
 */
import { BUCKETS, gramsOf } from '../likeness.ts'
import { FOLD } from '../units.ts'
import { COMMON, STOP, WORDLIKE } from '../words/common.data.ts'
import { GIVEN } from '../words/given.data.ts'
import { SURNAMES } from '../words/surnames.data.ts'
import * as made from './words.ts'

const EPOCHS = 30
const RATE = 0.4
const DECAY = 2e-5
/** The answer is scaled so that a word as name-like as the median of names weighs this much. */
const MEDIAN_WORTH = 0.8

interface Example {
  readonly grams: readonly number[]
  readonly name: boolean
}

/** A seeded generator (mulberry32): two runs give the same model. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const roll = dice(7)

function split(list: string): string[] {
  return list.split(/\s+/).filter(Boolean)
}

function pick(list: readonly string[]): string {
  return list[Math.floor(roll() * list.length)] ?? ''
}

function example(word: string, name: boolean): Example {
  const letters = [...word].map((letter) => {
    const unit = letter.charCodeAt(0)
    return FOLD[unit] ?? unit
  })
  return { grams: gramsOf(letters), name }
}

function examples(): Example[] {
  const everyday = new Set(split(`${COMMON} ${STOP} ${WORDLIKE}`))
  const listed = split(`${GIVEN} ${SURNAMES} ${made.CYRILLIC_NAMES}`).filter(
    (word) => !everyday.has(word),
  )
  const stems = split(made.NAME_STEMS)
  const endings = split(made.NAME_ENDINGS)
  const names = new Set(listed)
  for (let count = 0; count < 2500; count++)
    names.add(pick(stems) + (roll() < 0.5 ? pick(stems) : '') + pick(endings))
  const common = split(`${COMMON} ${STOP} ${made.CYRILLIC_WORDS}`).filter((word) => word.length > 2)
  const words = new Set(common)
  for (let count = 0; count < 5000; count++) {
    const stem = pick(common).replace(/e$/, '')
    words.add(
      (roll() < 0.2 ? pick(split(made.WORD_BEGINNINGS)) : '') +
        stem +
        pick(split(made.WORD_ENDINGS)),
    )
  }
  const all = [...names].map((word) => example(word, true))
  all.push(...[...words].filter((word) => !names.has(word)).map((word) => example(word, false)))
  return shuffle(all)
}

function shuffle<T>(list: T[]): T[] {
  const left = [...list]
  const out: T[] = []
  while (left.length > 0) out.push(...left.splice(Math.floor(roll() * left.length), 1))
  return out
}

function answer(weights: Float64Array, grams: readonly number[]): number {
  let sum = 0
  for (const gram of grams) sum += weights[gram] ?? 0
  return sum / Math.sqrt(grams.length)
}

function train(set: readonly Example[]): Float64Array {
  const weights = new Float64Array(BUCKETS)
  for (let epoch = 0; epoch < EPOCHS; epoch++)
    for (const { grams, name } of set) {
      const guess = 1 / (1 + Math.exp(-answer(weights, grams)))
      const step = (RATE / (1 + epoch / 4)) * ((name ? 1 : 0) - guess)
      const share = step / Math.sqrt(grams.length)
      for (const gram of grams) {
        const weight = weights[gram] ?? 0
        weights[gram] = weight + share - DECAY * weight
      }
    }
  return weights
}

const all = examples()
const held = all.filter((_, index) => index % 5 === 0)
const weights = train(all.filter((_, index) => index % 5 !== 0))
const right = held.filter(({ grams, name }) => answer(weights, grams) > 0 === name).length
console.log(
  `${all.length} words, ${((100 * right) / held.length).toFixed(1)} % of ${held.length} held out are right`,
)

const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
const bytes = Int8Array.from(weights, (weight) => Math.round((127 * weight) / largest))
const answers = held.filter((one) => one.name).map((one) => answer(weights, one.grams))
const median = answers.sort((a, b) => a - b)[answers.length >> 1] ?? 1
const scale = ((MEDIAN_WORTH / median) * largest) / 127
const text = btoa(String.fromCharCode(...new Uint8Array(bytes.buffer)))
const lines = text.match(/.{1,90}/g) ?? []
await Bun.write(
  new URL('../likeness.data.ts', import.meta.url),
  `/** Made by \`train/likeness.ts\`: weights of n-grams as signed bytes in base64. */
export const LIKENESS_WEIGHTS = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
/** What one unit of a weight is worth. */
export const LIKENESS_SCALE = ${scale}
`,
)
