import { afterAll, beforeAll, expect, test } from 'bun:test'
import { builtIn } from '../../src/policies/guard-rules.ts'
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
  key = house.workspaceKey(here, ['policies:read'])
  // Takes seconds on a busy machine; once.
  builtIn()
}, 120_000)
afterAll(() => house.close())

interface Shown {
  text: string
  blocked: boolean
  hold_units_max: number
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
  expect(shown).toMatchObject({ text, blocked: false, findings: [] })
})

test('own patterns, words and allowed values are tried like the built-in ones, and the bound is shown', async () => {
  const shown = await preview({
    text: 'EMP-123456 on Blue  heron, blue heron; ask help@example.org or ada@example.org',
    policy: {
      detect: { pii: true },
      detectors: { EMAIL_ADDRESS: 'mask' },
      custom: [
        { id: 'staff-number', pattern: 'EMP-\\d{6}' },
        { id: 'project', kind: 'secret', entity: 'PROJECT_NAME', words: ['Blue Heron'] },
        { id: 'public', allow: ['help@example.org'] },
      ],
    },
  })
  expect(shown.text).toMatch(
    /^\[SAFE_TO_USE:STAFF_NUMBER_[a-z]{8}\] on Blue {2}heron, \[SAFE_TO_USE:PROJECT_NAME_[a-z]{8}\]; ask help@example\.org or \*{8}$/,
  )
  expect(shown.findings.map(({ detector }) => detector)).toEqual([
    'custom-staff-number',
    'custom-project',
    'email-address',
  ])
  expect(shown.hold_units_max).toBeGreaterThan(0)
})

test('a detector that nobody knows is told by pointer', async () => {
  const answer = await house.send('POST', PATH, key, {
    text: 'x',
    policy: { detect: { pii: true }, detectors: { emial: 'mask' } },
  })
  expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/policy/detectors/emial' }] })
})

test('the text is nowhere in the database afterwards', async () => {
  await preview({ text: `needle ${TOKEN}` })
  const rows = await house.database.sql`select details::text as text from audit_log`
  expect(rows.map((row) => String(row.text)).join('')).not.toContain(TOKEN)
})

test('the record of a guard says how much text it may hold back', async () => {
  const path = '/api/v1/platform/gateway-policies'
  const made = await house.send('POST', path, house.managerKey(here), {
    name: 'guard',
    policy_type: 'guard',
    subject_matchers: [{ key: 'workspace_id', value: here.workspaceId }],
    config: { detect: { pii: true, secrets: true } },
  })
  const policy = (await made.json()) as { id: string; hold_units_max: number }
  const tried = await preview({ text: 'x', policy: { detect: { pii: true, secrets: true } } })
  expect(policy.hold_units_max).toBe(tried.hold_units_max)
  expect(policy.hold_units_max).toBeLessThanOrEqual(128)
  const read = await house.send('GET', `${path}/${policy.id}`, house.managerKey(here))
  expect(await read.json()).toMatchObject({ hold_units_max: policy.hold_units_max })
})

test('pieces show what leaves when, and give the same text whatever their size', async () => {
  const text = `mail ada.lovelace@example.org with ${TOKEN} today`
  const sizes = await Promise.all(
    [1, 7, 40, 500].map(async (chunk_units) => {
      const response = await house.send('POST', PATH, key, { text, chunk_units })
      const { text: whole, chunks } = (await response.json()) as Shown & {
        chunks: { until: number; left: string; held: number }[]
      }
      expect(chunks).toHaveLength(Math.ceil(text.length / chunk_units) + 1)
      expect(chunks.map(({ left }) => left).join('')).toBe(whole)
      expect(chunks.at(-1)).toMatchObject({ until: text.length, held: 0 })
      // Nothing of the token leaves, in whichever piece it is cut.
      expect(whole).not.toContain(TOKEN.slice(4, 12))
      return whole.replace(/_[A-Z2-7]{8}\]/gi, ']')
    }),
  )
  expect(new Set(sizes).size).toBe(1)
  const many = await house.send('POST', PATH, key, { text: 'x '.repeat(1_001), chunk_units: 1 })
  expect(many.status).toBe(422)
})
