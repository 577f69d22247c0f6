import { token } from './token.ts'

/**
 * Keys of this gateway. Their checksum is the last of 69 units, beyond what is held back for a verdict, and it is not asked
 * for: a key with a slip in it still gives most of a secret away. Who may call decides `base/gateway-key.ts`, by the checksum.
 */
export const sluice = [
  token('sluice-key', 'slu_sk_ slu_pt_', '[A-Za-z0-9]{4,24}_[A-Za-z0-9_\\-]{20}', {
    disguises: true,
    // What documentation writes in place of one.
    check: (value) => !/^slu_.._x+_x+$/i.test(value),
  }),
]
