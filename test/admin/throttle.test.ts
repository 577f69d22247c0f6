import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { adminApi } from '../../src/admin/index.ts'
import { failureThrottle } from '../../src/base/failure-throttle.ts'
import { manualClock } from '../support/world.ts'
import { ALL, type House, openHouse } from './house.ts'

const LIMITS = { failuresMax: 3, windowMs: 60_000, addressesMax: 2 }

describe('the throttle', () => {
  test('an address waits after its last free failure, and is free again after the window', () => {
    const clock = manualClock()
    const throttle = failureThrottle(clock, LIMITS)
    for (let index = 0; index < 3; index++) {
      expect(throttle.waitMs('a')).toBe(0)
      throttle.failed('a')
    }
    expect(throttle.waitMs('a')).toBe(60_000)
    expect(throttle.waitMs('b')).toBe(0)
    clock.advance(59_999)
    expect(throttle.waitMs('a')).toBe(1)
    clock.advance(1)
    expect(throttle.waitMs('a')).toBe(0)
  })

  test('it remembers a bounded number of addresses', () => {
    const throttle = failureThrottle(manualClock(), LIMITS)
    for (let index = 0; index < 3; index++) throttle.failed('a')
    throttle.failed('b')
    throttle.failed('c')
    expect(throttle.waitMs('a')).toBe(0)
  })
})

describe('failed authentications', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.close())

  test('too many from one address are a 429 that says when; a right key still gets in', async () => {
    const clock = manualClock()
    const app = adminApi({
      ...house.deps,
      throttle: failureThrottle(clock, LIMITS),
      addressOf: (request) => request.headers.get('x-test-address') ?? undefined,
    })
    const send = async (key: string, address: string) =>
      app.handle(
        new Request('http://localhost/api/v1/sessions', {
          headers: { 'x-api-key': key, 'x-test-address': address },
        }),
      )
    for (let index = 0; index < 3; index++) expect((await send('wrong', 'a')).status).toBe(401)
    const throttled = await send('wrong', 'a')
    expect(throttled.status).toBe(429)
    expect(throttled.headers.get('retry-after')).toBe('60')
    expect((await send('wrong', 'b')).status).toBe(401)
    expect((await send(house.workspaceKey(await house.tenant(), ALL), 'a')).status).toBe(200)
    clock.advance(60_000)
    expect((await send('wrong', 'a')).status).toBe(401)
  })
})
