/** What a request asks for, as read by its dialect; nothing here is ever written back to the body. */
export interface Ask {
  /** `chat`, `completion`, `response`, `embeddings`, `count_tokens`, … or `passthrough` when unread. */
  readonly operation: string
  readonly model: string | undefined
  readonly stream: boolean
  /** Output ceiling per answer as the caller set it. */
  readonly outputTokensMax: number | undefined
  /** Answers asked for (`n`, `candidateCount`). */
  readonly answers: number
  /** True when the caller itself asked for usage in the stream, so the gateway must not remove it. */
  readonly usageAsked: boolean
  /** What can make the call cost more than its body shows; read by the ceiling in `pricing/`. */
  readonly unbounded: readonly string[]
  /** Images in the body, each at the provider's maximum in the ceiling. */
  readonly images: number
  /** Tools the provider runs itself and bills per use. */
  readonly serverTools: readonly string[]
  /** `flex`, `priority`, `batch`, … as sent. */
  readonly serviceTier: string | undefined
}
