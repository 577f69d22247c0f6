import type { Ask } from '../base/ask.ts'
import { type JsonObject, member, textMember } from '../base/json.ts'
import type { Dialect } from './dialect.ts'
import { isFixed, NONE_FREE, otherText } from './fixed.ts'
import { noteOpenAiError } from './openai-error.ts'
import { readChatUsage } from './openai-usage.ts'
import { openReader } from './reader.ts'
import { asBody, openAiRefusal } from './refusals.ts'
import { tallyUsage } from './tally.ts'

/** OpenAI embeddings, `POST /v1/embeddings`. Source: OpenAI API reference, 2026-11. */
export const openAiEmbeddings: Dialect = {
  id: 'openai.embeddings',
  requestIdHeader: 'x-request-id',
  readAsk,
  isUntouchable: (path, parent) => isFixed(path, parent, NONE_FREE),
  amend: () => [],
  openAnswer: () =>
    openReader({
      textNames: () => [],
      matters: () => true,
      note(root, _event, tally) {
        tally.model ??= textMember(root, 'model')
        noteOpenAiError(root, tally)
        if (!Array.isArray(member(root, 'data'))) return
        tally.complete = true
        tallyUsage(tally, readChatUsage(member(root, 'usage')), true)
      },
      slotAt: (path, root) => otherText(path, root, NONE_FREE),
      ends: () => [],
      write: () => undefined,
    }),
  refuse: (refusal) => asBody(openAiRefusal(refusal)),
  breakOff: () => '',
}

function readAsk(body: JsonObject | undefined): Ask {
  return {
    operation: 'embeddings',
    model: textMember(body, 'model'),
    stream: false,
    outputTokensMax: 0,
    answers: 1,
    usageAsked: true,
    unbounded: [],
    images: 0,
    serverTools: [],
    serviceTier: textMember(body, 'service_tier'),
  }
}
