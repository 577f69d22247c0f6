import { ALNUM, isIn } from '../automaton/classes.ts'
import type { LabelDetector, Reader } from '../detector.ts'
import { locateLabelled } from '../values/label.ts'

/** Most letters and digits on a plate of any country. */
const PLATE_UNITS_MAX = 10

/** Labels that are also ordinary words. */
const ORDINARY = new Set(['plate', 'registration', 'targa', 'matricula', 'immatriculation'])

/** Registration marks of vehicles behind a label. */
export const licensePlate: LabelDetector = {
  type: 'label',
  id: 'labelled-license-plate',
  kind: 'pii',
  entity: 'LICENSE_PLATE',
  words:
    'license plate|licence plate|number plate|plate|plate number|plate no|license_plate|vehicle registration|registration|registration number|reg_no|reg no|registration_number|kennzeichen|plaka|kfz|matrícula|matricula|immatriculation|targa|nummerplaat|車牌|nopol|with plate'.split(
      '|',
    ),
  whole: true,
  look: 'labelled',
  locate: (text, position, word) => locateLabelled(text, position, word.length, ORDINARY.has(word)),
  judge(text, position) {
    const { end, compact } = readPlate(text, position)
    const digits = compact.replace(/\D/g, '').length
    if (compact.length < 4 || digits === 0 || digits === compact.length) return undefined
    if (/[a-z]/.test(compact) && (/[A-Z]{2}.*[a-z]{3}|^[a-z]{4}/.test(compact) || digits < 2))
      return undefined
    return isIn(ALNUM, text.at(end)) || text.at(end) === 0x5f ? undefined : { start: position, end }
  },
  cases: {
    hits: () => [
      ['The car with plate VEV-7785 belongs', ['VEV-7785']],
      ['kennzeichen: "M A 12"', ['M A 12']],
    ],
    misses: () => [['registration: pending', 'no digits']],
  },
}

function readPlate(text: Reader, position: number): { end: number; compact: string } {
  let compact = ''
  let end = position
  for (let at = position; compact.length < PLATE_UNITS_MAX; ) {
    let group = ''
    while (isIn(ALNUM, text.at(at)) && group.length <= PLATE_UNITS_MAX)
      group += String.fromCharCode(text.at(at++))
    if (group === '' || compact.length + group.length > PLATE_UNITS_MAX) break
    // A lower-case word behind a plate is the sentence going on.
    if (compact !== '' && /^[a-z]+$/.test(group) && !/^[a-z ]+$/.test(compact)) break
    compact += group
    end = at
    const mark = text.at(at)
    if (mark !== 0x20 && mark !== 0x2d && mark !== 0xb7 && mark !== 0x2e) break
    at++
  }
  return { end, compact }
}
