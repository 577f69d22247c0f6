import { describe, expect, test } from 'bun:test'
import { variableLines } from '../../src/commands/doctor-variables.ts'
import { ConfigError, readConfig } from '../../src/config.ts'

const RIGHT = {
  OIDC_ISSUER: 'https://id.example.com/realm',
  OIDC_CLIENT_ID: 'sluice',
  OIDC_CLIENT_SECRET: 'client-secret-of-a-test',
  OIDC_ALLOWED_DOMAINS: 'Example.com, example.org',
  OIDC_DEFAULT_ROLE: 'ORGANIZATION_USER',
  SLUICE_PUBLIC_URL: 'https://gateway.example.com/',
}

function mistakesOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.mistakes
    throw cause
  }
}

describe('the settings of the identity provider', () => {
  test('are read, and none are needed', () => {
    expect(readConfig({}).identity).toBeUndefined()
    expect(readConfig(RIGHT).identity).toMatchObject({
      clientId: 'sluice',
      emailDomains: ['example.com', 'example.org'],
      defaultRole: 'ORGANIZATION_USER',
      publicOrigin: 'https://gateway.example.com',
      allowInsecure: false,
    })
  })

  test('that are wrong are all told at once, never with the secret', () => {
    const mistakes = mistakesOf({
      ...RIGHT,
      OIDC_ISSUER: 'http://id.example.com',
      OIDC_CLIENT_ID: '',
      OIDC_ALLOWED_DOMAINS: 'example.com,*.org',
      OIDC_DEFAULT_ROLE: 'ORGANIZATION_ADMIN',
      SLUICE_PUBLIC_URL: 'https://gateway.example.com/sluice',
    })
    for (const name of [
      'OIDC_ISSUER: must be an https URL',
      'OIDC_ISSUER: needs OIDC_CLIENT_ID',
      'OIDC_ALLOWED_DOMAINS: must be domains',
      'OIDC_DEFAULT_ROLE=ORGANIZATION_ADMIN',
      'SLUICE_PUBLIC_URL: must be an origin',
    ])
      expect(mistakes.some((each) => each.startsWith(name))).toBe(true)
    expect(mistakes.join()).not.toContain(RIGHT.OIDC_CLIENT_SECRET)
  })

  test('let newcomers in only from named domains, or from everywhere when that is said', () => {
    const { OIDC_ALLOWED_DOMAINS: _, ...open } = RIGHT
    expect(mistakesOf(open).join()).toContain('OIDC_DEFAULT_ROLE: needs OIDC_ALLOWED_DOMAINS')
    expect(mistakesOf({ ...open, OIDC_ALLOWED_DOMAINS: '*' })).toEqual([])
  })

  test('without an issuer are a mistake, not silence', () => {
    expect(mistakesOf({ OIDC_CLIENT_ID: 'x', OIDC_DEFAULT_ROLE: 'ORGANIZATION_USER' })).toEqual([
      'OIDC_CLIENT_ID: needs OIDC_ISSUER',
      'OIDC_DEFAULT_ROLE: needs OIDC_ISSUER',
    ])
  })

  test('and both master keys are listed by doctor without their secrets', () => {
    const keys = { SLUICE_MASTER_KEY: 'A'.repeat(43), SLUICE_MASTER_KEY_PREVIOUS: 'B'.repeat(43) }
    const lines = variableLines({ ...RIGHT, ...keys })
    const shown = (name: string) => lines.find((each) => each.name === name)?.value
    expect(shown('OIDC_ISSUER')).toBe(RIGHT.OIDC_ISSUER)
    for (const name of ['OIDC_CLIENT_SECRET', 'SLUICE_MASTER_KEY', 'SLUICE_MASTER_KEY_PREVIOUS'])
      expect(shown(name)).toBe('***')
    expect(mistakesOf({ SLUICE_MASTER_KEY_PREVIOUS: 'short' })).toEqual([
      'SLUICE_MASTER_KEY_PREVIOUS: must be 32 bytes in base64 or hex',
    ])
  })
})
