import type { StreamDetector } from '../detector.ts'
import { NAME_HOLD_UNITS_MAX } from './bounds.ts'
import { openNameScanner } from './scanner.ts'

/**
 * Persons, places, nationalities, religions and politics, told by what announces them, by how they are spelt and by
 * lists of general knowledge. Reports `PERSON`, `LOCATION` and `NRP`.
 */
export const names: StreamDetector = {
  type: 'stream',
  id: 'names',
  kind: 'pii',
  entity: 'PERSON',
  entities: ['PERSON', 'LOCATION', 'NRP'],
  holdUnitsMax: NAME_HOLD_UNITS_MAX,
  cases: {
    hits: () => [
      ['Hi, my name is Anna Berg and I live in Oslo.', ['Anna Berg', 'Oslo']],
      ['Employee: Juan Ortega; nationality: Peruvian', ['Juan Ortega', 'Peruvian']],
      ['Bonjour, je m’appelle Claire Morel.', ['Claire Morel']],
      ['меня зовут Ирина Соколова', ['Ирина Соколова']],
    ],
    misses: () => [
      ['const user = new UserService(config)', 'identifiers'],
      ['Copyright (c) 2019 Anna Berg', 'a credit of software'],
      ['Contact Support if the Build Server fails on Monday.', 'words of a heading'],
    ],
  },
  open: openNameScanner,
}
