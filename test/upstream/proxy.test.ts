import { afterAll, expect, test } from 'bun:test'
import { systemClock } from '../../src/base/clock.ts'
import { openUpstream } from '../../src/upstream/open.ts'
import { readProxies } from '../../src/upstream/proxy.ts'
import { startProvider } from '../support/scripted-provider.ts'
import { silentLog } from '../support/world.ts'
import { hear, request } from './call.ts'

const before = { ...process.env }
afterAll(() => {
  for (const name of ['http_proxy', 'no_proxy'])
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
})

test('a proxy applies by scheme and spares the hosts it is told to', () => {
  const { applies } = readProxies({
    HTTPS_PROXY: 'http://proxy.test:3128',
    NO_PROXY: 'exact.test, .suffix.test,*.star.test,127.0.0.1,[::1],ported.test:8443',
  })
  const through = (url: string): boolean => applies(new URL(url))
  expect(through('https://api.provider.test/')).toBe(true)
  expect(through('http://api.provider.test/')).toBe(false)
  for (const spared of [
    'https://exact.test/',
    'https://deep.suffix.test/',
    'https://suffix.test/',
    'https://a.star.test/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://ported.test:8443/',
  ])
    expect([spared, through(spared)]).toEqual([spared, false])
  for (const not of ['https://notexact.test/', 'https://ported.test/', 'https://xsuffix.test/'])
    expect([not, through(not)]).toEqual([not, true])
})

test('lower case wins, an asterisk spares everything, credentials are not shown', () => {
  const env = { HTTP_PROXY: 'http://big:1', http_proxy: 'http://user:pass@small:2' }
  expect(readProxies(env).shown).toEqual(['small:2'])
  expect(readProxies({ ...env, NO_PROXY: '*' }).applies(new URL('http://x.test'))).toBe(false)
  expect(readProxies({}).applies(new URL('http://x.test'))).toBe(false)
})

test('calls to an origin behind a proxy go through it', async () => {
  const proxy = await startProvider({ framing: 'length', body: 'from the proxy' })
  const env = { http_proxy: proxy.url, no_proxy: '' }
  Object.assign(process.env, env)
  const upstream = openUpstream({ env, world: { clock: systemClock, log: silentLog } })
  const { heard } = hear(upstream, request('http://provider.test/v1/models'))
  expect((await heard).body.toString()).toBe('from the proxy')
  expect((await proxy.request(0)).target).toBe('http://provider.test/v1/models')
  upstream.close()
  await proxy.close()
})
