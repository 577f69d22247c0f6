import { expect, test } from 'bun:test'
import { ConfigError, readConfig } from '../../src/config.ts'

function mistakes(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.mistakes
    throw cause
  }
}

test('an empty environment is a complete configuration', () => {
  const config = readConfig({})
  expect(config.port).toBe(8787)
  expect(config.host).toBe('127.0.0.1')
  expect(config.basePath).toBe('')
  expect(config.dataDir.endsWith('/.sluice')).toBe(true)
  expect(config.workers).toBeGreaterThanOrEqual(1)
  expect(config.adminPort).toBeUndefined()
  expect(Object.isFrozen(config)).toBe(true)
})

test('blank is the same as unset', () => {
  expect(readConfig({ PORT: ' ', HOST: '', NATS_URL: '' })).toEqual(readConfig({}))
})

test.each([
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['ADMIN_PORT', 'x'],
  ['SLUICE_WORKERS', '65'],
  ['BASE_PATH', '/a b'],
  ['BASE_PATH', '/../x'.replace('..', '%2e')],
  ['DATABASE_URL', 'http://x'],
  ['NATS_URL', 'localhost:4222'],
  ['SLUICE_MASTER_KEY', 'short'],
  ['OPENAI_UPSTREAM_URL', 'not a url'],
  ['OPENAI_UPSTREAM_URL', 'https://user:pass@example.com'],
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ['SLUICE_ADMIN_URL', 'ftp://gateway'],
  ['SLUICE_ADMIN_URL', 'https://gateway.example.com'],
])('%s=%s is a mistake that names the variable', (name, value) => {
  expect(mistakes({ [name]: value }).some((each) => each.startsWith(name))).toBe(true)
})

test.each([
  'http://api.example.com',
  'https://127.0.0.1',
  'https://10.1.2.3',
  'https://localhost',
  'https://[::1]',
])('a provider at %s needs a word of permission', (url) => {
  expect(mistakes({ GEMINI_UPSTREAM_URL: url })).toHaveLength(1)
  expect(mistakes({ GEMINI_UPSTREAM_URL: url, SLUICE_ALLOW_PRIVATE_UPSTREAMS: '1' })).toEqual([])
})

test('secrets of the environment do not print', () => {
  const key = `sk-${'b'.repeat(30)}`
  const config = readConfig({ OPENAI_API_KEY: key, SLUICE_MASTER_KEY: 'ab'.repeat(32) })
  expect(`${JSON.stringify(config)}${Bun.inspect(config)}`).not.toContain(key)
  expect(`${JSON.stringify(config)}${Bun.inspect(config)}`).not.toContain('abab')
  expect(config.providerKeys.OPENAI_API_KEY?.reveal()).toBe(key)
})
