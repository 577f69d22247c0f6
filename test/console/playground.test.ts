import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { callOnce } from './calls.ts'
import { consoleTests } from './suite.ts'

const HOSTILE = '"><img src=x onerror="window.hacked=1">'

consoleTests('spend, redaction and the simulator', (suite) => {
  test('a guard is tried on a text: what is found, what leaves, and when', async () => {
    const page = await suite.signedIn('/redaction?chunk=5')
    const text = page.getByLabel('What a caller would send')
    await text.fill(`Mail grace@example.net today. ${HOSTILE}`)
    const leaves = page.getByRole('group', { name: 'Redacted text' })
    const found = page.getByRole('table', { name: 'Findings' }).locator('[data-index]')
    await found.filter({ hasText: 'grace@example.net' }).waitFor()
    expect(await found.count()).toBe(1)
    await leaves.getByText('SAFE_TO_USE:EMAIL_ADDRESS').waitFor()
    expect(await leaves.textContent()).toContain(HOSTILE)

    // After two pieces of five, "Mail grace" has come, and the start of an address waits.
    await page.getByRole('slider', { name: 'Moment' }).fill('1')
    await page.getByText('Came in: 10 of').waitFor()
    const left = (await page.getByRole('group', { name: /^Left/ }).textContent()) ?? ''
    expect('Mail '.startsWith(left)).toBe(true)
    await page.getByText('are held back').waitFor()

    await page.getByLabel('What is found').selectOption('block')
    await page.getByText('the call would be refused').waitFor()
    await page.getByLabel('Personal data').uncheck()
    await page.getByText('nothing found').waitFor()
    expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
    expect(await page.locator('img').count()).toBe(0)
  })

  test('spend is told apart and narrowed in the address, and its CSV holds every digit', async () => {
    await callOnce(suite.service)
    const page = await suite.signedIn('/spend')
    const parts = page.getByRole('table', { name: 'Spend by model' }).locator('[data-index]')
    await parts.filter({ hasText: 'gpt-4o-mini' }).getByRole('link').first().click()
    await page.waitForURL(/model=gpt-4o-mini/)
    const byKey = page.getByRole('table', { name: 'Spend by key' }).locator('[data-index]')
    await byKey.first().waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'No longer only model gpt-4o-mini' }).waitFor()
    await byKey.first().waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ])
    const [head, row = ''] = readFileSync(await file.path(), 'utf8').split('\r\n')
    expect(head).toStartWith('api_key_id,name,spent_usd')
    const { body } = await suite.service.admin('GET', '/usage?group_by=api_key,model')
    const sums = body.data as { model: string; cost_nanos: string }[]
    const nanos = sums.find(({ model }) => model === 'gpt-4o-mini')?.cost_nanos ?? ''
    const spent = row.split(',')[2] ?? ''
    const [whole = '', part = ''] = spent.split('.')
    expect(String(BigInt(whole + part.padEnd(9, '0')))).toBe(nanos)
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByRole('table', { name: 'Spend over time' }).waitFor()
  })

  test('the simulator streams an answer with a key that is gone afterwards, and leads to the trace', async () => {
    const page = await suite.signedIn()
    const before = (await suite.service.admin('GET', '/orgs/current/service-keys')).body.length
    await page.goto(`${suite.service.url}/console/simulator`)
    await page.getByLabel('Prompt').fill(`Hello ${HOSTILE}`)
    for (const [tab, word] of [
      ['Python', 'from openai import'],
      ['TypeScript', "from 'openai'"],
      ['curl', 'curl -N'],
    ] as const) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByRole('tabpanel').getByText(word).waitFor()
    }
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('log', { name: 'Answer' }).getByText('You said').waitFor()
    await page.getByRole('link', { name: 'Open the trace' }).click()
    await page.waitForURL(/\/console\/requests\/[0-9a-f-]{36}/)
    await page.getByRole('heading', { level: 1, name: 'demo/echo' }).waitFor()
    const after = (await suite.service.admin('GET', '/orgs/current/service-keys')).body.length
    expect(after).toBe(before)
    expect(await page.locator('img').count()).toBe(0)
  })

  test('a refused simulation says why and by which policy', async () => {
    await suite.service.admin('POST', '/platform/gateway-policies', {
      name: 'Only one model',
      policy_type: 'model_access',
      config: { providers: { openai: ['gpt-4o-mini'] } },
    })
    const page = await suite.signedIn('/simulator')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('log', { name: 'Answer' }).getByText('403').waitFor()
    await page.getByText('Only one model: blocked').waitFor()
  })

  test('who may not make keys is told so, and cannot send', async () => {
    const { service } = suite
    const { body: roles } = await service.admin('GET', '/orgs/current/roles')
    const viewer = roles.find((each: { name: string }) => each.name === 'WORKSPACE_VIEWER')
    const { body: key } = await service.admin('POST', '/orgs/current/service-keys', {
      role_id: viewer.id,
      workspaces: [service.first.workspaceId],
    })
    const page = await suite.stranger()
    await page.goto(`${service.url}/console/simulator`)
    await page.getByLabel('API key').fill(key.key)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByText('Your role may not make the key of a call').waitFor()
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  })
})
