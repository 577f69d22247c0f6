import type { Ask } from '../base/ask.ts'
import type { FailureCode, FailureKind } from '../base/failure.ts'
import type { JsonObject } from '../base/json.ts'
import type { Usage } from '../base/usage.ts'
import type { Splice } from '../stream/splice.ts'
import type { SseFrame, SseText } from '../stream/sse.ts'

export type { Splice } from '../stream/splice.ts'

export type DialectId =
  | 'openai.chat'
  | 'openai.responses'
  | 'openai.completions'
  | 'openai.embeddings'
  | 'openai.passthrough'
  | 'anthropic.messages'
  | 'anthropic.count_tokens'
  | 'anthropic.passthrough'
  | 'gemini.generate'
  | 'gemini.count_tokens'
  | 'gemini.embed'
  | 'gemini.passthrough'

/** How an answer's bytes are framed. `array` is Gemini's streamed JSON array. */
export type Framing = 'sse' | 'json' | 'array' | 'opaque'

/**
 * What a protocol's bytes mean. A dialect does no network, knows no credential and no detector; it reads, and
 * it says where text stands, by offsets into the very text it was given, so that edits are splices.
 */
export interface Dialect {
  readonly id: DialectId
  /**
   * Reads a request. `body` is undefined when there is none or it is not JSON.
   * Throws `Failure('invalid_request')` only for what the provider would certainly refuse too.
   */
  readAsk(body: JsonObject | undefined, path: string, query: URLSearchParams): Ask
  /**
   * Request strings that redaction must leave alone (ids, signatures, encrypted content, base64 media).
   * `path` holds object keys and array indexes from the root.
   */
  isUntouchable(path: readonly (string | number)[], parent: JsonObject): boolean
  /** Request edits the gateway needs (such as asking for usage), as splices of the body text; none when the caller did it. */
  amend(bodyText: string, body: JsonObject, ask: Ask): readonly Splice[]
  /** A fresh reader for one answer. */
  openAnswer(ask: Ask): AnswerReader
  /** Own refusals before any byte was sent, in the protocol's shape. */
  refuse(refusal: Refusal): { readonly contentType: string; readonly body: string }
  /**
   * What ends a stream already begun with an error, never looking like a clean end; framed for the wire as
   * `framing` asks (default `sse`). Empty for `json` and `opaque`, where only a lost connection tells.
   */
  breakOff(refusal: Refusal, framing?: Framing): string
  /** Name of the response header in which this protocol's SDKs look for the request id. */
  readonly requestIdHeader: string
}

/** What `refuse` and `breakOff` need of a failure. */
export interface Refusal {
  readonly status: number
  readonly code: FailureCode
  readonly kind: FailureKind
  readonly says: string
  readonly details: JsonObject | undefined
  readonly requestId: string
}

/**
 * Reads one answer, frame by frame (an SSE frame's data, an array element, or the whole JSON body).
 * State is one answer's; a reader is never shared.
 */
export interface AnswerReader {
  /** False when every frame leaves as it came while no filter acts: it may then leave before it is read. */
  readonly edits: boolean
  /**
   * The cheap look used when no filter acts: usage, finish, model, error. Called once per frame, must not parse
   * frames that cannot hold any of them (a substring test decides).
   */
  glance(data: string, event: string | undefined): Glance
  /**
   * The same look at a server-sent event that differs from remembered ones in its text only, without decoding it. Gives
   * undefined when the bytes of `chunk` from `from` on are not one such whole frame: then nothing was noted.
   * What it gives is valid until the next call.
   */
  recognize(chunk: Uint8Array, from: number): RecognizedFrame | undefined
  /** Remembers the bytes of the frame that was glanced at last, if frames like it may be recognized. */
  remember(frame: SseFrame, text: SseText): void
  /** The full look used when filters act: also where each text slot's string stands in `data`. */
  read(data: string, event: string | undefined): Reading
  /** A frame that carries `text` for a slot and nothing else, made in the likeness of the slot's last frame. */
  writeText(slot: string, text: string): WireFrame | undefined
  /** Everything gathered so far. Last complete usage wins. */
  summary(): AnswerSummary
}

/** What the relay must know of a frame at once. */
export interface Glance {
  /** The frame exists only because the gateway asked for usage: it is not passed on. */
  readonly drop: boolean
  /** The frame itself must change (such as an unasked `"usage":null` taken out again). */
  readonly splices: readonly Splice[]
  /** The protocol says the answer is complete. */
  readonly done: boolean
}

/** A frame that was recognized by its bytes; all offsets are the chunk's. */
export interface RecognizedFrame {
  readonly end: number
  /** The gateway's own edits, in order. */
  readonly splices: readonly Splice[]
}

export interface Reading extends Glance {
  readonly slots: readonly SlotText[]
  /**
   * Slots that end BEFORE this frame: their tails are flushed first. `'all'` ends every open slot. A slot may
   * begin anew after it was closed, with a fresh filter.
   */
  readonly closes: readonly string[] | 'all'
}

/** A string literal of a frame that carries a slot's next piece (or, in a repeat, the slot's whole text). */
export interface SlotText {
  /** Stable within the answer, e.g. `choice:0/content`, `choice:0/tool:1/arguments`. */
  readonly slot: string
  /** Offsets of the literal's content, without its quotes. */
  readonly start: number
  readonly end: number
  /** `json` when the slot's text is itself JSON text cut into pieces (tool arguments). */
  readonly kind: 'text' | 'json'
  /**
   * True when this literal holds a whole text (unstreamed bodies, and repeats such as `….done` and
   * `response.completed`): filtered on its own, by a fresh filter that is ended at once.
   */
  readonly whole: boolean
  /** True when the slot ends with this literal: its filter is ended here and the tail goes into this frame. */
  readonly last: boolean
}

/** A frame the gateway writes itself. */
export interface WireFrame {
  readonly event: string | undefined
  readonly data: string
}

export interface AnswerSummary {
  readonly usage: Usage | undefined
  /**
   * What the provider told before the answer was over (Anthropic's start, Gemini's running totals): its input
   * counts are final, its output is a lower bound. Undefined once `usage` stands.
   */
  readonly usageSoFar: Usage | undefined
  /** True when usage was present but absurd or contradictory; such usage is not billed as measured. */
  readonly usageSuspect: boolean
  /** The service tier that the provider says it served the call in, in its own word; Anthropic's fast mode is `fast`. */
  readonly tier: string | undefined
  readonly model: string | undefined
  readonly id: string | undefined
  readonly finishReasons: readonly string[]
  /**
   * An error the provider reported inside a 200. It ends the answer though `complete` stays false: the caller
   * has it already and is told no second one.
   */
  readonly error: { readonly type: string; readonly message: string } | undefined
  /** True once the protocol's own end was seen: without it a closed connection is a broken answer. */
  readonly complete: boolean
  /** UTF-8 bytes of visible output text seen: an upper bound of its tokens, for `counted` amounts. */
  readonly outputBytes: number
}
