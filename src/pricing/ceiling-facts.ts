/** What the ceiling must know of a request body beyond its {@link Ask}; every doubt makes the bound higher. */
export interface CeilingFacts {
  /** UTF-8 bytes of the body as sent upstream: an upper bound of its text's tokens. */
  readonly textBytes: number
  /** The body may declare tools, for which providers add a system prompt of their own. */
  readonly tools: boolean
  /** The body may ask for prompt-cache writes, which cost more than plain input. */
  readonly cacheWrites: boolean
  /** The body may hold audio or images, which have rates of their own. */
  readonly media: boolean
  /** The body may switch reasoning on. */
  readonly thinking: boolean
}

/**
 * Reads the facts by substring tests alone: one pass each, no parsing. JSON can spell any key with `\u` escapes, so a
 * body that holds one gets every doubt. OpenAI writes its cache unasked, so only Anthropic's key is looked for there.
 */
export function ceilingFacts(bodyText: string, provider: string): CeilingFacts {
  const doubt = bodyText.includes('\\u00')
  return {
    textBytes: Buffer.byteLength(bodyText),
    tools: doubt || bodyText.includes('"tools"') || bodyText.includes('"functions"'),
    cacheWrites: doubt || provider !== 'anthropic' || bodyText.includes('cache_control'),
    media:
      doubt ||
      /"(input_audio|image|image_url|input_image|inline_?[dD]ata|modalities)"/.test(bodyText),
    thinking: doubt || bodyText.includes('"thinking"'),
  }
}
