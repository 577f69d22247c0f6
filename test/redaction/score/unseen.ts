/**
 * Writes labelled texts about made-up people for `score.ts`: `bun test/redaction/score/unseen.ts FOLDER [seed] [invented]`.
 * Every twelfth name is written small, as chats do. With `invented` every name and place is put together from syllables, so
 * that no list can know it: what is found then is found by how it stands in its sentence.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GROUPS, PEOPLE, type People } from './people.data.ts'
import { SENTENCES } from './sentences.data.ts'

const [folder, seed = '1', mode] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: unseen.ts FOLDER [seed] [invented]')
  process.exit(2)
}
/** Texts made of each sentence. */
const TEXTS_EACH = 24
let state = Number(seed) >>> 0

function roll<T>(of: readonly T[]): T {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return of[Math.floor((state / 4_294_967_296) * of.length)] as T
}

const INVENTED = mode === 'invented'
const FRONT =
  'Bal Cor Dren Fal Gor Hal Jar Kel Lor Mar Nev Orl Pel Quin Ros Sel Tar Ul Ver Wen Yor Zan'.split(
    ' ',
  )
const MIDDLE = 'a e i o u an en il or ad em et un av is'.split(' ')
const BACK = {
  given: 'da ra nia lo mo ric vin nus rika tta sia mund nor sel'.split(' '),
  family: 'berg son ski velli nov mann quez croft dale oglu ström elli arte inho mans'.split(' '),
  places: 'ville ford stadt grad polis burgh ona heim vik pur abad mouth furt'.split(' '),
}

function one(lang: string, what: keyof People): string {
  const people = PEOPLE[lang] ?? PEOPLE.en
  if (!INVENTED || !/^[A-Z]/.test(people?.given[0] ?? '')) return roll(people?.[what] ?? [])
  return roll(FRONT) + roll(MIDDLE) + roll(BACK[what])
}

/** East Asian names put the family first and no space between. */
function fullName(lang: string): string {
  const [given, family] = [one(lang, 'given'), one(lang, 'family')]
  if (lang === 'zh' || lang === 'ko') return family + given
  if (lang === 'ja') return `${family} ${given}`
  return lang === 'vi' ? `${family} ${given}` : `${given} ${family}`
}

function pick(what: string, lang: string): { entity: string; value: string } {
  if (what === 'name') return { entity: 'PERSON', value: fullName(lang) }
  if (what === 'given') return { entity: 'PERSON', value: one(lang, 'given') }
  if (what === 'family') return { entity: 'PERSON', value: one(lang, 'family') }
  if (what === 'place') return { entity: 'LOCATION', value: one(lang, 'places') }
  return { entity: 'NRP', value: roll(GROUPS) }
}

/** Scripts without capital letters have no invented names here. */
const chosen = SENTENCES.filter(({ lang }) => !INVENTED || !['ru', 'zh', 'ja', 'ko'].includes(lang))
const lines = chosen.flatMap(({ id, lang, text: sentence }) =>
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
