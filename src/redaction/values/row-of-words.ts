/** What a unit of a value is. */
export const OTHER = 0
export const LOWER = 1
export const UPPER = 2
const NUMERAL = 3
/** One of these, or a digit. */
export type Kind = typeof OTHER | typeof LOWER | typeof UPPER | typeof NUMERAL

/** The kind of the unit at `at`; `OTHER` behind the end. */
export function kindAt(value: string, at: number): Kind {
  const unit = value.charCodeAt(at)
  if (unit >= 0x61 && unit <= 0x7a) return LOWER
  if (unit >= 0x41 && unit <= 0x5a) return UPPER
  return unit >= 0x30 && unit <= 0x39 ? NUMERAL : OTHER
}

/** First and last unit of each part of the value at hand; nothing is built from it, for most values are asked to be refused. */
const starts: number[] = []
const ends: number[] = []

/** True for parts that are words or short numbers, put together by case and signs. */
export function isRowOfWords(value: string): boolean {
  takeApart(value)
  const parts = starts.length
  // Chopped into many short parts it is no row of words.
  if (parts >= 4 && value.length / parts < 3.5) return false
  let numbered = false
  for (let part = 0; part < parts; part++) {
    const from = starts[part] ?? 0
    const to = ends[part] ?? 0
    if (isWordOrNumber(value, from, to)) continue
    // `base64url`, `APIV3`, `UINT16` beside other words, once.
    if (parts === 1 || numbered || !isNumbered(value, from, to)) return false
    numbered = true
  }
  return true
}

/** Finds the parts: `fooBar`, `APIKey`, `base64URL` have two. */
function takeApart(value: string): void {
  starts.length = 0
  ends.length = 0
  let from = -1
  /** Where a capital behind a word of technology was seen: what it begins is none. */
  let taken = -1
  let before: Kind = OTHER
  for (let at = 0; at <= value.length; at++) {
    const kind = kindAt(value, at)
    if (kind === OTHER) {
      if (from >= 0) ends.push(at)
      from = -1
    } else if (from < 0) {
      starts.push(at)
      from = at
    } else if (kind === UPPER && before !== OTHER) {
      const isTechnical = before === NUMERAL && endsTechnical(value, at, taken)
      if (isTechnical) taken = at
      if (
        before === LOWER ||
        isTechnical ||
        (before === UPPER && kindAt(value, at + 1) === LOWER)
      ) {
        ends.push(at)
        starts.push(at)
        from = at
      }
    }
    before = kind
  }
}

const TECHNICAL = ['auth', 'base', 'sha', 'utf']

/** True when one to three digits end at `end` and a word of technology, begun right of `taken`, stands in front. */
function endsTechnical(value: string, end: number, taken: number): boolean {
  let to = end
  while (end - to < 4 && kindAt(value, to - 1) === NUMERAL) to--
  if (end - to > 3) return false
  for (const word of TECHNICAL) {
    const from = to - word.length
    if (from <= taken || from < 0) continue
    if ((value.charCodeAt(from) | 0x20) !== word.charCodeAt(0)) continue
    if (value.startsWith(word.slice(1), from + 1)) return true
  }
  return false
}

function isWordOrNumber(value: string, from: number, to: number): boolean {
  const units = to - from
  const first = kindAt(value, from)
  // How far the letters reach, and whether they are written as a word is.
  let at = from + 1
  if (first === NUMERAL) {
    while (at < to && kindAt(value, at) === NUMERAL) at++
    if (at === to) return true
    return units === 2 && kindAt(value, at) === LOWER
  }
  const second = at < to ? kindAt(value, at) : first
  if (second === NUMERAL) {
    // `a1`, `A1`, `v12`.
    if (units === 2) return true
    if (value.charCodeAt(from) !== 0x76) return false
    while (at < to && kindAt(value, at) === NUMERAL) at++
    return at === to
  }
  const rest = second === UPPER ? UPPER : LOWER
  if (first === LOWER && rest === UPPER) return false
  while (at < to && kindAt(value, at) === rest) at++
  if (at === to) return isPronounceable(value, from, to)
  // Up to two digits behind a word.
  if (rest === UPPER || to - at > 2) return false
  for (let digit = at; digit < to; digit++) if (kindAt(value, digit) !== NUMERAL) return false
  return isPronounceable(value, from, at)
}

/** A word of technology with its number. */
function isNumbered(value: string, from: number, to: number): boolean {
  const kind = kindAt(value, from)
  if (kind !== LOWER && kind !== UPPER) return false
  let at = from
  while (at < to && kindAt(value, at) === kind) at++
  if (at - from < 2 || at - from > (kind === LOWER ? 6 : 5)) return false
  const number = at
  while (at < to && kindAt(value, at) === NUMERAL) at++
  if (at - number < 1 || at - number > 2) return false
  const rest = at
  while (kind === LOWER && at < to && kindAt(value, at) === LOWER) at++
  return at === to && at - rest <= 4
}

/** Letters as in words: vowels at a word's rate, no long pile of consonants. */
export function isPronounceable(value: string, from: number, to: number): boolean {
  const units = to - from
  if (units <= 4) return true
  let [vowels, pile, most, rare] = [0, 0, 0, 0]
  for (let at = from; at < to; at++) {
    const letter = value.charCodeAt(at) | 0x20
    if (isVowel(letter)) {
      vowels++
      pile = 0
      continue
    }
    if (++pile > most) most = pile
    if (letter === 0x6a || letter === 0x71 || letter === 0x78 || letter === 0x7a) rare++
  }
  if (units > 14) return vowels / units >= 0.3 && most < 5 && rare < 3
  return vowels > 0 && vowels / units >= 0.16 && most < 6
}

/** Of a small letter. */
function isVowel(letter: number): boolean {
  return (
    letter === 0x61 ||
    letter === 0x65 ||
    letter === 0x69 ||
    letter === 0x6f ||
    letter === 0x75 ||
    letter === 0x79
  )
}
