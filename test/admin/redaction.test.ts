import { afterAll, beforeAll, expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { DETECTORS, SECRETS, STRUCTURED_PII } from '../../src/redaction/detectors/index.ts'
import { type House, openHouse, type Tenant } from './house.ts'

const PATH = '/api/v1/redaction/preview'
/** Synthetic, built here so that no file holds a whole token. */
const TOKEN = `ghp_${'a1B2'.repeat(9)}`

let house: House
let here: Tenant
let key: string

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  key = house.workspaceKey(here, ['workspaces:read'])
  // Compiling a set of detectors takes seconds on a busy machine; once.
  for (const set of [DETECTORS, SECRETS, STRUCTURED_PII]) compileDetectors(set)
}, 60_000)
afterAll(() => house.close())

interface Shown {
  text: string
  blocked: boolean
  findings: { kind: string; entity: string; detector: string; start: number; end: number }[]
}

async function preview(body: unknown): Promise<Shown> {
  const response = await house.send('POST', PATH, key, body)
  expect(response.status).toBe(200)
  return (await response.json()) as Shown
}

test('shows the text as it would leave, and where each finding stands', async () => {
  const text = `mail ada.lovelace@example.org now`
  const shown = await preview({ text })
  expect(shown.text).not.toContain('ada.lovelace')
  expect(shown.text).toStartWith('mail [SAFE_TO_USE:')
  const [finding] = shown.findings
  expect(text.slice(finding?.start, finding?.end)).toBe('ada.lovelace@example.org')
  expect(finding?.kind).toBe('pii')
})

test('a policy chooses what is looked for and what happens', async () => {
  const text = `mail ada.lovelace@example.org with ${TOKEN}`
  const secretsOnly = await preview({
    text,
    policy: { detect: { secrets: true }, operator: 'mask' },
  })
  expect(secretsOnly.text).toContain('ada.lovelace@example.org')
  expect(secretsOnly.text).not.toContain(TOKEN)
  const blocking = await preview({ text, policy: { detect: { pii: true }, operator: 'block' } })
  expect(blocking.blocked).toBe(true)
})

test('a broken policy is told by pointer; a text beyond the bound is refused', async () => {
  const broken = await house.send('POST', PATH, key, { text: 'x', policy: { detect: {} } })
  expect(await broken.json()).toMatchObject({
    status: 422,
    errors: [{ pointer: '/policy/detect' }],
  })
  expect((await house.send('POST', PATH, key, { text: 'x'.repeat(200_001) })).status).toBe(422)
})

test('a detector that is left out finds nothing', async () => {
  const text = 'mail ada.lovelace@example.org'
  const [finding] = (await preview({ text })).findings
  const shown = await preview({
    text,
    policy: { detect: { pii: true, secrets: true }, except: [finding?.detector] },
  })
  expect(shown).toEqual({ text, blocked: false, findings: [] })
})

test('the text is nowhere in the database afterwards', async () => {
  await preview({ text: `needle ${TOKEN}` })
  const rows = await house.database.sql`select details::text as text from audit_log`
  expect(rows.map((row) => String(row.text)).join('')).not.toContain(TOKEN)
})
