import type { Page } from 'playwright-core'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { storeRuns } from '../../src/store/runs.ts'
import { findChromium, openBrowser, openPage, signIn } from '../console/browser.ts'
import { chatAnswer } from '../console/calls.ts'
import { type Service, startService } from '../support/service.ts'
import { openedCall } from '../support/tenant.ts'
import { testWorld } from '../support/world.ts'

const ROWS = 100_000
const CALLS_PER_SECOND = 200
const TRACE_MS = 10_000
/** A frame is late when it comes more than half a frame behind its time. */
const LATE_MS = 25
const VISITS = 5

/** How fast the console is: first paint, script of the first page, scrolling a long list, following a busy one. */
async function main(): Promise<void> {
  const path = findChromium()
  if (path === undefined) return
  const service = await startService(chatAnswer)
  const browser = await openBrowser(path)
  try {
    // The build is not what a visitor waits for.
    await (await fetch(`${service.url}/console`)).text()
    const { page } = await openPage(browser, service.url)
    await signIn(page, service)
    console.log('row\tvalue')
    for (const [name, value] of [
      ...(await firstPage(page, service)),
      ...(await scrolling(page, service)),
      ...(await following(page, service)),
    ])
      console.log(`${name}\t${value}`)
  } finally {
    await browser.close()
    await service.close()
  }
}

type Rows = (readonly [name: string, value: string])[]

/** First contentful paint and the page's own heading, over several visits of a warm server by a cold browser cache. */
async function firstPage(page: Page, service: Service): Promise<Rows> {
  const paints: number[] = []
  const headings: number[] = []
  let bytes = 0
  const session = await page.context().newCDPSession(page)
  for (let visit = 0; visit < VISITS; visit++) {
    await session.send('Network.clearBrowserCache')
    await page.goto(`${service.url}/console/overview`)
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    headings.push(await page.evaluate(() => performance.now()))
    paints.push(
      await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
      ),
    )
    bytes = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((each) => each.name.endsWith('.js'))
        .reduce((sum, each) => sum + (each as PerformanceResourceTiming).encodedBodySize, 0),
    )
  }
  await session.detach()
  return [
    ['first contentful paint, median', `${median(paints).toFixed(0)} ms`],
    ['heading of the page there, median', `${median(headings).toFixed(0)} ms`],
    ['script of the first page, compressed', `${(bytes / 1024).toFixed(1)} KB`],
  ]
}

/** The list with a hundred thousand calls, by a fast wheel: a notch (120 pixels) in every frame. */
async function scrolling(page: Page, service: Service): Promise<Rows> {
  const body = JSON.stringify({ data: manyCalls(), next_cursor: null, has_more: false })
  await page.route('**/api/v1/requests?*', (route) =>
    route.fulfill({ contentType: 'application/json', body }),
  )
  await page.goto(`${service.url}/console/requests?live=off&since=all`)
  await page.locator('[data-index="0"]').waitFor()
  const { frames, cpuMs } = await framesWhile(page, () => {
    const view = document.querySelector('[aria-label="Calls"]')
    if (view) view.scrollTop += 120
  })
  const reached = await page.evaluate(
    () => document.querySelector('[aria-label="Calls"]')?.scrollTop ?? 0,
  )
  await page.unroute('**/api/v1/requests?*')
  return [
    [`scrolling ${ROWS} calls: frames a second`, rate(frames)],
    [`scrolling ${ROWS} calls: late frames`, late(frames)],
    [`scrolling ${ROWS} calls: CPU of the page a frame`, perFrame(frames, cpuMs)],
    [`scrolling ${ROWS} calls: pixels scrolled`, String(Math.round(reached))],
  ]
}

/** The list followed while calls end at the stated rate in the real store. */
async function following(page: Page, service: Service): Promise<Rows> {
  await page.goto(`${service.url}/console/requests`)
  await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor()
  let stopped = false
  let stored = 0
  const store = (async () => {
    const world = testWorld()
    while (!stopped) {
      const batch = Array.from({ length: CALLS_PER_SECOND / 10 }, () => endedCall(service))
      await storeRuns(service.database, world, batch)
      stored += batch.length
      await Bun.sleep(100)
    }
  })()
  const { frames, cpuMs } = await framesWhile(page, () => {})
  stopped = true
  await store
  await page.waitForFunction(
    (least) =>
      Number(document.querySelector('search .tabular')?.textContent?.replace(/\D/g, '')) >= least,
    Math.min(stored, 500),
  )
  return [
    [`following: calls stored in ${TRACE_MS / 1000} s`, String(stored)],
    ['following: frames a second', rate(frames)],
    ['following: late frames', late(frames)],
    ['following: CPU of the page a frame', perFrame(frames, cpuMs)],
  ]
}

/**
 * Times between frames of the page while `each` runs once a frame, and the CPU time of the page's main thread (its own
 * clock, so that a busy machine does not count); milliseconds.
 */
async function framesWhile(page: Page, each: () => void) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const cpu = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
  }
  const before = await cpu()
  const frames = await page.evaluate(
    async ({ ms, code }) => {
      const run = new Function(`return (${code})()`)
      const times: number[] = []
      const until = performance.now() + ms
      await new Promise<void>((done) => {
        const turn = (now: number) => {
          times.push(now)
          run()
          if (now < until) requestAnimationFrame(turn)
          else done()
        }
        requestAnimationFrame(turn)
      })
      return times.slice(1).map((time, index) => time - (times[index] ?? time))
    },
    { ms: TRACE_MS, code: each.toString() },
  )
  const cpuMs = (await cpu()) - before
  await session.detach()
  return { frames, cpuMs }
}

function perFrame(frames: readonly number[], cpuMs: number): string {
  return `${(cpuMs / frames.length).toFixed(2)} ms`
}

function rate(frames: readonly number[]): string {
  const seconds = frames.reduce((sum, each) => sum + each, 0) / 1000
  return (frames.length / seconds).toFixed(1)
}

function late(frames: readonly number[]): string {
  const share = frames.filter((each) => each > LATE_MS).length / frames.length
  return `${(share * 100).toFixed(1)} %, longest ${Math.max(...frames).toFixed(0)} ms`
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? -1
}

function manyCalls(): unknown[] {
  const world = testWorld()
  return Array.from({ length: ROWS }, (_, index) => ({
    id: newId(world),
    started_at: new Date(Date.now() - index * 1000).toISOString(),
    key: { id: 'k', short: 'a1B2c3D4e5F6' },
    user_id: null,
    session_id: null,
    provider: 'openai',
    operation: 'chat',
    stream: true,
    request_model: index % 3 ? 'gpt-4o-mini' : 'claude-sonnet-4-5',
    response_model: null,
    state: 'ended',
    outcome: index % 17 ? 'ok' : 'refused',
    status: index % 17 ? 200 : 402,
    error_code: null,
    blocked_by: index % 17 ? [] : ['Team daily cap'],
    findings: index % 5 ? 0 : 2,
    input_tokens: 1200 + (index % 100),
    output_tokens: 300,
    cost_nanos: String(1_234_567 + index),
    cost_basis: 'measured',
    first_byte_ms: 320.5,
    duration_ms: 2100,
  }))
}

function endedCall(service: Service): ExchangeEvent {
  const world = testWorld()
  const { organizationId, workspaceId } = service.first
  const key = { id: newId(world), short: 'a1B2c3D4e5F6' }
  const opened = openedCall({ organizationId, workspaceId, key } as never, world)
  return {
    version: 1,
    opened,
    closed: {
      id: opened.id,
      endedAtMs: opened.startedAtMs + 900,
      outcome: 'ok',
      status: 200,
      errorCode: undefined,
      upstreamStatus: 200,
      upstreamRequestId: 'req_1',
      responseModel: 'gpt-4o-mini',
      responseId: 'chatcmpl-1',
      finishReasons: ['stop'],
      usage: { inputTokens: 120, outputTokens: 30 },
      costNanos: nanos(36_000n),
      costBasis: 'measured',
      firstByteMs: 250,
      overheadMs: 1,
      policies: { matched: [], violated: [] },
      findings: [],
    },
  }
}

if (import.meta.main) {
  await main()
  process.exit(0)
}
