import { formatUsd } from './money.ts'

/** A number that is written to JSON text exactly as given, digit by digit. */
export interface ExactNumber {
  readonly rawJSON: string
}

interface ExactJson {
  rawJSON(text: string): ExactNumber
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown
}

// The standard library's types do not know `rawJSON` and the reviver's third argument yet (ECMA-262, 2025).
const exact: ExactJson = JSON as typeof JSON & ExactJson

/** An amount in nanodollars as a JSON number in dollars with at most 9 decimals; a float never touches it. */
export function usdOnWire(amount: bigint): ExactNumber {
  return exact.rawJSON(formatUsd(amount))
}

/** Members that hold dollars: amounts, prices per million tokens, prices per token. */
const DOLLARS = /_(usd|usd_per_mtok|cost)$/
const PLAIN = /^-?\d+(\.\d+)?$/

/**
 * Parses JSON text keeping the exact digits of every number of dollars (members ending in `_usd`, `_usd_per_mtok` or
 * `_cost`): such a member is a string of digits afterwards, so that 0.1 is one tenth. Numbers with an exponent stay
 * numbers. Throws `SyntaxError` as `JSON.parse` does.
 */
export function parseWithExactUsd(text: string): unknown {
  return exact.parse(text, (key, value, { source }) =>
    typeof value === 'number' && DOLLARS.test(key) && source !== undefined && PLAIN.test(source)
      ? source
      : value,
  )
}
