import { describe, expect, test } from 'bun:test'
import { systemDice } from '../../src/base/dice.ts'
import { formatTraceParent, readTraceContext } from '../../src/telemetry/propagation.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

function read(headers: Record<string, string>) {
  return readTraceContext(new Headers(headers), systemDice)
}

describe('a caller’s trace', () => {
  test('is continued, with its state verbatim', () => {
    const traceparent = `00-${TRACE}-${SPAN}-01`
    expect(read({ traceparent, tracestate: 'a=1,b=t61rcWkgMzE' })).toEqual({
      traceId: TRACE,
      parentSpanId: SPAN,
      traceState: 'a=1,b=t61rcWkgMzE',
      sampled: true,
    })
    expect(formatTraceParent({ traceId: TRACE, spanId: SPAN, sampled: true })).toBe(traceparent)
  })

  test('says itself whether it wants to be exported', () => {
    expect(read({ traceparent: `00-${TRACE}-${SPAN}-00` }).sampled).toBe(false)
    expect(read({ traceparent: `00-${TRACE}-${SPAN}-02` }).sampled).toBe(false)
    expect(read({ traceparent: `00-${TRACE}-${SPAN}-03` }).sampled).toBe(true)
  })

  test('of a later version is read as far as it is known', () => {
    expect(read({ traceparent: `01-${TRACE}-${SPAN}-01-what-comes` }).traceId).toBe(TRACE)
  })
})

const MALFORMED = {
  empty: '',
  'not a traceparent': 'hello',
  'version ff': `ff-${TRACE}-${SPAN}-01`,
  'version 00 with more fields': `00-${TRACE}-${SPAN}-01-more`,
  'upper case': `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  'all-zero trace': `00-${'0'.repeat(32)}-${SPAN}-01`,
  'all-zero span': `00-${TRACE}-${'0'.repeat(16)}-01`,
  'too short': `00-${TRACE.slice(1)}-${SPAN}-01`,
  'sent twice': `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
}

describe('a malformed traceparent begins a new trace', () => {
  for (const [what, traceparent] of Object.entries(MALFORMED))
    test(what, () => {
      const context = read({ traceparent, tracestate: 'a=1' })
      expect(context.traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(context.traceId).not.toBe(TRACE)
      expect(context.parentSpanId).toBeUndefined()
      expect(context.traceState).toBeUndefined()
    })
})

test('a state too long or with odd characters is left out, the trace goes on', () => {
  const traceparent = `00-${TRACE}-${SPAN}-01`
  expect(read({ traceparent, tracestate: 'x'.repeat(513) }).traceState).toBeUndefined()
  expect(read({ traceparent, tracestate: 'a=é' }).traceState).toBeUndefined()
  expect(read({ traceparent, tracestate: 'a=é' }).traceId).toBe(TRACE)
})
