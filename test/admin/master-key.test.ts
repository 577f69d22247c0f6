import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secret } from '../../src/base/secret.ts'
import { readConfig } from '../../src/config.ts'
import { type Serving, serve } from '../../src/serve.ts'
import { keyringOf } from '../../src/store/keyring.ts'
import { rewrapSecrets } from '../../src/store/rewrap.ts'
import { putSecret } from '../../src/store/secrets.ts'
import { REAL_KEY, type Service, startService } from '../support/service.ts'
import { testWorld, until } from '../support/world.ts'

const world = testWorld()
const oldKey = world.dice.bytes(32)
const newKey = world.dice.bytes(32)
const text = (key: Uint8Array) => Buffer.from(key).toString('base64')
const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'pong' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}

let service: Service
beforeAll(async () => {
  service = await startService(
    { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(ANSWER) },
    { env: { SLUICE_MASTER_KEY: text(newKey), SLUICE_MASTER_KEY_PREVIOUS: text(oldKey) } },
  )
})
afterAll(() => service.close())

function call(url = service.url): Promise<Response> {
  return fetch(`${url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${service.first.gatewayKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'ping' }] }),
  })
}

interface Ready {
  readonly parts: { readonly secrets: { readonly ok: boolean; readonly says: string } }
}

async function secretsPart(url: string): Promise<Ready['parts']['secrets']> {
  const ready = await fetch(`${url}/readyz`)
  expect(ready.status).toBe(200)
  return ((await ready.json()) as Ready).parts.secrets
}

/** Another gateway process on the same database that only knows `key`; gives what it logged too. */
async function gatewayWith(key: Uint8Array) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-master-'))
  const lines: string[] = []
  const note = (event: string, fields?: object) => {
    lines.push(`${event} ${JSON.stringify(fields)}`)
  }
  const log = { info: note, warn: note, error: note }
  const env = {
    PORT: '0',
    SLUICE_DATA_DIR: dataDir,
    SLUICE_MASTER_KEY: text(key),
    SLUICE_ALLOW_PRIVATE_UPSTREAMS: '1',
    OPENAI_UPSTREAM_URL: service.provider.url,
  }
  const config = { ...readConfig(env), databaseUrl: service.database.url }
  const serving: Serving = await serve(config, testWorld({ log }))
  return {
    url: `http://127.0.0.1:${serving.port}`,
    lines,
    async close() {
      await serving.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The secrets as they were stored before the new key came. */
async function underTheOldKey(): Promise<void> {
  const { workspaceId } = service.first
  for (const name of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_API_KEY'])
    await putSecret(service.database.orm, keyringOf(oldKey), world, {
      workspaceId,
      name,
      value: secret(REAL_KEY),
    })
}

describe('replacing the master key', () => {
  test('while calls run: none fails, and afterwards the old key opens nothing', async () => {
    await underTheOldKey()
    let running = true
    const statuses: number[] = []
    const callers = [1, 2, 3].map(async () => {
      while (running) statuses.push((await call()).status)
    })
    await until('some calls', () => statuses.length > 10)
    const keyring = keyringOf(newKey, [oldKey])
    expect((await rewrapSecrets(service.database, keyring, world)).rewrapped).toBe(3)
    const done = statuses.length
    await until('more calls', () => statuses.length > done + 10)
    running = false
    await Promise.all(callers)
    expect(new Set(statuses)).toEqual(new Set([200]))
    const later = await gatewayWith(newKey)
    try {
      expect((await call(later.url)).status).toBe(200)
      expect(await secretsPart(later.url)).toMatchObject({ ok: true })
    } finally {
      await later.close()
    }
  })

  test('forgetting it is said by name at the start, in /readyz, and in the 424 of each call', async () => {
    await underTheOldKey()
    const wrong = await gatewayWith(newKey)
    try {
      const name = `${service.first.workspaceId}/OPENAI_API_KEY`
      const line = wrong.lines.find((each) => each.startsWith('secrets.unreadable'))
      expect(line).toContain(name)
      const part = await secretsPart(wrong.url)
      expect(part.ok).toBe(false)
      expect(part.says).toContain(name)
      const refused = await call(wrong.url)
      expect(refused.status).toBe(424)
      expect(await refused.text()).toContain('The provider secret OPENAI_API_KEY')
      // Setting the secret again heals it without a restart.
      await service.admin('POST', '/workspaces/current/secrets', [
        { key: 'OPENAI_API_KEY', value: REAL_KEY },
      ])
      await until('the call works', async () => (await call(wrong.url)).status === 200, 3_000)
      await until('/readyz knows', async () => {
        const { says } = await secretsPart(wrong.url)
        return !says.includes('OPENAI')
      })
    } finally {
      await wrong.close()
    }
  })
})
