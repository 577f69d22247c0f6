import { compileShape } from '../automaton/shape.ts'
import type { LabelDetector } from '../detector.ts'
import { locateLabelled } from '../values/label.ts'

const MONTH = '(jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]{0,6}\\.?'
const DATE = compileShape(
  `\\d{4}[./ \\-]\\d{1,2}[./ \\-]\\d{1,2}|\\d{1,2}[./ \\-]\\d{1,2}[./ \\-](\\d{4}|\\d{2})|\\d{1,2}(st|nd|rd|th|\\.)? ${MONTH},? \\d{4}|${MONTH} \\d{1,2}(st|nd|rd|th)?,? \\d{4}|\\d{8}`,
  { foldCase: true },
)

/** Dates behind a label that says they are someone's birthday. */
export const dateOfBirth: LabelDetector = {
  type: 'label',
  id: 'date-of-birth',
  kind: 'pii',
  entity: 'DATE_OF_BIRTH',
  words:
    'date of birth|dob|d.o.b.|birthday|birthdate|birth date|birth_date|date_of_birth|born|born on|geb.|geboren|geburtsdatum|geburtstag|né le|née le|date de naissance|nacido|nacida|fecha de nacimiento|nato il|nata il|data di nascita|data de nascimento|geboortedatum|född|生年月日|出生日期|생년월일|дата рождения|doğum tarihi'.split(
      '|',
    ),
  whole: true,
  look: 'labelled',
  locate: (text, position, word) => locateLabelled(text, position, word.length),
  judge(text, position) {
    const length = DATE.longest((index) => text.at(position + index))
    if (length < 0) return undefined
    const after = text.at(position + length)
    return after >= 0x30 && after <= 0x39 ? undefined : { start: position, end: position + length }
  },
  cases: {
    hits: () => [
      ['Kundin (geb. 1945-11-12) bittet', ['1945-11-12']],
      ['my birthday is March 3rd, 1980!', ['March 3rd, 1980']],
    ],
    misses: () => [['born in 1980', 'a year alone']],
  },
}
