import { api, ask } from '../client.ts'

/** What a data policy does to `text` that comes in pieces of `chunkUnits` UTF-16 units. Rejects with a `Problem`. */
export const preview = (text: string, policy: unknown, chunkUnits: number) =>
  ask(
    api.redaction.preview.post({
      text,
      chunk_units: chunkUnits,
      ...(policy === undefined ? {} : { policy }),
    }),
  )

/** The answer of the engine. */
export type Shown = Awaited<ReturnType<typeof preview>>

/** Made up, and put together here so that no scanner takes the file for a leak. */
export const EXAMPLE = [
  'Hi, this is Ada Lovelace (ada.lovelace@example.com, +44 20 7946 0958).',
  `My card is 4111 1111 1111 1111 and the deploy key is ${['ghp', 'a1B2'.repeat(9)].join('_')}.`,
  'Could you summarise the report and send it to me?',
].join('\n')

/** The most text that is tried in the page; the command `redact` takes any amount. */
export const TEXT_UNITS_MAX = 20_000
