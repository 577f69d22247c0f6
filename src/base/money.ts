declare const nanosBrand: unique symbol

/** An amount in nanodollars (10⁻⁹ USD). All money is this; floats never touch an amount. */
export type Nanos = bigint & { readonly [nanosBrand]: true }

/** Nanodollars in one dollar. */
export const NANOS_PER_USD = 1_000_000_000n

/** Marks a bigint as an amount in nanodollars. */
export function nanos(amount: bigint | number): Nanos {
  return BigInt(amount) as Nanos
}

/** Division rounded up, for non-negative dividends: a bill is never rounded in the caller's favour. */
export function ceilingDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}

const USD = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?$/

/** Reads plain decimal dollars such as `12.5` (at most 9 decimals); `undefined` when it is not exactly that. */
export function parseUsd(text: string): Nanos | undefined {
  const match = USD.exec(text)
  if (!match) return undefined
  const amount = BigInt(match[2] ?? '0') * NANOS_PER_USD + BigInt((match[3] ?? '').padEnd(9, '0'))
  return nanos(match[1] === '-' ? -amount : amount)
}

/** Exact decimal dollars without trailing zeros, also valid as a JSON number: `1500000000n` → `1.5`. */
export function formatUsd(amount: bigint): string {
  const sign = amount < 0n ? '-' : ''
  const size = amount < 0n ? -amount : amount
  const fraction = (size % NANOS_PER_USD).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${size / NANOS_PER_USD}${fraction === '' ? '' : `.${fraction}`}`
}
