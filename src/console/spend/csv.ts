import { dollarsOf } from '../policies/draft.ts'
import type { Dimension, Part } from './usage.ts'

/** The parts as CSV with every digit of each amount, dearest first. */
export function csvOf(
  by: Dimension,
  parts: readonly Part[],
  nameOf: (id: string) => string,
): string {
  const head = [by.field, 'name', 'spent_usd', 'measured_usd', 'requests', 'tokens', 'unpriced']
  const rows = parts.map((part) => [
    part.id,
    part.id === '' ? '' : nameOf(part.id),
    dollarsOf(part.cost),
    dollarsOf(part.measured),
    String(part.requests),
    String(part.tokens),
    String(part.unpriced),
  ])
  return `${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** Quoted; and no formula, whatever a key was named: a spreadsheet would run one that begins so. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Hands a text to the browser as a file. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
