/**
 * Writes labelled texts about made-up people for `score.ts`: `bun test/redaction/score/unseen.ts FOLDER [seed]`. Sentences,
 * names and places are none the detector of names was built with; every twelfth name is written small, as chats do.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GROUPS, PEOPLE } from './people.data.ts'
import { SENTENCES } from './sentences.data.ts'

const [folder, seed = '1'] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: unseen.ts FOLDER [seed]')
  process.exit(2)
}
/** Texts made of each sentence. */
const TEXTS_EACH = 24
let state = Number(seed) >>> 0

function roll<T>(of: readonly T[]): T {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return of[Math.floor((state / 4_294_967_296) * of.length)] as T
}

/** East Asian names put the family first and no space between. */
function fullName(lang: string): string {
  const people = PEOPLE[lang] ?? PEOPLE.en
  if (!people) return ''
  const [given, family] = [roll(people.given), roll(people.family)]
  if (lang === 'zh' || lang === 'ko') return family + given
  if (lang === 'ja') return `${family} ${given}`
  return lang === 'vi' ? `${family} ${given}` : `${given} ${family}`
}

function pick(what: string, lang: string): { entity: string; value: string } {
  const people = PEOPLE[lang] ?? PEOPLE.en
  if (what === 'name') return { entity: 'PERSON', value: fullName(lang) }
  if (what === 'given') return { entity: 'PERSON', value: roll(people?.given ?? []) }
  if (what === 'family') return { entity: 'PERSON', value: roll(people?.family ?? []) }
  if (what === 'place') return { entity: 'LOCATION', value: roll(people?.places ?? []) }
  return { entity: 'NRP', value: roll(GROUPS) }
}

const lines = SENTENCES.flatMap(({ id, lang, text: sentence }) =>
  Array.from({ length: TEXTS_EACH }, (_, index) => {
    let text = ''
    const spans: [number, number][] = []
    const entities: string[] = []
    // Letters without case have no small form.
    const isSmall = index % 12 === 11 && lang === 'en'
    for (const [, before = '', what] of sentence.matchAll(/([^<]*)(?:<(\w+)>)?/g)) {
      text += before
      if (what === undefined) continue
      const { entity, value } = pick(what, lang)
      spans.push([text.length, text.length + value.length])
      entities.push(entity)
      text += isSmall && entity === 'PERSON' ? value.toLowerCase() : value
    }
    return {
      ...{ id: `unseen:${id}:#${index}`, source: 'unseen', kind: 'pii', entity: 'MIXED' },
      ...{ text, spans, entities, lang, cls: 'doc' },
    }
  }),
)
mkdirSync(folder, { recursive: true })
const file = join(folder, 'unseen.jsonl')
writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
console.log(`${lines.length} texts in ${file}`)
