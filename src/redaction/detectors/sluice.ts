import { token } from './token.ts'

/** Keys of this gateway: they end in a checksum of what stands before. */
export const sluice = [
  token('sluice-key', 'slu_sk_ slu_pt_', '[A-Za-z0-9]{4,24}_[A-Za-z0-9_\\-]{20}', {
    disguises: true,
  }),
]
