import type { Tone } from '../parts/badge.tsx'

const KINDS: Readonly<Record<string, string>> = {
  content_blocked: 'Blocked: sensitive content',
  spend_limit_reached: 'Blocked: spend cap reached',
  spend_reserved: 'Refused: the rest of a cap was reserved',
  rate_limit_reached: 'Refused: rate limit reached',
  model_not_allowed: 'Blocked: model not allowed',
  model_unpriced: 'Blocked: model without a price under a cap',
  cost_unbounded: 'Blocked: cost without a bound under a cap',
  unmetered_route: 'Blocked: route that cannot be metered',
  unscannable_body: 'Blocked: body that cannot be scanned',
  unpriced: 'Model without a price',
  unaccounted: 'Call without usage',
}

/** What happened, in words; the code itself when it is a new one. */
export function kindWords(kind: string): string {
  if (kind.startsWith('redacted:')) return `Redacted: ${kind.slice('redacted:'.length)}`
  return KINDS[kind] ?? kind
}

const SEVERITIES: readonly { readonly says: string; readonly tone: Tone }[] = [
  { says: 'urgent', tone: 'bad' },
  { says: 'high', tone: 'bad' },
  { says: 'medium', tone: 'warn' },
  { says: 'low', tone: 'plain' },
]

/** How bad it is, 0 urgent … 3 low. */
export function severityWords(severity: number): { readonly says: string; readonly tone: Tone } {
  return SEVERITIES[severity] ?? { says: `severity ${severity}`, tone: 'plain' }
}

/** What one does with an issue. */
export const STATUSES = [
  { value: 'open', label: 'Open', says: 'Needs somebody’s eyes.', tone: 'warn' },
  { value: 'watch', label: 'Watch', says: 'Known; keeps counting in silence.', tone: 'info' },
  {
    value: 'resolved',
    label: 'Resolved',
    says: 'Opens again with the next such call.',
    tone: 'good',
  },
] as const
