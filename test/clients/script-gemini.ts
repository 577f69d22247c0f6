import type { Answer } from '../support/scripted-provider.ts'
import { streamed } from './rig.ts'

/** A part of a Gemini answer. */
export type Part = Readonly<Record<string, unknown>>

const USAGE = { promptTokenCount: 12, candidatesTokenCount: 3, totalTokenCount: 15 }

/** A `GenerateContentResponse` of one candidate. */
export function generated(
  parts: readonly Part[],
  finishReason?: string,
  model = 'gemini-2.5-flash',
) {
  const candidate = { content: { parts, role: 'model' }, ...(finishReason ? { finishReason } : {}) }
  const candidates = [{ ...candidate, index: 0 }]
  return { candidates, usageMetadata: USAGE, modelVersion: model, responseId: 'r-1' }
}

/** One chunk of a stream in the wire's form: Google ends its lines with CRLF. */
export function geminiEvent(parts: readonly Part[], finishReason?: string): string {
  return `data: ${JSON.stringify(generated(parts, finishReason))}\r\n\r\n`
}

/** A streamed answer: one chunk per list of parts, the last of them finished. */
export function geminiStream(...chunks: readonly (readonly Part[])[]): Answer {
  const last = chunks.length - 1
  return streamed(
    ...chunks.map((parts, index) => geminiEvent(parts, index === last ? 'STOP' : undefined)),
  )
}
