import { describe, expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import type { Detector } from '../../src/redaction/detector.ts'
import { DETECTORS } from '../../src/redaction/detectors/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'

const all = compileDetectors(DETECTORS)

/** True when `value`, as it stands in `text`, lies inside what was found. */
function isCovered(compiled: typeof all, text: string, value: string): boolean {
  const start = text.indexOf(value)
  return scan(compiled, text).some(
    (found) => found.start <= start && found.end >= start + value.length,
  )
}

function pieces(text: string, parts: readonly string[]): string {
  const filter = redactor(all, () => 'replace', vault({ key: new Uint8Array(32), scope: 'shelf' }))
  let out = ''
  for (const part of parts) out += filter.push(part)
  expect(text.length).toBe(parts.join('').length)
  return out + filter.end()
}

describe('the shelf of detectors', () => {
  test('ids are unique, and every entity can stand in a placeholder', () => {
    expect(new Set(DETECTORS.map((each) => each.id)).size).toBe(DETECTORS.length)
    for (const { entity } of DETECTORS) expect(entity).toMatch(/^[A-Z0-9_]{1,40}$/)
  })

  test('the shelf holds what the product promises by name', () => {
    const entities = new Set(DETECTORS.map((each) => each.entity))
    for (const entity of [
      'LANGSMITH_PERSONAL_TOKEN',
      'LANGSMITH_SERVICE_KEY',
      'LANGSMITH_LEGACY_KEY',
      'AWS_ACCESS_KEY',
      'GITHUB_PAT',
      'GITHUB_FINE_GRAINED_PAT',
      'GITHUB_OAUTH_TOKEN',
      'GITHUB_APP_TOKEN',
      'GITLAB_PAT',
      'OPENAI_API_KEY',
      'ANTHROPIC_API_KEY',
      'GCP_API_KEY',
      'AZURE_AD_CLIENT_SECRET',
      'GOOGLE_OAUTH_ACCESS_TOKEN',
      'SLACK_BOT_TOKEN',
      'SLACK_USER_TOKEN',
      'SLACK_APP_TOKEN',
      'SLACK_WEBHOOK',
      'PYPI_UPLOAD_TOKEN',
      'NPM_ACCESS_TOKEN',
      'PRIVATE_KEY',
      'JWT',
      'STRIPE_ACCESS_TOKEN',
      'SENDGRID_KEY',
      'SLUICE_KEY',
      'EMAIL_ADDRESS',
      'PHONE_NUMBER',
      'US_SSN',
      'CREDIT_CARD',
      'IBAN_CODE',
      'IP_ADDRESS',
      'MAC_ADDRESS',
      'CRYPTO',
    ])
      expect(entities).toContain(entity)
  })

  const withHits = DETECTORS.filter((each) => each.cases.hits().length > 0)
  test('almost every detector brings cases', () => {
    expect(withHits.length / DETECTORS.length).toBeGreaterThan(0.9)
  })

  for (const detector of withHits)
    test(`${detector.id} finds its own cases, in the company of all others too`, () => {
      const alone = compileDetectors([detector] satisfies Detector[])
      for (const [text, values] of detector.cases.hits())
        for (const value of values) {
          expect({ text, value, found: isCovered(alone, text, value) }).toEqual({
            text,
            value,
            found: true,
          })
          // Among others a name in front may decide first; what must never stay is the value's body.
          const body = value.slice(Math.ceil(value.length / 2))
          expect({ text, value, found: isCovered(all, text, body) }).toEqual({
            text,
            value,
            found: true,
          })
        }
      for (const [text, why] of detector.cases.misses())
        expect({ text, why, found: scan(alone, text).length }).toEqual({ text, why, found: 0 })
    })

  test('every cut of every case gives the same answer', () => {
    for (const detector of withHits)
      for (const [text] of detector.cases.hits().slice(0, 3)) {
        const whole = pieces(text, [text])
        for (let at = 1; at < text.length; at += 3)
          expect(pieces(text, [text.slice(0, at), text.slice(at)])).toBe(whole)
        expect(pieces(text, text.split(''))).toBe(whole)
      }
  }, 120_000)
})
