/** Nanodollars as decimal text, as the API's `_nanos` members carry them. */
export type NanosText = string

const NANOS_PER_USD = 1_000_000_000n
const NANOS_PER_CENT = 10_000_000n

/**
 * Money for people: `$1,234.56`; below a dollar with up to six decimals, so that a call of a hundredth of a cent is
 * not shown as nothing. Exact: no float is involved. `–` for an unknown amount.
 */
export function money(nanos: NanosText | bigint | null | undefined): string {
  if (nanos === null || nanos === undefined) return '–'
  const amount = BigInt(nanos)
  const sign = amount < 0n ? '-' : ''
  const size = amount < 0n ? -amount : amount
  if (size === 0n) return '$0.00'
  if (size >= NANOS_PER_USD || size % NANOS_PER_CENT === 0n) {
    const cents = (size + NANOS_PER_CENT / 2n) / NANOS_PER_CENT
    return `${sign}$${group(cents / 100n)}.${String(cents % 100n).padStart(2, '0')}`
  }
  const micros = (size + 500n) / 1_000n
  if (micros === 0n) return `${sign}<$0.000001`
  const digits = String(micros).padStart(6, '0').replace(/0+$/, '')
  return `${sign}$0.${digits.padEnd(2, '0')}`
}

/** Every digit of an amount, for titles: `$0.000013500`. */
export function exactMoney(nanos: NanosText | bigint): string {
  const amount = BigInt(nanos)
  const sign = amount < 0n ? '-' : ''
  const size = amount < 0n ? -amount : amount
  return `${sign}$${group(size / NANOS_PER_USD)}.${String(size % NANOS_PER_USD).padStart(9, '0')}`
}

/** Nanodollars of a dollar amount as typed by a person; undefined when it is none (at most nine decimals). */
export function nanosOf(dollars: string): bigint | undefined {
  const match = /^\$?\s*(\d{1,12})(?:\.(\d{1,9}))?$/.exec(dollars.trim().replace(/,/g, ''))
  if (!match) return undefined
  return BigInt(match[1] ?? '0') * NANOS_PER_USD + BigInt((match[2] ?? '').padEnd(9, '0'))
}

function group(whole: bigint): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}

const COUNT = new Intl.NumberFormat('en-GB')
const COMPACT = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 })

/** `12,345`; `–` when unknown. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : COUNT.format(value)
}

/** `12.3k` from ten thousand on, for tiles and axes; else as {@link count}. */
export function compact(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return Math.abs(value) < 10_000 ? COUNT.format(value) : COMPACT.format(value)
}

/** A duration with its unit: `0.4 ms`, `820 ms`, `1.24 s`, `3 m 12 s`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} m ${seconds % 60} s`
}

/** A share of one as `12.3 %`; `–` when it cannot be known. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–'
  const share = (part / whole) * 100
  return `${share >= 10 || share === 0 ? Math.round(share) : Number(share.toFixed(1))} %`
}

const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' })
const FULL = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

/** A moment in the person's own zone: `14:03:22` today, else with the day: `21 Nov 14:03:22`. */
export function moment(at: string | number | null | undefined, now = Date.now()): string {
  if (at === null || at === undefined) return '–'
  const date = new Date(at)
  const time = TIME.format(date)
  return date.toDateString() === new Date(now).toDateString() ? time : `${DAY.format(date)} ${time}`
}

/** The whole moment with its zone, for titles. */
export function fullMoment(at: string | number): string {
  return FULL.format(new Date(at))
}

/** `just now`, `5 min ago`, `3 h ago`, `12 days ago`; also `in 4 h`. */
export function ago(at: string | number | null | undefined, now = Date.now()): string {
  if (at === null || at === undefined) return 'never'
  const seconds = Math.round((now - new Date(at).getTime()) / 1_000)
  const size = Math.abs(seconds)
  const says =
    size < 45
      ? undefined
      : size < 5_400
        ? `${Math.max(1, Math.round(size / 60))} min`
        : size < 172_800
          ? `${Math.round(size / 3_600)} h`
          : `${Math.round(size / 86_400)} days`
  if (says === undefined) return seconds >= 0 ? 'just now' : 'in a moment'
  return seconds >= 0 ? `${says} ago` : `in ${says}`
}
