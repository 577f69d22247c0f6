import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ApiError, GoogleGenAI } from '@google/genai'
import { ApiError as ApiErrorBefore2, GoogleGenAI as GoogleGenAIBefore2 } from 'google-genai-1'
import { textMember } from '../../src/base/json.ts'
import type { Rig } from './rig.ts'
import type { Part } from './script-gemini.ts'

/** The request as both SDKs take it. */
export interface Ask {
  model: string
  // biome-ignore lint/suspicious/noExplicitAny: what came from an SDK goes back to it as it is
  contents: any
  config?: {
    abortSignal?: AbortSignal
    tools?: { functionDeclarations: { name: string; parametersJsonSchema: object }[] }[]
    thinkingConfig?: { includeThoughts: boolean }
  }
}

/** The answer as both SDKs give it, one chunk or the whole. */
export interface Answered {
  readonly text: string | undefined
  readonly candidates?: readonly { readonly content?: { readonly parts?: readonly Part[] } }[]
}

/** What the scenarios use of a Google Gen AI SDK; the same in every version. */
export interface GeminiClient {
  readonly models: {
    // biome-ignore lint/suspicious/noExplicitAny: parts are interfaces without an index signature
    generateContent(ask: Ask): Promise<any>
    generateContentStream(ask: Ask): Promise<AsyncIterable<{ readonly text: string | undefined }>>
    countTokens(ask: { model: string; contents: string }): Promise<{ totalTokens?: number }>
    embedContent(ask: {
      model: string
      contents: string
    }): Promise<{ embeddings?: { values?: number[] }[] }>
    list(): Promise<{ readonly page: readonly { name?: string }[] }>
  }
  readonly files: {
    upload(ask: { file: Blob; config: { mimeType: string } }): Promise<{ name?: string }>
  }
}

/** One version of the SDK, with what differs between versions. */
export interface GeminiSdk {
  readonly version: string
  /** The API version in its paths. */
  readonly api: 'v1' | 'v1beta'
  readonly ApiError: typeof ApiError | typeof ApiErrorBefore2
  open(rig: Rig, options?: { apiKey?: string }): GeminiClient
}

const settings = (rig: Rig, { apiKey = rig.key }) => {
  return { apiKey, vertexai: false, httpOptions: { baseUrl: `${rig.url}/gemini` } }
}

/** The current SDK: `/v1` paths. */
export const geminiNewest: GeminiSdk = {
  version: versionOf('@google/genai'),
  api: 'v1',
  ApiError,
  open: (rig, options = {}) => new GoogleGenAI(settings(rig, options)),
}

/** The SDK inside Gemini CLI and most tools: `/v1beta` paths. */
export const geminiBefore2: GeminiSdk = {
  version: versionOf('google-genai-1'),
  api: 'v1beta',
  ApiError: ApiErrorBefore2,
  open: (rig, options = {}) => new GoogleGenAIBefore2(settings(rig, options)),
}

/** The package does not export its version: it stands in the file above its entry. */
function versionOf(name: string): string {
  let directory = dirname(Bun.resolveSync(name, import.meta.dir))
  for (; directory !== '/'; directory = dirname(directory)) {
    try {
      const text = readFileSync(join(directory, 'package.json'), 'utf8')
      const version = textMember(JSON.parse(text), 'version')
      if (version !== undefined) return version
    } catch {
      // Not here: one above.
    }
  }
  throw new Error(`${name} has no package.json`)
}
