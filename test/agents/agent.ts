import type { Answer, RecordedRequest } from '../support/scripted-provider.ts'

/** Where an agent is to call, as whom, and where it may write. */
export interface Desk {
  /** The gateway, without a provider's prefix. */
  readonly url: string
  readonly key: string
  /** Its home directory, new for every run. */
  readonly home: string
  /** The directory it works in, new for every run. */
  readonly work: string
  readonly model: string
  readonly prompt: string
}

/** A coding agent as the scenarios use it. */
export interface Agent {
  readonly client: string
  readonly version: string
  /** The program's name in the packages' `.bin`. */
  readonly bin: string
  readonly models: { readonly usual: string; readonly capped: string; readonly limited: string }
  /** The request header that carries the agent's own session id, if it sends one. */
  readonly sessionHeader: string | undefined
  /** Writes what it reads at start, and gives arguments and environment. */
  prepare(desk: Desk): { readonly args: readonly string[]; readonly env: Record<string, string> }
  /** False for what it asks beside the turns of the conversation. */
  isTurn(request: RecordedRequest): boolean
  /** The answer to what is not a turn. */
  aside(): Answer
  /** A turn that says `text` and ends: streamed, unless `request` asks for it whole. */
  says(text: string, request?: RecordedRequest): Answer
  /** A streamed turn that writes a file. */
  writes(path: string, content: string): Answer
  /** A streamed turn that runs a command in the work directory. */
  runs(command: string): Answer
  /** An error of the provider in its own words. */
  fails(status: number, message: string): Answer
}
