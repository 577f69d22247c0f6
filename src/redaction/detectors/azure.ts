import { isIn, unitClass } from '../automaton/classes.ts'
import { afterQ } from '../automaton/glance.ts'
import type { SpotDetector } from '../detector.ts'
import { token } from './token.ts'

const BODY = unitClass('A-Za-z0-9_~.\\-')

/** Client secrets of Entra: three units, a digit, `Q~`, 31 to 34 units. Source: Microsoft identity documentation. */
const clientSecret: SpotDetector = {
  type: 'spot',
  id: 'azure-ad-client-secret',
  kind: 'secret',
  entity: 'AZURE_AD_CLIENT_SECRET',
  marks: ['~'],
  glance: afterQ,
  judge(text, position, runStart) {
    const digit = text.at(position - 2)
    if (text.at(position - 1) !== 0x51 || digit < 0x30 || digit > 0x39) return undefined
    const start = position - 5
    if (start < runStart || isIn(unitClass('A-Za-z0-9'), text.at(start - 1))) return undefined
    for (let at = position + 1; at <= position + 31; at++)
      if (!isIn(BODY, text.at(at))) return undefined
    return { start, end: position + 32, tail: { units: BODY } }
  },
  cases: {
    hits: () => {
      const value = `_Z19Q~${'LQ4bdd'.repeat(6)}`.slice(0, 40)
      return [[`secret is ${value} ok`, [value]]]
    },
    misses: () => [['~/Q~notes', 'a path']],
  },
}

/** Credentials of Azure that show what they are. */
export const azure = [
  clientSecret,
  token('azure-storage-key', 'AccountKey= SharedAccessKey=', '[A-Za-z0-9+/]{40}', {
    tail: 'A-Za-z0-9+/=',
  }),
  token('azure-sas-signature', 'sig=', '[A-Za-z0-9+/=%]{40}', { tail: 'A-Za-z0-9+/=%' }),
]
