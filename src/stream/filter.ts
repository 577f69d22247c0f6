/**
 * A text transform that works on pieces. The law: for every text and every way of cutting it, the
 * concatenation of all outputs is the same.
 */
export interface TextFilter {
  /** Takes the next piece; gives what is safe to send now. */
  push(text: string): string
  /** The slot has ended: gives the rest. Nothing may be pushed after. */
  end(): string
  /** UTF-16 units taken and not yet given. */
  held(): number
}
