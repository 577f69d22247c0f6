import type { Ask } from '../base/ask.ts'
import { member } from '../base/json.ts'
import type { Dialect } from './dialect.ts'
import { generateAnswer } from './gemini-answer.ts'
import { geminiGenerate, modelOf } from './gemini-generate.ts'
import { readGeminiUsage } from './gemini-usage.ts'
import { openReader } from './reader.ts'
import { tallyUsage } from './tally.ts'

/** Gemini `models/*:embedContent` and `:batchEmbedContents`. Older models tell no usage. Source: Gemini API reference, 2026-11. */
export const geminiEmbed: Dialect = {
  ...geminiGenerate,
  id: 'gemini.embed',
  readAsk: (_body, path) => embedAsk(path),
  openAnswer: (ask) => {
    const shape = generateAnswer(ask)
    return openReader({
      ...shape,
      textNames: () => [],
      note(root, event, tally) {
        shape.note(root, event, tally)
        if (member(root, 'embedding') === undefined && member(root, 'embeddings') === undefined)
          return
        tally.complete = true
        tallyUsage(tally, readGeminiUsage(member(root, 'usageMetadata')), true)
      },
    })
  },
  breakOff: () => '',
}

function embedAsk(path: string): Ask {
  return {
    operation: 'embeddings',
    model: modelOf(path),
    stream: false,
    outputTokensMax: 0,
    answers: 1,
    usageAsked: true,
    unbounded: [],
    images: 0,
    serverTools: [],
    serviceTier: undefined,
  }
}
